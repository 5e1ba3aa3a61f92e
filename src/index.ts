/**
 * The library's face: everything that another program may use of Berth, and nothing else. All functions are pure (no disk, no
 * network, no clock) and return data. What is wrong with a text is in the answer, by code (docs/codes.md); only a caller's own
 * mistake throws: ConfigurationError for a `berth.yaml` that is not valid, DocumentError for a file that is not YAML where a function
 * says so. docs/library.md has examples.
 */

export { UsageError } from "./base/usage-error.ts";
// What can be wrong. `codes` lists every code; a problem's `facts` follow from its `code`.
export { DocumentError } from "./engine/contract/index.ts";
// One condition, one component, one pipeline, as GitLab judges them.
export { type ConditionVerdict, evaluateCondition } from "./engine/evaluate-condition.ts";
export {
  type ComponentContext,
  type ComponentError,
  type ComponentExpansion,
  type ExpandComponentOptions,
  expandComponent,
  type Variable,
} from "./engine/expand-component.ts";
export {
  createdJobs,
  type ExpandOptions,
  expandPipeline,
  type Files,
  type PipelineExpansion,
  type PlacedMessage,
} from "./engine/expand-pipeline.ts";
export type {
  CreatedJob,
  Creation,
  FileTree,
  MergedJob,
  PipelineEvent,
  PipelineProject,
  Sources,
} from "./engine/pipeline/index.ts";
export { type Code, codes, type FactsOf, type Problem } from "./engine/problem/index.ts";
// Which GitLab judges: the argument `gitlabVersion`.
export {
  type GitLabVersion,
  NEWEST_VERSION,
  OLDEST_VERSION,
  parseGitLabVersion,
} from "./engine/version/index.ts";
export type { JsonValue, PlainPlace } from "./engine/yaml/index.ts";
// Findings with places, hints and fixes.
export {
  applyFixes,
  ConfigurationError,
  type Diagnostic,
  type FileToLint,
  type LintOptions,
  lint,
  type Severity,
  type ShellFindings,
} from "./lint/index.ts";
// What changed for consumers between two versions of a component project.
export {
  type ChangeClass,
  type ChangeKind,
  compareInterfaces,
  type InterfaceChange,
  strongestClass,
} from "./release/index.ts";
