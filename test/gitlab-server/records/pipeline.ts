import type { ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";
import { user } from "./user.ts";

/** A merge request's pipeline has a ref of GitLab's own. */
export function refOf({ source, ref, mergeRequest, project }: ServerPipeline["start"]): string {
  if (source !== "merge_request_event") return ref;
  return `refs/merge-requests/${mergeRequest ?? 1}/${project.mergedResults ? "merge" : "head"}`;
}

/** What jobs, commits and merge requests say of a pipeline (GitLab docs, api/pipelines). */
export function pipelineBasics({ url, pipelines }: ServerState, pipeline: ServerPipeline) {
  const { start, id, sha } = pipeline;
  return {
    id,
    // Each project counts its own.
    iid: pipelines.filter((each) => each.start.project === start.project && each.id <= id).length,
    project_id: start.project.id,
    sha,
    ref: refOf(start),
    status: pipeline.status,
    source: start.source,
    created_at: pipeline.createdAt,
    updated_at: new Date().toISOString(),
    web_url: `${url}/${start.project.path}/-/pipelines/${id}`,
  };
}

/** A new or cancelled pipeline. */
export function pipelineRecord(state: ServerState, pipeline: ServerPipeline) {
  const { start, status, id } = pipeline;
  return {
    ...pipelineBasics(state, pipeline),
    before_sha: "0".repeat(40),
    tag: start.tag,
    yaml_errors: null,
    user,
    ...timesOf(pipeline),
    committed_at: null,
    coverage: null,
    detailed_status: {
      icon: `status_${status}`,
      text: status,
      label: status,
      group: status,
      tooltip: status,
      has_details: true,
      details_path: `/${start.project.path}/-/pipelines/${id}`,
      illustration: null,
      favicon: "/assets/ci_favicons/favicon.png",
    },
  };
}

/** When it began and ended, and seconds: GitLab gives them where there are some. */
function timesOf({ jobs, createdAt, status }: ServerPipeline) {
  const begun = jobs.flatMap(({ startedAt }) => startedAt ?? []).toSorted()[0];
  const over = ["success", "failed", "canceled", "manual"].includes(status);
  const ended = over
    ? jobs
        .flatMap(({ finishedAt }) => finishedAt ?? [])
        .toSorted()
        .at(-1)
    : undefined;
  const seconds = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  return {
    started_at: begun ?? null,
    finished_at: ended ?? null,
    duration: begun && ended ? seconds(begun, ended) : null,
    queued_duration: begun ? seconds(createdAt, begun) : null,
  };
}

/** One pipeline that is asked for; `name` is the only thing that a new one is not told with. */
export function pipelineWithName(state: ServerState, pipeline: ServerPipeline) {
  return { ...pipelineRecord(state, pipeline), name: null };
}
