import type { ServerMergeRequest, ServerState } from "../state.ts";
import { pipelineBasics, pipelineRecord } from "./pipeline.ts";
import { user } from "./user.ts";

/** A merge request as lists name it (GitLab docs, api/merge_requests). */
export function mergeRequestRecord(state: ServerState, request: ServerMergeRequest) {
  const { id, iid, project, source, target, title, preparedAt, notes } = request;
  return {
    id,
    iid,
    project_id: project.id,
    title,
    description: "",
    state: request.state,
    ...{ source_branch: source, source_project_id: project.id },
    ...{ target_branch: target, target_project_id: project.id },
    ...people,
    ...flags,
    ...(request.state === "closed"
      ? { closed_by: user, closed_at: "2026-01-01T00:00:00.000Z" }
      : { closed_by: null, closed_at: null }),
    user_notes_count: notes.length,
    prepared_at: preparedAt,
    reference: `!${iid}`,
    references: { short: `!${iid}`, relative: `!${iid}`, full: `${project.path}!${iid}` },
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    sha: project.resolve(source) ?? "",
    web_url: `${state.url}/${project.path}/-/merge_requests/${iid}`,
    time_stats: {
      time_estimate: 0,
      total_time_spent: 0,
      human_time_estimate: null,
      human_total_time_spent: null,
    },
    task_completion_status: { count: 0, completed_count: 0 },
  };
}

const people = {
  author: user,
  assignee: null,
  assignees: [],
  reviewers: [],
  merged_by: null,
  merge_user: null,
  merged_at: null,
};

const flags = {
  draft: false,
  work_in_progress: false,
  imported: false,
  imported_from: "none",
  upvotes: 0,
  downvotes: 0,
  labels: [],
  milestone: null,
  merge_when_pipeline_succeeds: false,
  merge_status: "can_be_merged",
  detailed_merge_status: "mergeable",
  merge_after: null,
  merge_commit_sha: null,
  squash_commit_sha: null,
  squash: false,
  squash_on_merge: false,
  discussion_locked: null,
  should_remove_source_branch: null,
  force_remove_source_branch: false,
  has_conflicts: false,
  blocking_discussions_resolved: true,
  approvals_before_merge: null,
};

/** One merge request in full, with its pipeline and what it changes. */
export function mergeRequestDetails(state: ServerState, request: ServerMergeRequest) {
  const { project, iid, source, target } = request;
  const last = state.pipelines.findLast(
    ({ start }) => start.project === project && start.mergeRequest === iid,
  );
  const base = project.resolve(target) ?? null;
  return {
    ...mergeRequestRecord(state, request),
    subscribed: true,
    changes_count: "1",
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: last ? pipelineBasics(state, last) : null,
    head_pipeline: last ? pipelineRecord(state, last) : null,
    diff_refs: { base_sha: base, head_sha: project.resolve(source) ?? null, start_sha: base },
    merge_error: null,
    first_contribution: false,
    user: { can_merge: true },
  };
}

/** A note on a merge request (GitLab docs, api/notes). */
export function noteRecord(
  { id, iid, project }: ServerMergeRequest,
  note: ServerMergeRequest["notes"][number],
) {
  return {
    ...note,
    author: user,
    updated_at: note.created_at,
    system: false,
    noteable_id: id,
    noteable_iid: iid,
    project_id: project.id,
    noteable_type: "MergeRequest",
    resolvable: false,
    confidential: false,
    internal: false,
  };
}
