import {
  createJobs,
  EXAMPLE_PROJECT,
  memoryTree,
  type Pipeline,
  type PipelineEvent,
  predefinedVariables,
} from "../engine/pipeline/index.ts";

const BRANCH = "feature/change";

/** What GitLab sets besides for a branch that has an open merge request. */
const open = { CI_OPEN_MERGE_REQUESTS: `${EXAMPLE_PROJECT.path}!1` };
const ofMergeRequest = {
  ...open,
  CI_MERGE_REQUEST_ID: "1",
  CI_MERGE_REQUEST_EVENT_TYPE: "detached",
  CI_MERGE_REQUEST_PROJECT_PATH: EXAMPLE_PROJECT.path,
  CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: EXAMPLE_PROJECT.path,
  CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: BRANCH,
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: EXAMPLE_PROJECT.defaultBranch,
};

/** The jobs that one push to a branch with an open merge request starts twice: in its own pipeline and in the merge request's. */
export function jobsRunTwice(pipeline: Pipeline): string[] {
  const ofPush = jobsIn(pipeline, { ref: BRANCH }, open);
  const ofRequest = jobsIn(pipeline, { source: "merge_request_event", ref: BRANCH }, ofMergeRequest);
  return ofPush.filter((name) => ofRequest.includes(name));
}

function jobsIn(pipeline: Pipeline, event: PipelineEvent, more: Readonly<Record<string, string>>): string[] {
  const creation = createJobs(pipeline, {
    event,
    project: EXAMPLE_PROJECT,
    predefined: [
      ...predefinedVariables(event, EXAMPLE_PROJECT),
      ...Object.entries(more).map(([key, value]) => ({ key, value })),
    ],
    variables: new Map(),
    tree: memoryTree({}),
  });
  return creation.created ? [...creation.jobs.keys()] : [];
}
