import type { ServerProject } from "../project.ts";
import type { ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";

/** One request, parsed. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  readonly body: any;
  readonly state: ServerState;
  readonly url: URL;
  readonly pagination: "usual" | "no-totals" | "foreign-links" | "no-headers";
  /** The token has the scope `api`, not only `read_api`. */
  readonly writes: boolean;
}

export interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that refuses. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/** One endpoint. */
export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly answer: (request: Request, ...captures: string[]) => Answer | Promise<Answer>;
  /** A POST that a token with read_api may send, too. */
  readonly reads?: boolean;
}

/** `/projects/:id/…` to an expression; `:name` is one encoded segment. */
export function route(method: string, path: string, answer: Route["answer"], reads = false): Route {
  return { method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "([^/]+)")}$`), answer, reads };
}

export function projectOf({ state }: Request, id = ""): ServerProject {
  const project = state.projects.find((each) => (each.path === id || String(each.id) === id) && !each.hidden);
  if (!project) throw new Refusal(404, { message: "404 Project Not Found" });
  return project;
}

export function writable(request: Request, id?: string): ServerProject {
  const project = projectOf(request, id);
  if (project.readOnly) throw new Refusal(403, { message: "403 Forbidden" });
  return project;
}

export function pipelinesOf(state: ServerState, project: ServerProject): ServerPipeline[] {
  return state.pipelines.filter((each) => each.start.project === project).toReversed();
}

export function pipelineOf(request: Request, id?: string, number?: string): ServerPipeline {
  const project = projectOf(request, id);
  const found = request.state.pipelines.find(
    (each) => each.id === Number(number) && each.start.project === project,
  );
  if (!found) throw new Refusal(404, { message: "404 Not found" });
  return found;
}

export function jobOf(request: Request, id?: string, number?: string) {
  const project = projectOf(request, id);
  for (const pipeline of pipelinesOf(request.state, project)) {
    const job = pipeline.jobs.find((each) => each.id === Number(number));
    if (job) return { pipeline, job };
  }
  throw new Refusal(404, { message: "404 Not found" });
}

export function mergeRequestOf(request: Request, id?: string, iid?: string) {
  const project = projectOf(request, id);
  const found = request.state.mergeRequests.find(
    (each) => each.project === project && each.iid === Number(iid),
  );
  if (!found) throw new Refusal(404, { message: "404 Not found" });
  return found;
}

export function paged({ query, url, pagination }: Request, all: readonly unknown[]): Answer {
  const perPage = Math.min(100, Number(query.get("per_page") ?? 20));
  const page = Number(query.get("page") ?? 1);
  const json = all.slice((page - 1) * perPage, page * perPage);
  const more = page * perPage < all.length;
  if (pagination === "no-headers") return { json };
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  if (pagination === "foreign-links") next.host = "gitlab.internal:8181";
  const totals = { "x-total": String(all.length), "x-total-pages": String(Math.ceil(all.length / perPage)) };
  return {
    json,
    headers: {
      "x-page": String(page),
      "x-per-page": String(perPage),
      "x-next-page": more ? String(page + 1) : "",
      ...(more ? { link: `<${next}>; rel="next"` } : {}),
      ...(pagination === "no-totals" ? {} : totals),
    },
  };
}
