/*
 * The keywords that tell what an entry at the top of a configuration is. When each came is in the table of the room `version`, and which of
 * them only the Enterprise edition has in `entries/enterprise.ts`.
 */

/** Keywords that may stand at the top of a file as well as under `default:`, for all jobs (https://docs.gitlab.com/ci/yaml/deprecated_keywords/). */
export const GLOBAL_DEFAULTS: readonly string[] = [
  "before_script",
  "image",
  "services",
  "after_script",
  "cache",
];

/** Keywords of the top level whose names no job can have. */
export const RESERVED_NAMES: readonly string[] = ["include", "variables", "stages", ...GLOBAL_DEFAULTS];

/** All keywords of the top level (https://docs.gitlab.com/ci/yaml/#global-keywords): `default` and `workflow` are jobs where they look like one. */
export const TOP_LEVEL_KEYWORDS: readonly string[] = [...RESERVED_NAMES, "default", "workflow"];

/** A job has one of them: what a runner runs, or the pipeline that it starts. */
export const JOB_STARTERS: readonly string[] = ["script", "run", "trigger"];
