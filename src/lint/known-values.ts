import { PIPELINE_SOURCES } from "../engine/pipeline/index.ts";

const booleans = ["true", "false"];

/** The values that a predefined variable can have (https://docs.gitlab.com/ci/variables/predefined_variables/). */
export const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  CI_PIPELINE_SOURCE: PIPELINE_SOURCES,
  CI_MERGE_REQUEST_EVENT_TYPE: ["detached", "merged_result", "merge_train"],
  CI_PROJECT_VISIBILITY: ["internal", "private", "public"],
  CI_COMMIT_REF_PROTECTED: booleans,
  CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED: booleans,
  CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: booleans,
  CI_MERGE_REQUEST_APPROVED: booleans,
  CI_MERGE_REQUEST_DRAFT: booleans,
  CI_SERVER_PROTOCOL: ["http", "https"],
  CI_ENVIRONMENT_ACTION: ["start", "prepare", "stop", "verify", "access"],
};

/** What people write for a value, and the value. */
const MEANT: Readonly<Record<string, string>> = {
  branch: "push",
  cron: "schedule",
  manual: "web",
  merge_request: "merge_request_event",
  merge_requests: "merge_request_event",
  mr: "merge_request_event",
  parent: "parent_pipeline",
  pipelines: "pipeline",
  pull_request: "merge_request_event",
  pushes: "push",
  scheduled: "schedule",
  schedules: "schedule",
  tag: "push",
  tags: "push",
  triggers: "trigger",
};

/** The value that was probably meant, by what people write for it. */
export function meantValue(written: string, values: readonly string[]): string | undefined {
  const value = MEANT[written.toLowerCase()] ?? written.toLowerCase();
  return values.includes(value) ? value : undefined;
}

/** The kinds of pipelines that `only` and `except` know by a word (https://docs.gitlab.com/ci/yaml/deprecated_keywords/). */
const REFS: Readonly<Record<string, string>> = {
  branch: "branches",
  merge_request: "merge_requests",
  merge_request_event: "merge_requests",
  pipeline: "pipelines",
  push: "pushes",
  schedule: "schedules",
  tag: "tags",
  trigger: "triggers",
};

/** The word that was probably meant in `only` or `except`; undefined for a known word, and for any other branch. */
export function meantRefs(written: string): string | undefined {
  return Object.hasOwn(REFS, written) ? REFS[written] : undefined;
}
