import { git } from "./git.ts";
import type { ServerProject, ServerRelease } from "./project.ts";
import type { ServerJob, ServerPipeline } from "./runs.ts";
import type { ServerMergeRequest, ServerState } from "./state.ts";
import { roles } from "./tokens.ts";

/* The answers' shapes; test/gitlab-server/shapes.ts holds them against the documentation. */

const user = {
  id: 1,
  username: "root",
  name: "Administrator",
  state: "active",
  avatar_url: null,
  web_url: "http://127.0.0.1/root",
};

export function projectRecord({ url }: ServerState, project: ServerProject, role: number = roles.maintainer) {
  const name = project.path.split("/").at(-1) ?? "";
  return {
    id: project.id,
    description: project.description,
    name,
    name_with_namespace: project.path.replaceAll("/", " / "),
    path: name,
    path_with_namespace: project.path,
    created_at: "2026-01-01T00:00:00.000Z",
    default_branch: project.empty ? null : project.defaultBranch,
    ssh_url_to_repo: `git@127.0.0.1:${project.path}.git`,
    http_url_to_repo: `${url}/${project.path}.git`,
    web_url: `${url}/${project.path}`,
    star_count: 0,
    forks_count: 0,
    last_activity_at: "2026-01-01T00:00:00.000Z",
    archived: project.archived,
    visibility: "private",
    ci_config_path: null,
    // CI/CD settings are told to Maintainers only.
    ...(role >= roles.maintainer && { ci_pipeline_variables_minimum_override_role: project.variablesRole }),
    namespace: {
      id: 1,
      name: project.path.split("/")[0],
      path: project.path.split("/")[0],
      kind: "group",
      full_path: project.path.split("/").slice(0, -1).join("/"),
    },
    _links: { self: `${url}/api/v4/projects/${project.id}` },
    empty_repo: project.empty,
    merge_requests_enabled: true,
    jobs_enabled: true,
    shared_runners_enabled: true,
    permissions: {
      project_access: project.roleUntold
        ? null
        : { access_level: project.readOnly ? roles.reporter : role, notification_level: 3 },
      group_access: null,
    },
  };
}

export function runnerRecord() {
  return {
    id: 1,
    description: "stand-in",
    ip_address: "127.0.0.1",
    active: true,
    paused: false,
    is_shared: true,
    runner_type: "instance_type",
    name: null,
    online: true,
    status: "online",
  };
}

export function commitRecord({ url }: ServerState, project: ServerProject, sha: string) {
  const { message, date, parents } = project.commitOf(sha);
  return {
    id: sha,
    short_id: sha.slice(0, 8),
    created_at: date,
    parent_ids: parents.split(" ").filter(Boolean),
    title: message.split("\n")[0],
    message: message.replace(/\n+$/, ""),
    author_name: "Administrator",
    author_email: "admin@example.com",
    project_id: project.id,
    status: null,
    last_pipeline: null,
    stats: { additions: 0, deletions: 0, total: 0 },
    trailers: {},
    extended_trailers: {},
    authored_date: date,
    committer_name: "Administrator",
    committer_email: "admin@example.com",
    committed_date: date,
    web_url: `${url}/${project.path}/-/commit/${sha}`,
  };
}

export function branchRecord(state: ServerState, project: ServerProject, name: string) {
  const sha = git(project.folder, ["rev-parse", `refs/heads/${name}`]);
  return {
    name,
    commit: commitRecord(state, project, sha),
    merged: false,
    protected: project.isProtected(name, false),
    developers_can_push: false,
    developers_can_merge: false,
    can_push: true,
    default: name === project.defaultBranch,
    web_url: `${state.url}/${project.path}/-/tree/${name}`,
  };
}

export function tagRecord(state: ServerState, project: ServerProject, name: string) {
  const sha = git(project.folder, ["rev-parse", `refs/tags/${name}^{commit}`]);
  return {
    name,
    message: "",
    target: sha,
    commit: commitRecord(state, project, sha),
    release: null,
    protected: project.isProtected(name, true),
    created_at: null,
  };
}

/** A merge request's pipeline has a ref of GitLab's own. */
function refOf({ source, ref, mergeRequest, project }: ServerPipeline["start"]): string {
  if (source !== "merge_request_event") return ref;
  return `refs/merge-requests/${mergeRequest ?? 1}/${project.mergedResults ? "merge" : "head"}`;
}

/** What a list of pipelines says of each. */
export function pipelineBasics({ url }: ServerState, pipeline: ServerPipeline) {
  const { start, id, sha } = pipeline;
  return {
    id,
    iid: id,
    project_id: start.project.id,
    sha,
    ref: refOf(start),
    status: pipeline.status,
    source: start.source,
    created_at: pipeline.createdAt,
    updated_at: new Date().toISOString(),
    web_url: `${url}/${start.project.path}/-/pipelines/${id}`,
    name: null,
  };
}

export function pipelineRecord(state: ServerState, pipeline: ServerPipeline) {
  return {
    ...pipelineBasics(state, pipeline),
    before_sha: "0".repeat(40),
    tag: pipeline.start.tag,
    yaml_errors: null,
    user,
    started_at: null,
    finished_at: null,
    committed_at: null,
    duration: null,
    queued_duration: null,
    coverage: null,
  };
}

export function jobRecord(state: ServerState, pipeline: ServerPipeline, job: ServerJob) {
  const result = pipeline.resultOf(job);
  const status = pipeline.statusOf(job);
  const { project, tag } = pipeline.start;
  const archive = { filename: "artifacts.zip", size: 1 };
  return {
    id: job.id,
    status,
    stage: result.stage,
    name: job.name,
    ref: refOf(pipeline.start),
    tag,
    coverage: null,
    allow_failure: result.allowFailure,
    created_at: job.createdAt,
    started_at: job.startedAt ?? null,
    finished_at: job.finishedAt ?? null,
    erased_at: null,
    duration: job.finishedAt ? result.seconds : null,
    queued_duration: job.startedAt ? 0.1 : null,
    user,
    commit: commitRecord(state, project, pipeline.sha),
    pipeline: pipelineBasics(state, pipeline),
    ...(result.state === "failed" ? { failure_reason: result.failureReason ?? "script_failure" } : {}),
    web_url: `${state.url}/${project.path}/-/jobs/${job.id}`,
    project: { ci_job_token_scope_enabled: false },
    ...(result.artifactsFolder ? { artifacts_file: archive } : {}),
    artifacts: result.artifactsFolder
      ? [
          { file_type: "archive", file_format: "zip", ...archive },
          ...reportsOf(pipeline, job).map((file_type) => ({
            file_type,
            file_format: "gzip",
            filename: `${file_type}.xml.gz`,
            size: 1,
          })),
        ]
      : [],
    runner: job.startedAt && !job.stuck ? runnerRecord() : null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: job.tags,
  };
}

function reportsOf({ plan }: ServerPipeline, { name }: ServerJob): string[] {
  return Object.keys(plan.jobs.find((each) => each.name === name)?.artifacts?.reports ?? {});
}

/** A job that starts another pipeline (docs, api/jobs "List all trigger jobs for a pipeline"). */
export function bridgeRecord(state: ServerState, pipeline: ServerPipeline, job: ServerJob) {
  const {
    artifacts: _,
    artifacts_file: __,
    artifacts_expire_at: ___,
    runner: ____,
    tag_list: _____,
    ...record
  } = jobRecord(state, pipeline, job);
  return { ...record, downstream_pipeline: job.downstream ? pipelineBasics(state, job.downstream) : null };
}

export function mergeRequestRecord(
  state: ServerState,
  { id, iid, project, source, target, title, state: status, preparedAt }: ServerMergeRequest,
) {
  return {
    id,
    iid,
    project_id: project.id,
    title,
    description: "",
    state: status,
    source_branch: source,
    target_branch: target,
    author: user,
    draft: false,
    prepared_at: preparedAt,
    references: { short: `!${iid}`, relative: `!${iid}`, full: `${project.path}!${iid}` },
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    labels: [],
    milestone: null,
    assignees: [],
    reviewers: [],
    has_conflicts: false,
    detailed_merge_status: "mergeable",
    sha: project.resolve(source) ?? "",
    web_url: `${state.url}/${project.path}/-/merge_requests/${iid}`,
  };
}

export function releaseRecord(state: ServerState, project: ServerProject, release: ServerRelease) {
  const { url } = state;
  const sha = project.resolve(`refs/tags/${release.tag_name}`) ?? project.resolve(release.tag_name);
  return {
    ...release,
    description_html: release.description,
    created_at: release.released_at,
    upcoming_release: false,
    author: user,
    ...(sha !== undefined && { commit: commitRecord(state, project, sha) }),
    commit_path: `/${project.path}/-/commit/${sha}`,
    tag_path: `/${project.path}/-/tags/${release.tag_name}`,
    assets: { count: 0, sources: [], links: [] },
    evidences: [],
    _links: { self: `${url}/${project.path}/-/releases/${release.tag_name}` },
  };
}
