import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "undici";
import { UsageError } from "../base/usage-error.ts";
import type { Access } from "./access.ts";
import { errorElsewhere, errorOfAnswer, GitlabError } from "./errors.ts";
import { failureOf } from "./failure.ts";
import { Gate } from "./gate.ts";
import { openTransport, type Transport } from "./transport.ts";

/** One request to GitLab. */
export interface GitlabRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path below `address`, with its query: `api/v4/projects/1?statistics=true`. */
  readonly path: string;
  /** Sent as JSON, keys and all just as they are. */
  readonly json?: unknown;
  /** Whether carrying it out twice is the same as once. By default true for all methods but POST and PATCH. */
  readonly repeatable?: boolean;
  /** Milliseconds for one attempt, the body included. 30,000 by default. */
  readonly timeout?: number;
}

/** What is told about each attempt, for `--verbose`. Holds no header, no body and no token. */
export interface RequestEvent {
  readonly method: string;
  readonly path: string;
  readonly attempt: number;
  readonly status?: number;
  readonly milliseconds: number;
  /** Why it is tried again, and after how many milliseconds. */
  readonly again?: { readonly because: string; readonly after: number };
}

/** How a connection behaves. All durations in milliseconds. */
export interface ConnectionOptions {
  readonly access: Access;
  readonly signal?: AbortSignal;
  /** Attempts at one request, at most. 6 by default. */
  readonly attempts?: number;
  /** The first pause before trying again; it doubles with each attempt. 500 by default. */
  readonly pause?: number;
  /** After how long GitLab has surely given up a request whose answer was lost. 65,000 by default. */
  readonly horizon?: number;
  /** For how long one request may wait for rate limits in all. 600,000 by default. */
  readonly patience?: number;
  /** Requests at once. 4 by default. */
  readonly concurrency?: number;
  /** Requests that may start in a second. 10 by default: GitLab.com allows 2,000 a minute for one user. */
  readonly perSecond?: number;
  readonly observe?: (event: RequestEvent) => void;
  /** A number from 0 to 1, for the spread of pauses. */
  readonly random?: () => number;
}

/** GitLab.com lets one user lint 400 times a minute since 19.5 (docs, user/gitlab_com "Rate limits"). */
const lintsPerSecond = 6;

/** Sends requests to one GitLab: in turn, with a timeout, again where that is safe. Errors are GitlabErrors. */
export class Connection {
  readonly address: string;
  private readonly options: ConnectionOptions;
  private readonly transport: Transport;
  private readonly gate: Gate;
  private readonly lintGate: Gate;

  constructor(options: ConnectionOptions, shared?: { transport: Transport; gate: Gate; lintGate: Gate }) {
    this.options = options;
    this.address = options.access.address;
    this.transport = shared?.transport ?? openTransport(options.access);
    this.gate = shared?.gate ?? new Gate(options.concurrency ?? 4, options.perSecond ?? 10);
    this.lintGate = shared?.lintGate ?? new Gate(4, Math.min(options.perSecond ?? 10, lintsPerSecond));
  }

  /** The same connection under another signal: cleaning up after Ctrl-C must still reach GitLab. */
  withSignal(signal: AbortSignal | undefined): Connection {
    const { signal: _, ...options } = this.options;
    return new Connection(signal ? { ...options, signal } : options, {
      transport: this.transport,
      gate: this.gate,
      lintGate: this.lintGate,
    });
  }

  /** `text` without the token, should it stand in there. */
  redact(text: string): string {
    const { token } = this.options.access;
    return text.replaceAll(token, "[token]").replaceAll(encodeURIComponent(token), "[token]");
  }

  /** Milliseconds after which a request whose answer was lost is not being carried out any more. */
  get horizon(): number {
    return this.options.horizon ?? 65_000;
  }

  /** Pauses for so many times the first pause between attempts, or until the signal. */
  async pauseTimes(times: number): Promise<void> {
    await this.pause(times * (this.options.pause ?? 500));
  }

  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.options;
    await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {
      throw aborted();
    });
  }

  /**
   * Sends a request and returns what `read` makes of its answer, `read` being called with successes (2xx) only.
   *
   * It is tried again after a refused connection and after 429 (nothing was carried out then), and, where it is
   * repeatable, after a broken connection, a timeout and 5xx.
   *
   * @throws GitlabError, of the kind `uncertain` where an answer was lost that must not be asked for again
   */
  async send<T>(request: GitlabRequest, read: (answer: Response) => Promise<T>): Promise<T> {
    const attempts = this.options.attempts ?? 6;
    let patience = this.options.patience ?? 600_000;
    for (let attempt = 1; ; attempt += 1) {
      const began = Date.now();
      const outcome = await this.attempt(request, read);
      const tell = (again?: RequestEvent["again"]) => this.tell(request, attempt, began, outcome, again);
      if ("value" in outcome) {
        tell();
        return outcome.value;
      }
      const after = this.pauseBefore(attempt, outcome);
      const limited = outcome.error.kind === "rate-limited";
      if (limited) patience -= after;
      if (!outcome.again || (limited ? patience < 0 : attempt >= attempts)) {
        tell();
        throw outcome.error;
      }
      tell({ because: outcome.error.message, after });
      if (limited) this.gate.closeFor(after);
      await this.pause(after);
    }
  }

  private async attempt<T>(
    request: GitlabRequest,
    read: (answer: Response) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { signal } = this.options;
    const what = this.redact(
      `${request.method} ${request.path.replace(/\?.*/, "").replace(/^api\/v4\//, "")}`,
    );
    const repeatable = request.repeatable ?? !["POST", "PATCH"].includes(request.method);
    const hop = { url: new URL(this.address) };
    let status: number | undefined;
    try {
      const { lintGate } = this;
      if (/\/ci\/lint(?:\?|$)/.test(request.path)) await lintGate.pass(signal, async () => undefined);
      return await this.gate.pass(signal, async () => {
        const timeout = AbortSignal.timeout(request.timeout ?? 30_000);
        const answer = await this.exchange(
          request,
          signal ? AbortSignal.any([signal, timeout]) : timeout,
          what,
          hop,
        );
        status = answer.status;
        const elsewhere = hop.url.origin !== new URL(this.address).origin;
        if (!elsewhere) this.heedRateLimit(answer);
        if (answer.ok) return { value: await read(answer), status };
        const text = this.redact((await answer.text()).slice(0, 10_000));
        const type = answer.headers.get("content-type") ?? "";
        const error = elsewhere
          ? errorElsewhere(answer.status, what, hop.url.host)
          : errorOfAnswer(answer.status, what, type, text);
        return this.judge(error, { repeatable, what, wait: waitOf(answer) });
      });
    } catch (thrown) {
      // A web page for data may be a proxy's or a sign-in's for a moment; where it lasts, the caller says so.
      if (thrown instanceof UsageError) return { error: thrown, again: false };
      if (signal?.aborted) return { error: aborted(), again: false };
      const { unsent, passing, error } = failureOf(
        thrown,
        what,
        hop.url.origin === new URL(this.address).origin ? this.address : hop.url.origin,
      );
      const clean = new GitlabError(error.kind, this.redact(error.message), status);
      if (unsent || repeatable) return { error: clean, again: passing };
      return { error: lost(what, clean), again: false };
    }
  }

  private judge<T>(error: GitlabError, context: Context): Outcome<T> {
    const { repeatable, what, wait } = context;
    const { status } = error;
    if (error.kind === "rate-limited") return { error, again: true, wait };
    if (error.kind !== "unavailable") return { error, again: false };
    // 501 and the like will not pass by waiting.
    const passing = status !== undefined && [500, 502, 503, 504].includes(status);
    if (repeatable) return { error, again: passing, wait };
    return { error: lost(what, error), again: false };
  }

  /** One exchange. A redirect is followed for GET only: for others it would silently turn into a GET. */
  private async exchange(
    request: GitlabRequest,
    signal: AbortSignal,
    what: string,
    hop: { url: URL },
  ): Promise<Response> {
    const { token } = this.options.access;
    let url = new URL(`${this.address}/${request.path}`);
    for (let hops = 0; ; hops += 1) {
      const home = url.origin === new URL(this.address).origin;
      const answer = await this.transport({
        method: request.method,
        url,
        headers: {
          "user-agent": "berth",
          ...(request.json === undefined ? {} : { "content-type": "application/json" }),
          // A redirect to an object store elsewhere carries its own signature and must not see the token.
          ...(home ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
        signal,
      });
      const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get("location") : null;
      if (location === null) return answer;
      await answer.body?.cancel();
      const target = new URL(location, url);
      if (request.method !== "GET" || hops >= 5) {
        throw new GitlabError(
          "invalid",
          `GitLab answered ${what} with a redirect to ${target.origin}${target.pathname}: set GITLAB_URL to the address and the project to the path that it goes by now`,
          answer.status,
        );
      }
      url = target;
      hop.url = target;
    }
  }

  private heedRateLimit({ headers }: Response): void {
    const reset = Number(headers.get("ratelimit-reset")) * 1000 - Date.now();
    if (headers.get("ratelimit-remaining") === "0" && reset > 0) this.gate.closeFor(Math.min(reset, 60_000));
  }

  private pauseBefore(attempt: number, { wait }: { wait?: number | undefined }): number {
    const spread = 0.5 + (this.options.random ?? Math.random)();
    return wait ?? Math.min(60_000, (this.options.pause ?? 500) * 2 ** (attempt - 1) * spread);
  }

  private tell(
    { method, path }: GitlabRequest,
    attempt: number,
    began: number,
    outcome: Outcome<unknown>,
    again: RequestEvent["again"],
  ): void {
    const status = "value" in outcome ? outcome.status : outcome.error.status;
    this.options.observe?.({
      method,
      path: this.redact(path),
      attempt,
      ...(status === undefined ? {} : { status }),
      milliseconds: Date.now() - began,
      ...(again ? { again } : {}),
    });
  }
}

type Outcome<T> =
  | { readonly value: T; readonly status: number }
  | {
      readonly error: UsageError & Partial<GitlabError>;
      readonly again: boolean;
      readonly wait?: number | undefined;
    };

interface Context {
  readonly repeatable: boolean;
  readonly what: string;
  readonly wait: number | undefined;
}

function aborted(): GitlabError {
  return new GitlabError("aborted", "stopped");
}

function lost(what: string, because: GitlabError): GitlabError {
  return new GitlabError(
    "uncertain",
    `the answer to ${what} was lost, so it may or may not have been carried out (${because.message})`,
    because.status,
  );
}

/** Milliseconds that the answer asks us to wait: `Retry-After` in seconds or as a date, or until `RateLimit-Reset`. */
function waitOf({ headers, status }: Response): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) {
    const milliseconds = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
    if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  }
  // GitLab.com's answers all tell when the limit begins anew: that matters only where it is used up.
  if (status !== 429 && headers.get("ratelimit-remaining") !== "0") return undefined;
  const reset = Number(headers.get("ratelimit-reset")) * 1000 - Date.now();
  return reset > 0 ? reset : undefined;
}
