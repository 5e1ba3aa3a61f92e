import type { Variable } from "./variables.ts";

/** What happened to start a pipeline, and where. */
export interface PipelineEvent {
  /** What `CI_PIPELINE_SOURCE` says: push, web, schedule, merge_request_event, … (default push). */
  readonly source?: string;
  /** Branch or tag (default: the default branch). */
  readonly ref?: string;
  /** The ref is a tag. */
  readonly tag?: boolean;
  /** Undefined or null when it is not known what changed. */
  readonly changedFiles?: readonly string[] | null;
}

/** What can start a pipeline (https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable). */
export const PIPELINE_SOURCES = [
  "push",
  "merge_request_event",
  "schedule",
  "web",
  "api",
  "trigger",
  "pipeline",
  "parent_pipeline",
  "webide",
  "chat",
  "external",
  "external_pull_request_event",
  "container_registry_push",
  "duo_workflow",
  "ondemand_dast_scan",
  "ondemand_dast_validation",
  "pipeline_execution_policy_schedule",
  "security_orchestration_policy",
] as const;

/** The project that a pipeline runs in. */
export interface PipelineProject {
  /** Full path, such as `group/project`. */
  readonly path: string;
  /** Name of the server (CI_SERVER_FQDN). */
  readonly host: string;
  readonly defaultBranch: string;
}

/** The project that stands in where none is known. */
export const EXAMPLE_PROJECT: PipelineProject = {
  path: "acme/app",
  host: "gitlab.com",
  defaultBranch: "main",
};

/**
 * The predefined variables that conditions of whole pipelines can see
 * (https://docs.gitlab.com/ci/variables/predefined_variables/).
 */
export function predefinedVariables(event: PipelineEvent, project: PipelineProject): Variable[] {
  const ref = event.ref ?? project.defaultBranch;
  const source = event.source ?? "push";
  const isMergeRequest = source === "merge_request_event";
  const slash = project.path.lastIndexOf("/");
  const values: Record<string, string | undefined> = {
    CI: "true",
    GITLAB_CI: "true",
    CI_SERVER_FQDN: project.host,
    CI_SERVER_HOST: project.host,
    CI_PROJECT_PATH: project.path,
    CI_PROJECT_NAME: project.path.slice(slash + 1),
    CI_PROJECT_NAMESPACE: slash > 0 ? project.path.slice(0, slash) : undefined,
    CI_DEFAULT_BRANCH: project.defaultBranch,
    CI_COMMIT_REF_NAME: ref,
    CI_PIPELINE_SOURCE: source,
    CI_COMMIT_BRANCH: event.tag || isMergeRequest ? undefined : ref,
    CI_COMMIT_TAG: event.tag ? ref : undefined,
    CI_MERGE_REQUEST_IID: isMergeRequest ? "1" : undefined,
  };
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}
