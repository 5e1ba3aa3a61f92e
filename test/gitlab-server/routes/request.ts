import type { ServerProject } from "../project.ts";
import type { ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";
import { roles, type ServerToken } from "../tokens.ts";

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
  readonly token: ServerToken;
  /** Where artifacts are: another host, as a rule. */
  readonly store: string;
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
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** One endpoint. */
export interface Route {
  readonly method: string;
  /** As GitLab's documentation writes it: `/projects/:id`. */
  readonly path: string;
  readonly pattern: RegExp;
  readonly answer: (request: Request, ...captures: string[]) => Answer | Promise<Answer>;
  /** A POST that a token with read_api may send, too. */
  readonly reads?: boolean;
}

/** `/projects/:id/…` to an expression; `:name` is one encoded segment. */
export function route(method: string, path: string, answer: Route["answer"], reads = false): Route {
  return { method, path, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "([^/]+)")}$`), answer, reads };
}

export function projectOf({ state, method, url, path }: Request, id = ""): ServerProject {
  const project = state.projects.find((each) => (each.path === id || String(each.id) === id) && !each.hidden);
  if (project) return project;
  const moved = state.projects.find((each) => each.formerPaths.includes(id) && !each.hidden);
  if (!moved) throw new Refusal(404, { message: "404 Project Not Found" });
  // GitLab redirects readers to the project's number, and lets nobody write to an old path.
  if (method !== "GET")
    throw new Refusal(405, { message: "Non GET methods are not allowed for moved projects" });
  const rest = path.replace(/^\/projects\/[^/]+/, "");
  throw new Refusal(301, "", { location: `${state.url}/api/v4/projects/${moved.id}${rest}${url.search}` });
}

/** What a token's user is on a project. */
export function roleOn({ token }: Request, project: ServerProject): number {
  return project.readOnly ? Math.min(token.role, roles.reporter) : token.role;
}

export function requireRole(request: Request, project: ServerProject, role: number): void {
  if (roleOn(request, project) < role) throw new Refusal(403, { message: "403 Forbidden" });
}

/** Whether the token's user may give variables to pipelines and manual jobs of a project. */
export function takesVariables(request: Request, project: ServerProject): boolean {
  const wanted =
    { no_one_allowed: roles.nobody, ...roles }[project.variablesRole as keyof typeof roles] ??
    roles.developer;
  return roleOn(request, project) >= wanted;
}

export function writable(request: Request, id?: string): ServerProject {
  const project = projectOf(request, id);
  requireRole(request, project, roles.developer);
  return project;
}

export function pipelinesOf(state: ServerState, project: ServerProject): ServerPipeline[] {
  return state.pipelines.filter((each) => each.start.project === project).toReversed();
}

export function pipelineOf(request: Request, id?: string, number?: string): ServerPipeline {
  const project = projectOf(request, id);
  if (!/^\d+$/.test(number ?? "")) throw new Refusal(400, { error: "pipeline_id is invalid" });
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
  for (const name of ["per_page", "page"]) {
    if (!/^[1-9]\d*$/.test(query.get(name) ?? "1"))
      throw new Refusal(400, {
        error: `${name} ${/^\d+$/.test(query.get(name) ?? "") ? "does not have a valid value" : "is invalid"}`,
      });
  }
  const perPage = Math.min(100, Number(query.get("per_page") ?? 20));
  if (query.get("pagination") === "keyset" && pagination === "usual")
    return keysetPage(query, url, all, perPage);
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

/** Keyset pages tell the next one by a link with its first item, and no numbers (GitLab docs, api/rest "Keyset-based pagination"). */
function keysetPage(query: URLSearchParams, url: URL, all: readonly unknown[], perPage: number): Answer {
  const start = Number(query.get("page_token") ?? 0);
  const next = new URL(url);
  next.searchParams.set("page_token", String(start + perPage));
  return {
    json: all.slice(start, start + perPage),
    headers: {
      "x-per-page": String(perPage),
      ...(start + perPage < all.length ? { link: `<${next}>; rel="next"` } : {}),
    },
  };
}
