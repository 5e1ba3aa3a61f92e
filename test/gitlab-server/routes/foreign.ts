import { readFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../git.ts";
import {
  commitRecord,
  jobRecord,
  mergeRequestRecord,
  pipelineWithName,
  projectRecord,
  projectWithAccess,
} from "../records/index.ts";
import { user } from "../records/user.ts";
import { testReportOf } from "../test-report.ts";
import { roles } from "../tokens.ts";
import {
  jobOf,
  paged,
  pipelineOf,
  pipelinesOf,
  projectOf,
  Refusal,
  type Request,
  type Route,
  requireRole,
  route,
} from "./request.ts";

/** Requests that Berth does not send and other clients of GitLab do; before the others, since some are more exact. */
export const foreign: readonly Route[] = [
  route("GET", "/projects", (request) => {
    const search = request.query.get("search") ?? "";
    const seen = request.state.projects.filter((each) => !each.hidden && each.path.includes(search));
    return paged(
      request,
      seen.map((each) => projectWithAccess(request.state, each, request.token.role)),
    );
  }),
  route("PUT", "/projects/:id", (request, id) => {
    const project = projectOf(request, id);
    requireRole(request, project, roles.maintainer);
    if (typeof request.body.description === "string") project.description = request.body.description;
    return { json: projectRecord(request.state, project, request.token.role) };
  }),
  route("GET", "/projects/:id/variables", (request, id) => {
    const project = projectOf(request, id);
    requireRole(request, project, roles.maintainer);
    return paged(request, project.variables.map(variableRecord));
  }),
  route("GET", "/projects/:id/jobs", (request, id) => {
    const scopes = [...request.query.getAll("scope[]"), ...request.query.getAll("scope")];
    const all = pipelinesOf(request.state, projectOf(request, id)).flatMap((pipeline) =>
      pipeline.jobs.filter((job) => !job.bridge).map((job) => jobRecord(request.state, pipeline, job)),
    );
    return paged(
      request,
      all.filter(({ status }) => scopes.length === 0 || scopes.includes(status)).toReversed(),
    );
  }),
  // There are none; Renovate asks for its own.
  route("GET", "/projects/:id/issues", (request, id) => {
    projectOf(request, id);
    return paged(request, []);
  }),
  route("GET", "/projects/:id/pipelines/latest", (request, id) => {
    const project = projectOf(request, id);
    const ref = request.query.get("ref") ?? project.defaultBranch;
    const found = pipelinesOf(request.state, project).find(({ start }) => start.ref === ref);
    if (!found) throw new Refusal(404, { message: "404 Not found" });
    return { json: pipelineWithName(request.state, found) };
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/variables", (request, id, number) => {
    const { start } = pipelineOf(request, id, number);
    return paged(
      request,
      start.variables.map(({ key, value, type }) => ({
        key,
        value,
        variable_type: type === "file" ? "file" : "env_var",
        hidden: false,
        protected: false,
        masked: false,
        raw: false,
        description: null,
      })),
    );
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/test_report_summary", async (request, id, number) => {
    const { test_suites: suites, ...total } = await testReportOf(pipelineOf(request, id, number));
    const summary = { time: total.total_time, count: total.total_count, success: total.success_count };
    const others = { failed: total.failed_count, skipped: total.skipped_count, error: total.error_count };
    return {
      json: {
        total: { ...summary, ...others, suite_error: null },
        test_suites: suites.map(({ test_cases: _, ...each }) => ({ ...each, build_ids: [] })),
      },
    };
  }),
  {
    method: "GET",
    path: "/projects/:id/jobs/:job/artifacts/*path",
    pattern: /^\/projects\/([^/]+)\/jobs\/(\d+)\/artifacts\/(.+)$/,
    answer: (request, id, number, path) => {
      const { pipeline, job } = jobOf(request, id, number);
      const folder = pipeline.resultOf(job).artifactsFolder;
      try {
        return { bytes: readFileSync(join(folder ?? "/nonexistent", path ?? "")) };
      } catch {
        throw new Refusal(404, { message: "404 Not Found" });
      }
    },
  },
  route("GET", "/projects/:id/repository/commits", (request, id) => {
    const project = projectOf(request, id);
    const sha = project.resolve(request.query.get("ref_name") || project.defaultBranch);
    if (!sha) throw new Refusal(404, { message: "404 Reference Not Found" });
    const shas = git(project.folder, ["rev-list", sha]).split("\n");
    return paged(
      request,
      shas.map((each) => commitRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/repository/commits/:sha/diff", (request, id, ref) => {
    const { project, sha } = commitOf(request, id, ref);
    const names = git(project.folder, [
      "diff-tree",
      "--root",
      "--no-commit-id",
      "--name-only",
      "-r",
      sha,
    ]).split("\n");
    return paged(
      request,
      names.filter(Boolean).map((path) => ({
        ...{ old_path: path, new_path: path, a_mode: "100644", b_mode: "100644" },
        ...{ new_file: false, renamed_file: false, deleted_file: false, generated_file: false },
        ...{ collapsed: false, too_large: false },
        diff: git(project.folder, ["diff-tree", "--root", "--no-commit-id", "-p", sha, "--", path]),
      })),
    );
  }),
  route("GET", "/projects/:id/repository/commits/:sha/statuses", (request, id, ref) => {
    const { project, sha } = commitOf(request, id, ref);
    const jobs = pipelinesOf(request.state, project)
      .filter((each) => each.sha === sha)
      .flatMap((pipeline) => pipeline.jobs.map((job) => jobRecord(request.state, pipeline, job)));
    return paged(
      request,
      jobs.map((job) => ({
        ...{ id: job.id, sha, ref: job.ref, status: job.status, name: job.name },
        ...{ target_url: job.web_url, description: null, created_at: job.created_at },
        ...{ started_at: job.started_at, finished_at: job.finished_at, allow_failure: job.allow_failure },
        ...{ coverage: null, pipeline_id: job.pipeline.id, author: user },
      })),
    );
  }),
  route("GET", "/projects/:id/repository/commits/:sha/merge_requests", (request, id, ref) => {
    const { project, sha } = commitOf(request, id, ref);
    const found = request.state.mergeRequests.filter(
      (each) => each.project === project && project.resolve(each.source) === sha,
    );
    return paged(
      request,
      found.map((each) => mergeRequestRecord(request.state, each)),
    );
  }),
  route("GET", "/projects/:id/repository/files/:path/raw", (request, id, path) => {
    const project = projectOf(request, id);
    const content = project.read(request.query.get("ref") ?? project.defaultBranch, path ?? "");
    if (!content) throw new Refusal(404, { message: "404 File Not Found" });
    return { bytes: content };
  }),
];

function commitOf(request: Request, id?: string, ref = "") {
  const project = projectOf(request, id);
  const sha = project.resolve(ref);
  if (!sha) throw new Refusal(404, { message: "404 Commit Not Found" });
  return { project, sha };
}

function variableRecord({
  key,
  value,
  type,
  masked,
}: {
  key: string;
  value: string;
  type: string;
  masked: boolean;
}) {
  return {
    key,
    value,
    variable_type: type === "file" ? "file" : "env_var",
    masked,
    hidden: false,
    protected: false,
    raw: false,
    environment_scope: "*",
    description: null,
  };
}
