import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FaultPlan } from "./faults.ts";
import { answerGit, gitPath } from "./git-http.ts";
import { answerGraphql } from "./graphql.ts";
import { startObjectStore } from "./object-store.ts";
import { PaperProject } from "./paper-project.ts";
import { ServerProject } from "./project.ts";
import { type Answer, Refusal, type Request, routes } from "./routes/index.ts";
import type { ServerPipeline, Start } from "./runs.ts";
import { send, troubled } from "./send.ts";
import { ServerState } from "./state.ts";
import { mayWrite, tokenOf, tokens } from "./tokens.ts";
import type { TraceForm } from "./trace-form.ts";

export { everyday, type FaultPlan, seededFaults } from "./faults.ts";
export { ServerProject } from "./project.ts";
export type { ServerPipeline } from "./runs.ts";
export { tokens } from "./tokens.ts";

export interface GitlabServerOptions {
  /** A sub-path under which the server lives, such as `/gitlab`. */
  readonly subPath?: string;
  /** What the one runner is told of otherwise than usual. */
  readonly runner?: Readonly<Record<string, unknown>>;
  /** Tags of the runners. */
  readonly runnerTags?: readonly string[];
  readonly faults?: FaultPlan;
  /** How pages are told: by all headers, without totals, by links to another host, or not at all. */
  readonly pagination?: "usual" | "no-totals" | "foreign-links" | "no-headers";
  /** Is handed the work that GitLab leaves to its background jobs, to do it when the test wants. */
  readonly background?: (work: () => void) => void;
  /** Milliseconds until the pipelines appear that GitLab starts by itself. */
  readonly backgroundDelay?: number;
  /** False for a GitLab before 19.2, which has no `trigger_jobs`. */
  readonly triggerJobs?: boolean;
  /** How traces are written; `timed`, as runners do since 18.7, where it is absent. */
  readonly trace?: TraceForm;
  /** False for a GitLab that sends artifacts itself. */
  readonly objectStore?: boolean;
  /** So many answers after a job's end still lack the second half of its trace. */
  readonly lateTraces?: number;
  /** The runner's `output_limit` in characters: where a trace is longer, its end and the verdict are missing for good. */
  readonly traceLimit?: number;
}

/** A stand-in for GitLab's server: the REST and GraphQL subset that Berth uses, over real repositories and real job runs. */
export class GitlabServer {
  readonly address: string;
  /** A Maintainer's; the others are in {@link tokens}. */
  readonly token = tokens.maintainer.value;
  /** A token that may only read. */
  readonly readToken = tokens.reader.value;
  /** Where the object store is: another port, which is another origin. */
  store = "";
  readonly state: ServerState;
  faults: FaultPlan | undefined;
  /** A status that the object store answers with in place of what is there. */
  storeFault: (() => number | undefined) | undefined;
  /** Every request that arrived: `GET /api/v4/...`. */
  readonly log: string[] = [];
  /** The same with the time when each came, in milliseconds, and its body. */
  readonly requests: { readonly request: string; readonly at: number; readonly body: string }[] = [];
  private readonly close: () => Promise<void>;

  constructor(address: string, state: ServerState, close: () => Promise<void>) {
    this.address = address;
    this.state = state;
    this.close = close;
  }

  /** Adds a project, with a first commit of `files` on main. */
  addProject(path: string, files: Readonly<Record<string, string>> = {}, description = ""): ServerProject {
    const project = new ServerProject(this.state.nextId("project"), path, this.state.root, description);
    this.state.projects.push(project);
    const actions = Object.entries(files).map(([file_path, content]) => ({
      action: "create",
      file_path,
      content,
    }));
    if (actions.length > 0) project.commit("main", "First", actions);
    return project;
  }

  /** Adds a project of one commit that can only be looked at, for groups of thousands. */
  addPaperProject(path: string, files: Readonly<Record<string, string>>): void {
    this.state.projects.push(new PaperProject(this.state.nextId("project"), path, this.state.root, files));
  }

  /** Starts a pipeline as an event on the server would. */
  start(start: Partial<Start> & Pick<Start, "project">): ServerPipeline | { errors: readonly string[] } {
    return this.state.startPipeline({
      ref: "main",
      tag: false,
      source: "push",
      variables: [],
      inputs: {},
      ...start,
    });
  }

  async stop(): Promise<void> {
    await this.close();
  }
}

/** Starts a stand-in on a free port of the loopback interface. */
export async function startGitlabServer(options: GitlabServerOptions = {}): Promise<GitlabServer> {
  const root = mkdtempSync(join(tmpdir(), "berth-gitlab-"));
  const { subPath = "" } = options;
  let server: GitlabServer;
  const http = createServer((incoming, outgoing) => {
    handle(server, options, incoming, outgoing).catch((error: Error) => {
      if (!outgoing.headersSent)
        send(outgoing, { status: 500, json: { message: `500 Internal Server Error: ${error.message}` } });
      else outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const state = new ServerState(root, host, `http://${host}${subPath}`, options);
  const objects = await startObjectStore(state.stored, () => server.storeFault?.());
  server = new GitlabServer(state.url, state, async () => {
    for (const timer of state.timers) clearTimeout(timer);
    await objects.stop();
    await Promise.all(state.pipelines.map((each) => each.end()));
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  server.store = objects.address;
  server.faults = options.faults;
  return server;
}

async function handle(
  server: GitlabServer,
  { subPath = "", pagination = "usual" }: GitlabServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const method = incoming.method ?? "GET";
  const url = new URL(incoming.url ?? "/", server.address);
  const path = url.pathname.startsWith(`${subPath}/`) ? url.pathname.slice(subPath.length) : "/outside";
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const request = `${method} ${path}${url.search}`;
  server.log.push(request);
  const bytes = Buffer.concat(chunks);
  const body = bytes.toString("utf8");
  server.requests.push({ request, at: Date.now(), body });
  const fault = server.faults?.({ method, path, count: server.log.length });
  if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
  if (fault?.kind === "wait") await fault.until;
  if (fault?.kind === "hang") return;
  if (fault?.kind === "answer") return send(outgoing, fault.answer);
  if (fault?.kind === "limit") {
    send(outgoing, {
      status: 429,
      text: "Retry later\n",
      // As GitLab (Rack::Attack) counts: Retry-After ends when RateLimit-Reset is reached.
      headers: {
        "retry-after": String(fault.seconds),
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(Math.floor(Date.now() / 1000) + fault.seconds),
      },
    });
    return;
  }
  if (fault?.kind === "reset" && fault.when === "before") return void outgoing.socket?.destroy();
  if (fault?.kind === "error" && fault.when === "before") return send(outgoing, troubled(fault.status));
  const repository = gitPath(path);
  if (repository) return send(outgoing, await answerGit(server.state, repository, incoming, url, bytes));
  const given = await answerOf(server, method, path, url, incoming, body, pagination);
  if (fault?.kind === "reset") return void outgoing.socket?.destroy();
  if (fault?.kind === "error") return send(outgoing, troubled(fault.status));
  send(outgoing, fault?.kind === "change" ? fault.change(given) : given, fault?.kind === "cut");
}

async function answerOf(
  server: GitlabServer,
  method: string,
  path: string,
  url: URL,
  incoming: IncomingMessage,
  text: string,
  pagination: NonNullable<GitlabServerOptions["pagination"]>,
): Promise<Answer> {
  try {
    const token = tokenOf(incoming.headers);
    if (token === undefined) throw new Refusal(401, { message: "401 Unauthorized" });
    const body = text === "" ? {} : JSON.parse(text);
    if (path === "/api/graphql") return answerGraphql(server.state, body);
    if (!path.startsWith("/api/v4/")) throw new Refusal(404, { error: "404 Not Found" });
    const request: Request = {
      method,
      path: path.slice("/api/v4".length),
      query: url.searchParams,
      body,
      state: server.state,
      url,
      pagination,
      token,
      store: server.store,
    };
    for (const { method: wanted, path: documented, pattern, answer, reads } of routes) {
      const match = wanted === method ? pattern.exec(request.path) : null;
      if (!match) continue;
      const allowed = reads || method === "GET" || mayWrite(token, `${method} ${documented}`);
      if (!allowed) {
        throw new Refusal(403, {
          error: "insufficient_scope",
          error_description: "The request requires higher privileges than provided by the access token.",
          scope: "api",
        });
      }
      return await answer(request, ...match.slice(1).map((each) => decodeURIComponent(each ?? "")));
    }
    throw new Refusal(404, { error: "404 Not Found" });
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, json: error.body, headers: error.headers };
    if (error instanceof SyntaxError) return { status: 400, json: { error: "The JSON is invalid" } };
    throw error;
  }
}
