/*
 * What the stand-in does otherwise than GitLab, in one place. The tests hold this list against what it does: an entry that is no longer
 * true is as red as a departure without an entry.
 */

import type { Fields, Type } from "./description/shapes.ts";

/** What it does not do at all; other clients notice, Berth does not ask for it. */
export const notDone = [
  "jobs run once: no request cancels, retries or erases a job, or retries a pipeline (404)",
  "no request creates or deletes a project, a group, a CI/CD variable, a schedule, a protected tag or a runner (404)",
  "no request changes a file but POST …/repository/commits, and none removes a tag or a release (404)",
  "a merge request cannot be merged, rebased or approved, and nobody is assigned to it",
  "releases have no milestones, links or evidences; the archives of their sources cannot be had",
  "one user, one runner; groups are the first parts of the projects' paths and nothing of their own",
  "rate limits are told and never reached, unless a test wants it",
  "GraphQL has the catalog's two queries; every other field is refused, as an unknown one is",
  "git over HTTP has no protection of branches and no push rules; git over SSH is not there",
  "web pages, packages, the container registry, security policies and merge trains are not there",
] as const;

/** Requests of python-gitlab that {@link notDone} refuses; test/gitlab-server/clients/python.integration.test.ts. */
export const refusedToPython = ["job cancel", "job erase", "job retry", "pipeline retry"];

const note: Fields = {
  ...{ id: "number", body: "string", author: "UserBasic", created_at: "time", updated_at: "time" },
  ...{ system: "boolean", noteable_id: "number", noteable_type: "string", noteable_iid: "number" },
  ...{ project_id: "number", resolvable: "boolean", confidential: "boolean", internal: "boolean" },
};

/** Requests that GitLab's interface description (the committed shapes are of July 2026) does not have, as its documentation shows them. */
export const undescribed: Readonly<Record<string, { readonly page: string; readonly type: Type }>> = {
  "GET /user": { page: "api/users", type: "User" },
  "GET /projects/:id/merge_requests/:iid/notes": { page: "api/notes", type: [note] },
  "POST /projects/:id/merge_requests/:iid/notes": { page: "api/notes", type: note },
  "PUT /projects/:id/merge_requests/:iid/notes/:note": { page: "api/notes", type: note },
  "GET /projects/:id/pipelines/:pipeline/trigger_jobs": { page: "api/jobs", type: ["Ci_Bridge"] },
};

/** Where GitLab's code answers with another status or type than its description says, and the code counts. */
export const answeredOtherwise: Readonly<
  Record<string, { readonly status?: number; readonly type?: string }>
> = {
  "GET /projects": { type: "ProjectWithAccess" }, // lib/api/projects.rb, for users who are known
  "POST /projects/:id/merge_requests/:iid/pipelines": { status: 200 }, // lib/api/merge_requests.rb
  "POST /projects/:id/pipelines/:pipeline/cancel": { status: 200 }, // lib/api/ci/pipelines.rb
  "POST /projects/:id/repository/commits": { status: 201 }, // what Grape answers to a POST
};

/** Fields that the description does not have or gives another type, by the type that has them. */
export const describedOtherwise: Readonly<Record<string, string>> = {
  "User.email": "a user is told of itself in full",
  "User.commit_email": "the same",
  "Ci_PipelineBasic.name": "lists of pipelines give names since 15.11",
  "Ci_Bridge.project.ci_job_token_scope_enabled": "a boolean in the documentation's examples",
  "Ci_Job.project.ci_job_token_scope_enabled": "the same",
  "Ci_JobBasic.project.ci_job_token_scope_enabled": "the same",
  "PersonalAccessTokenWithLastUsedIps.expires_at": "a date without a time",
};

/** Fields that are not always there: the description does not say when, GitLab's code and documentation do. */
export const notAlways: Readonly<Record<string, readonly string[]>> = {
  "only where a parameter asks for it": [
    "custom_attributes",
    "avatar_path",
    "license",
    "license_url",
    "statistics",
    "jobs",
    "title_html",
    "description_html",
    "rebase_in_progress",
    "diverged_commits_count",
  ],
  "only on a project of a user, a fork, or one with such a policy": [
    "owner",
    "forked_from_project",
    "container_expiration_policy",
  ],
  "only where there is a mirror": [
    "mirror_user_id",
    "mirror_trigger_builds",
    "only_mirror_protected_branches",
    "mirror_overwrites_diverged_branches",
  ],
  "for administrators only": ["repository_storage"],
  "only in some states": ["failure_reason", "artifacts_file", "action", "milestones"],
  "only for merge requests from forks": ["allow_collaboration", "allow_maintainer_to_push"],
  "variables of a project have it, those of a pipeline do not": ["environment_scope"],
  "a summary leaves it out": ["test_cases"],
};

/** Fields that can be null: the description marks none. */
export const canBeNull: Readonly<Record<string, readonly string[]>> = {
  "not yet, or never": [
    "artifacts_expire_at",
    "closed_by",
    "committed_at",
    "coverage",
    "created_at",
    "duration",
    "CommitDetail.last_pipeline",
    "CommitDetail.status",
    "erased_at",
    "finished_at",
    "head_pipeline",
    "last_used_at",
    "merge_user",
    "merged_by",
    "pipeline",
    "queued_duration",
    "release",
    "runner",
    "runner_manager",
    "started_at",
    "yaml_errors",
  ],
  "not set": [
    "allow_merge_on_skipped_pipeline",
    "assignee",
    "attachment_url",
    "avatar_url",
    "ci_config_path",
    "ci_delete_pipelines_in_seconds",
    "default_branch",
    "deploy_key_id",
    "description",
    "externalK8sProxyUrl",
    "externalUrl",
    "file",
    "group_access",
    "group_id",
    "human_time_estimate",
    "human_total_time_spent",
    "illustration",
    "import_error",
    "import_type",
    "import_url",
    "issue_branch_template",
    "max_artifacts_size",
    "merge_commit_template",
    "merge_request_title_regex",
    "merge_request_title_regex_description",
    "milestone",
    "name",
    "parent_id",
    "recent_failures",
    "runner_token_expiration_interval",
    "runners_token",
    "service_desk_address",
    "squash_commit_template",
    "stack_trace",
    "suggestion_commit_message",
    "suite_error",
    "system_output",
    "user_id",
    "version",
  ],
};
