import { request } from "node:http";

/** What the people who use the application saw while something happened to its server. */
export interface Experience {
  /** Subjects of tickets whose opening was answered with success: these rows must never be lost. */
  readonly opened: string[];
  /** Versions that answered, in the order of their first answer. */
  readonly versions: string[];
  readonly answered: number;
  /** Requests without a good answer: the time (ms since the start) and why. */
  readonly failures: readonly { readonly at: number; readonly reason: string }[];
  /** Longest time to a good answer, in milliseconds, without what a slow person took himself. */
  readonly slowest: number;
}

/**
 * People at work: every `interval` ms one asks for /healthz, every fifth time one opens a ticket, a new connection each.
 * Where `slow` is set, every tenth needs a second to send what he has to say.
 */
export class Customers {
  private readonly experience = {
    opened: [] as string[],
    versions: [] as string[],
    answered: 0,
    failures: [] as { at: number; reason: string }[],
    slowest: 0,
  };
  private readonly underway = new Set<Promise<void>>();
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private count = 0;

  private readonly target: { readonly address: string; readonly port: number };
  private readonly name: string;
  private readonly slow: boolean;
  private readonly patience: number | undefined;

  constructor(
    target: { readonly address: string; readonly port: number },
    name: string,
    options: { readonly interval: number; readonly slow?: boolean; readonly patience?: number },
  ) {
    this.target = target;
    this.slow = options.slow ?? false;
    this.patience = options.patience;
    this.name = name;
    this.timer = setInterval(() => this.come(), options.interval);
  }

  /** Waits for the requests under way and returns what was seen. */
  async leave(): Promise<Experience> {
    clearInterval(this.timer);
    await Promise.all(this.underway);
    return this.experience;
  }

  private come(): void {
    this.count += 1;
    const visit = this.count % 5 === 0 ? this.open(`${this.name} ${this.count}`) : this.look();
    this.underway.add(visit);
    visit.finally(() => this.underway.delete(visit));
  }

  private async look(): Promise<void> {
    const body = await this.ask("GET", "/healthz", "", 200);
    if (body === undefined) return;
    const { version } = JSON.parse(body) as { version: string };
    if (!this.experience.versions.includes(version)) this.experience.versions.push(version);
  }

  private async open(subject: string): Promise<void> {
    const form = new URLSearchParams({ subject, requester: "harness" }).toString();
    if ((await this.ask("POST", "/tickets", form, 303)) !== undefined) this.experience.opened.push(subject);
  }

  private async ask(method: string, path: string, body: string, wanted: number): Promise<string | undefined> {
    const began = Date.now();
    const pause = this.slow && method === "POST" && this.count % 10 === 0 ? 1000 : 0;
    const { status, text } = await ask({
      ...this.target,
      method,
      path,
      body,
      pause,
      patience: this.patience,
    });
    if (status === wanted) {
      this.experience.answered += 1;
      this.experience.slowest = Math.max(this.experience.slowest, Date.now() - began - pause);
      return text;
    }
    const what = `${method} ${path}`;
    const reason =
      status === 0 ? `${text} (${pause > 0 ? "slow " : ""}${what})` : `${what} answers ${status}`;
    this.experience.failures.push({ at: began - this.started, reason });
    return undefined;
  }
}

/**
 * One request on a connection of its own. Returns status 0 and the reason when there is no answer within `patience` ms: a
 * minute when absent, since a busy machine is slow, and how fast the answer comes is not the question.
 */
export function ask(options: {
  readonly address: string;
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  /** Milliseconds between the first half of the body and the second. */
  readonly pause?: number;
  readonly patience?: number | undefined;
}): Promise<{ status: number; text: string }> {
  const { address, port, method = "GET", path, body = "", pause = 0, patience = 60_000 } = options;
  return new Promise((resolve) => {
    const headers =
      body === ""
        ? {}
        : { "content-type": "application/x-www-form-urlencoded", "content-length": body.length };
    const outgoing = request(
      { host: address, port, method, path, headers, agent: false, timeout: patience },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", (error) => resolve({ status: 0, text: error.message }));
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${patience / 1000} s`)));
    outgoing.on("error", (error) => resolve({ status: 0, text: error.message }));
    if (pause === 0) outgoing.end(body);
    else {
      outgoing.write(body.slice(0, 5));
      setTimeout(() => outgoing.end(body.slice(5)), pause);
    }
  });
}
