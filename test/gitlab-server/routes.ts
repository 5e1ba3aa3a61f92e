import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { createdJobs, expandPipeline } from "../../src/expand-pipeline.ts";
import type { CiVariable } from "../../src/smoke/local/variables.ts";
import { git } from "./git.ts";
import type { FileAction, ServerProject } from "./project.ts";
import {
  branchRecord,
  bridgeRecord,
  commitRecord,
  jobRecord,
  mergeRequestRecord,
  pipelineBasics,
  pipelineRecord,
  projectRecord,
  runnerRecord,
  tagRecord,
} from "./records.ts";
import { type ServerJob, ServerPipeline } from "./runs.ts";
import type { ServerState } from "./state.ts";
import { testReportOf } from "./test-report.ts";

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

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly answer: (request: Request, ...captures: string[]) => Answer | Promise<Answer>;
  /** A POST that a token with read_api may send, too. */
  readonly reads?: boolean;
}

/** `/projects/:id/…` to an expression; `:name` is one encoded segment. */
function route(method: string, path: string, answer: Route["answer"], reads = false): Route {
  return { method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "([^/]+)")}$`), answer, reads };
}

/** The REST subset (GitLab docs, api/*), one row an endpoint. */
export const routes: readonly Route[] = [
  route("GET", "/metadata", () => ({
    json: { version: "18.11.2-ee", revision: "0000000", kas: { enabled: false }, enterprise: true },
  })),
  route("GET", "/version", () => ({ json: { version: "18.11.2-ee", revision: "0000000" } })),
  route("GET", "/user", () => ({
    json: { id: 1, username: "root", name: "Administrator", state: "active" },
  })),
  route("GET", "/personal_access_tokens/self", ({ writes }) => ({
    json: {
      id: 1,
      name: "smoke",
      revoked: false,
      created_at: "2026-01-01T00:00:00.000Z",
      scopes: [writes ? "api" : "read_api"],
      user_id: 1,
      last_used_at: null,
      active: true,
      expires_at: "2027-01-01",
    },
  })),
  route("GET", "/projects/:id", (request, id) => ({
    json: projectRecord(request.state, projectOf(request, id)),
  })),
  route("GET", "/groups/:id/projects", (request, group) => {
    const inside = request.state.projects.filter((each) => each.path.startsWith(`${group}/`) && !each.hidden);
    if (inside.length === 0) throw new Refusal(404, { message: "404 Group Not Found" });
    return paged(
      request,
      inside.map((each) => projectRecord(request.state, each)),
    );
  }),
  route("GET", "/projects/:id/runners", (request, id) => {
    projectOf(request, id);
    return paged(request, [{ ...runnerRecord(), ...request.state.options.runner }]);
  }),
  route("GET", "/runners/:id", (request) => ({
    json: {
      ...runnerRecord(),
      tag_list: request.state.options.runnerTags ?? [],
      run_untagged: true,
      access_level: "not_protected",
      maximum_timeout: null,
      ...request.state.options.runner,
    },
  })),
  route("POST", "/projects/:id/ci/lint", lint, true),
  route("GET", "/projects/:id/ci/lint", lintCommit),

  route("GET", "/projects/:id/repository/branches", (request, id) => {
    const project = projectOf(request, id);
    const search = request.query.get("search") ?? "";
    const names = project
      .branches()
      .filter((each) => (search.startsWith("^") ? each.startsWith(search.slice(1)) : each.includes(search)));
    return paged(
      request,
      names.map((each) => branchRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/repository/branches/:branch", (request, id, name) => {
    const project = projectOf(request, id);
    if (!project.branches().includes(name!)) throw new Refusal(404, { message: "404 Branch Not Found" });
    return { json: branchRecord(request.state, project, name!) };
  }),
  route("DELETE", "/projects/:id/repository/branches/:branch", (request, id, name) => {
    const project = writable(request, id);
    if (!project.branches().includes(name!)) throw new Refusal(404, { message: "404 Branch Not Found" });
    git(project.folder, ["update-ref", "-d", `refs/heads/${name}`]);
    return { status: 204 };
  }),
  route("POST", "/projects/:id/repository/commits", (request, id) => {
    const project = writable(request, id);
    const { branch, commit_message: message, start_branch, start_sha, actions = [] } = request.body;
    const missing = ["branch", "commit_message", "actions"].filter(
      (each) => request.body[each] === undefined,
    );
    if (missing.length > 0)
      throw new Refusal(400, { error: missing.map((each) => `${each} is missing`).join(", ") });
    try {
      const sha = project.commit(branch, message, actions as FileAction[], start_sha ?? start_branch);
      // A commit with this in its message starts no pipeline by being pushed (docs, ci/pipelines "Skip a pipeline").
      if (!/\[(ci[ _-]skip|skip[ _-]ci)\]/i.test(message)) request.state.afterPush(project, branch);
      return { status: 201, json: commitRecord(request.state, project, sha) };
    } catch (error) {
      throw new Refusal(400, { message: (error as Error).message });
    }
  }),
  route("GET", "/projects/:id/repository/commits/:sha", (request, id, ref) => {
    const project = projectOf(request, id);
    const sha = project.resolve(ref!);
    if (!sha) throw new Refusal(404, { message: "404 Commit Not Found" });
    return { json: commitRecord(request.state, project, sha) };
  }),
  route("GET", "/projects/:id/repository/tree", (request, id) => {
    const project = projectOf(request, id);
    const entries = project.tree(
      request.query.get("ref") ?? "HEAD",
      request.query.get("path") ?? "",
      request.query.get("recursive") === "true",
    );
    if (!entries) throw new Refusal(404, { message: "404 invalid revision or path Not Found" });
    return paged(
      request,
      entries.map((each) => ({
        id: each.id,
        name: each.path.split("/").at(-1),
        type: each.type,
        path: each.path,
        mode: each.mode,
      })),
    );
  }),
  route("GET", "/projects/:id/repository/files/:path", (request, id, path) => {
    const project = projectOf(request, id);
    const ref = request.query.get("ref");
    if (!ref) throw new Refusal(400, { error: "ref is missing" });
    const content = project.read(ref, path!);
    if (!content) throw new Refusal(404, { message: "404 File Not Found" });
    const sha = project.resolve(ref)!;
    const blob = project.blobId(sha, path!);
    return {
      json: {
        file_name: path!.split("/").at(-1),
        file_path: path,
        size: content.length,
        encoding: "base64",
        content_sha256: "",
        ref,
        blob_id: blob,
        commit_id: sha,
        last_commit_id: sha,
        execute_filemode: false,
        content: content.toString("base64"),
      },
    };
  }),
  route("GET", "/projects/:id/repository/tags", (request, id) => {
    const project = projectOf(request, id);
    return paged(
      request,
      project.tags().map((each) => tagRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/repository/tags/:tag", (request, id, tag) => {
    const project = projectOf(request, id);
    if (!project.tags().includes(tag!)) throw new Refusal(404, { message: "404 Tag Not Found" });
    return { json: tagRecord(request.state, project, tag!) };
  }),
  route("POST", "/projects/:id/repository/tags", (request, id) => {
    const project = writable(request, id);
    const { tag_name: tag, ref } = { ...Object.fromEntries(request.query), ...request.body };
    if (project.tags().includes(tag)) throw new Refusal(400, { message: `Tag ${tag} already exists` });
    const sha = project.resolve(ref);
    if (!sha) throw new Refusal(400, { message: `Target ${ref} is invalid` });
    git(project.folder, ["tag", tag, sha]);
    request.state.afterPush(project, tag, true);
    return { status: 201, json: tagRecord(request.state, project, tag) };
  }),
  route("GET", "/projects/:id/releases", (request, id) => paged(request, projectOf(request, id).releases)),
  route("GET", "/projects/:id/releases/:tag", (request, id, tag) => {
    const release = projectOf(request, id).releases.find((each) => each.tag_name === tag);
    if (!release) throw new Refusal(404, { message: "404 Not Found" });
    return { json: release };
  }),

  route("POST", "/projects/:id/pipeline", (request, id) => {
    const project = writable(request, id);
    const { ref, variables = [], inputs = {} } = { ref: request.query.get("ref"), ...request.body };
    if (!ref) throw new Refusal(400, { error: "ref is missing" });
    if (variables.length > 0 && project.variablesRole === "no_one_allowed")
      throw new Refusal(400, { message: { base: ["Insufficient permissions to set pipeline variables"] } });
    return created(request, {
      project,
      ref,
      tag: project.tags().includes(ref),
      source: "api",
      variables: variables.map(ciVariable),
      inputs,
    });
  }),
  route("GET", "/projects/:id/pipelines", (request, id) => {
    const project = projectOf(request, id);
    const wanted = ["ref", "sha", "source", "status"] as const;
    // Child pipelines are listed only where they are asked for.
    const records = pipelinesOf(request.state, project)
      .filter((each) => each.start.parent === undefined || request.query.has("source"))
      .map((each) => pipelineBasics(request.state, each))
      .filter((each) =>
        wanted.every((name) => !request.query.has(name) || each[name] === request.query.get(name)),
      );
    return paged(request, records);
  }),
  route("GET", "/projects/:id/pipelines/:pipeline", (request, id, number) => ({
    json: pipelineRecord(request.state, pipelineOf(request, id, number)),
  })),
  route("POST", "/projects/:id/pipelines/:pipeline/cancel", (request, id, number) => {
    writable(request, id);
    const pipeline = pipelineOf(request, id, number);
    pipeline.cancel();
    return { status: 201, json: pipelineRecord(request.state, pipeline) };
  }),
  route("DELETE", "/projects/:id/pipelines/:pipeline", async (request, id, number) => {
    writable(request, id);
    const pipeline = pipelineOf(request, id, number);
    await pipeline.end();
    request.state.pipelines.splice(request.state.pipelines.indexOf(pipeline), 1);
    return { status: 204 };
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/jobs", (request, id, number) => {
    const pipeline = pipelineOf(request, id, number);
    return paged(
      request,
      pipeline.jobs
        .filter((job) => !job.bridge)
        .toReversed()
        .map((job) => jobRecord(request.state, pipeline, job)),
    );
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/bridges", bridges),
  route("GET", "/projects/:id/pipelines/:pipeline/trigger_jobs", (request, id, number) => {
    if (request.state.options.triggerJobs === false) throw new Refusal(404, { error: "404 Not Found" });
    return bridges(request, id, number);
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/test_report", async (request, id, number) => ({
    json: await testReportOf(pipelineOf(request, id, number)),
  })),
  route("GET", "/projects/:id/jobs/:job", (request, id, number) => {
    const { pipeline, job } = jobOf(request, id, number);
    return { json: jobRecord(request.state, pipeline, job) };
  }),
  route("GET", "/projects/:id/jobs/:job/trace", (request, id, number) => {
    const { trace } = jobOf(request, id, number).job;
    const cut = Math.random() * 1000 < (request.state.options.truncatedTraces ?? 0);
    return { text: cut ? trace.slice(0, Math.floor(trace.length / 2)) : trace };
  }),
  route("GET", "/projects/:id/jobs/:job/artifacts", (request, id, number) => {
    const { pipeline, job } = jobOf(request, id, number);
    return archiveOf(request.state, pipeline, job);
  }),
  route("GET", "/projects/:id/jobs/artifacts/:ref/download", (request, id, ref) => {
    const project = projectOf(request, id);
    const name = request.query.get("job");
    for (const pipeline of pipelinesOf(request.state, project)) {
      const job = pipeline.jobs.find((each) => each.name === name);
      if (pipeline.start.ref === ref && pipeline.status === "success" && job)
        return archiveOf(request.state, pipeline, job);
    }
    throw new Refusal(404, { message: "404 Not Found" });
  }),
  route("POST", "/projects/:id/jobs/:job/play", (request, id, number) => {
    writable(request, id);
    const { pipeline, job } = jobOf(request, id, number);
    if (!pipeline.play(job, (request.body.job_variables_attributes ?? []).map(ciVariable))) {
      throw new Refusal(400, { message: "400 Bad request - Unplayable Job" });
    }
    return { json: jobRecord(request.state, pipeline, job) };
  }),

  route("GET", "/projects/:id/merge_requests", (request, id) => {
    const project = projectOf(request, id);
    const found = request.state.mergeRequests.filter(
      (each) =>
        each.project === project &&
        (!request.query.has("source_branch") || each.source === request.query.get("source_branch")) &&
        (!request.query.has("state") || each.state === request.query.get("state")),
    );
    return paged(
      request,
      found.map((each) => mergeRequestRecord(request.state, each)),
    );
  }),
  route("POST", "/projects/:id/merge_requests", (request, id) => {
    const project = writable(request, id);
    const { source_branch: source, target_branch: target, title } = request.body;
    const open = request.state.mergeRequests.find(
      (each) => each.project === project && each.source === source && each.state === "opened",
    );
    if (open)
      throw new Refusal(409, {
        message: [`Another open merge request already exists for this source branch: !${open.iid}`],
      });
    if (!project.branches().includes(source))
      throw new Refusal(400, { message: ["Source branch does not exist"] });
    const number = request.state.nextId("merge request");
    const made = {
      id: number,
      iid: number,
      project,
      source,
      target,
      title,
      state: "opened",
      preparedAt: null,
      notes: [],
    };
    request.state.mergeRequests.push(made);
    request.state.afterOpening(made);
    return { status: 201, json: mergeRequestRecord(request.state, made) };
  }),
  route("GET", "/projects/:id/merge_requests/:iid", (request, id, iid) => ({
    json: mergeRequestRecord(request.state, mergeRequestOf(request, id, iid)),
  })),
  route("PUT", "/projects/:id/merge_requests/:iid", (request, id, iid) => {
    const found = mergeRequestOf(request, id, iid);
    if (request.body.state_event === "close") found.state = "closed";
    return { json: mergeRequestRecord(request.state, found) };
  }),
  route("GET", "/projects/:id/merge_requests/:iid/pipelines", (request, id, iid) => {
    const { project, source } = mergeRequestOf(request, id, iid);
    const records = pipelinesOf(request.state, project).filter(
      (each) => each.start.source === "merge_request_event" && each.start.ref === source,
    );
    return paged(
      request,
      records.map((each) => pipelineRecord(request.state, each)),
    );
  }),
  route("POST", "/projects/:id/merge_requests/:iid/pipelines", (request, id, iid) => {
    const { project, source } = mergeRequestOf(request, id, iid);
    return created(request, {
      project,
      ref: source,
      tag: false,
      source: "merge_request_event",
      variables: [],
      inputs: {},
    });
  }),
  route("GET", "/projects/:id/merge_requests/:iid/notes", (request, id, iid) =>
    paged(request, mergeRequestOf(request, id, iid).notes.map(noteRecord)),
  ),
  route("POST", "/projects/:id/merge_requests/:iid/notes", (request, id, iid) => {
    const note = {
      id: request.state.nextId("note"),
      body: request.body.body,
      created_at: new Date().toISOString(),
    };
    mergeRequestOf(request, id, iid).notes.unshift(note);
    return { status: 201, json: noteRecord(note) };
  }),
  route("PUT", "/projects/:id/merge_requests/:iid/notes/:note", (request, id, iid, number) => {
    const note = mergeRequestOf(request, id, iid).notes.find((each) => each.id === Number(number));
    if (!note) throw new Refusal(404, { message: "404 Not found" });
    note.body = request.body.body;
    return { json: noteRecord(note) };
  }),
];

function lint(request: Request, id?: string): Answer {
  const project = projectOf(request, id);
  if (request.body.content === undefined) throw new Refusal(400, { error: "content is missing" });
  const sha = project.resolve(request.body.ref ?? "HEAD");
  const projects = Object.fromEntries(
    request.state.projects.map((each) => [
      each.path,
      new Proxy({} as Record<string, Record<string, string>>, {
        get: (_, version) => {
          const at = typeof version === "string" ? each.resolveVersion(version) : undefined;
          return at === undefined ? undefined : each.files(at);
        },
      }),
    ]),
  );
  const options = {
    files: sha ? project.files(sha) : {},
    projects,
    project: { path: project.path, host: request.state.host, defaultBranch: project.defaultBranch },
    event: { source: "push", ref: project.defaultBranch, tag: false },
  };
  const expansion = request.body.dry_run
    ? createdJobs(request.body.content, options).expansion
    : expandPipeline(request.body.content, options);
  return {
    json: {
      valid: expansion.valid,
      errors: expansion.errors,
      warnings: expansion.warnings,
      merged_yaml: expansion.config === undefined ? null : `---\n${stringify(expansion.config)}`,
      includes: [],
      ...(request.body.include_jobs && {
        jobs: Object.entries(expansion.jobs).map(([name, job]) => ({
          name,
          stage: job.stage,
          before_script: job.before_script ?? [],
          script: job.script ?? [],
          after_script: job.after_script ?? [],
          tag_list: job.tags ?? [],
          only: null,
          except: null,
          environment: null,
          when: job.when ?? "on_success",
          allow_failure: job.allow_failure === true,
          needs: null,
        })),
      }),
    },
  };
}

function archiveOf(state: ServerState, pipeline: ServerPipeline, job: ServerJob): Answer {
  const folder = pipeline.resultOf(job).artifactsFolder;
  if (!folder) throw new Refusal(404, { message: "404 Not Found" });
  const archive = join(state.root, `artifacts-${job.id}.zip`);
  execFileSync("python3", ["-m", "zipfile", "-c", archive, "."], { cwd: folder });
  return { bytes: readFileSync(archive), headers: { "content-type": "application/zip" } };
}

function bridges(request: Request, id?: string, number?: string): Answer {
  const pipeline = pipelineOf(request, id, number);
  const found = pipeline.jobs.filter((job) => job.bridge).toReversed();
  return paged(
    request,
    found.map((job) => bridgeRecord(request.state, pipeline, job)),
  );
}

/** The file of a commit, with the includes of that commit (docs, api/lint "Validate existing CI/CD configuration"). */
function lintCommit(request: Request, id?: string): Answer {
  const project = projectOf(request, id);
  const sha = project.resolve(request.query.get("content_ref") ?? "HEAD");
  if (!sha) throw new Refusal(404, { message: "404 Commit Not Found" });
  const dryRun = request.query.get("dry_run") === "true";
  const ref = request.query.get("dry_run_ref") ?? project.defaultBranch;
  const start = { project, ref, tag: false, source: "push", variables: [], inputs: {} };
  const { expansion, errors, warnings } = request.state.judge(start, sha, dryRun);
  return {
    json: {
      valid: errors.length === 0,
      errors,
      warnings,
      merged_yaml: expansion?.config === undefined ? null : `---\n${stringify(expansion.config)}`,
      includes: [],
    },
  };
}

function created(request: Request, start: Parameters<ServerState["startPipeline"]>[0]): Answer {
  const made = request.state.startPipeline(start);
  if (!(made instanceof ServerPipeline)) throw new Refusal(400, { message: { base: made.errors } });
  return { status: 201, json: pipelineRecord(request.state, made) };
}

function ciVariable({
  key,
  value,
  variable_type,
}: {
  key: string;
  value: string;
  variable_type?: string;
}): CiVariable {
  return { key, value, type: variable_type === "file" ? "file" : "variable", masked: false, raw: false };
}

function noteRecord(note: { id: number; body: string; created_at: string }) {
  return {
    ...note,
    author: { id: 1, username: "root", name: "Administrator", state: "active" },
    system: false,
    noteable_type: "MergeRequest",
    resolvable: false,
  };
}

function projectOf({ state }: Request, id = ""): ServerProject {
  const project = state.projects.find((each) => (each.path === id || String(each.id) === id) && !each.hidden);
  if (!project) throw new Refusal(404, { message: "404 Project Not Found" });
  return project;
}

function writable(request: Request, id?: string): ServerProject {
  const project = projectOf(request, id);
  if (project.readOnly) throw new Refusal(403, { message: "403 Forbidden" });
  return project;
}

function pipelinesOf(state: ServerState, project: ServerProject): ServerPipeline[] {
  return state.pipelines.filter((each) => each.start.project === project).toReversed();
}

function pipelineOf(request: Request, id?: string, number?: string): ServerPipeline {
  const project = projectOf(request, id);
  const found = request.state.pipelines.find(
    (each) => each.id === Number(number) && each.start.project === project,
  );
  if (!found) throw new Refusal(404, { message: "404 Not found" });
  return found;
}

function jobOf(request: Request, id?: string, number?: string) {
  const project = projectOf(request, id);
  for (const pipeline of pipelinesOf(request.state, project)) {
    const job = pipeline.jobs.find((each) => each.id === Number(number));
    if (job) return { pipeline, job };
  }
  throw new Refusal(404, { message: "404 Not found" });
}

function mergeRequestOf(request: Request, id?: string, iid?: string) {
  const project = projectOf(request, id);
  const found = request.state.mergeRequests.find(
    (each) => each.project === project && each.iid === Number(iid),
  );
  if (!found) throw new Refusal(404, { message: "404 Not found" });
  return found;
}

/** One page of a list with the headers that tell where the next is (GitLab docs, api/rest "Pagination"). */
function paged({ query, url, pagination }: Request, all: readonly unknown[]): Answer {
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
