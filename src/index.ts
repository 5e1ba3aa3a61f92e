/** The library's face. Everything another program may use of Berth is exported here. */

export { type ConditionVerdict, evaluateCondition } from "./evaluate-condition.ts";
export {
  type ComponentContext,
  type ComponentError,
  type ComponentExpansion,
  type ExpandComponentOptions,
  expandComponent,
  type Variable,
} from "./expand-component.ts";
export {
  createdJobs,
  type ExpandOptions,
  expandPipeline,
  type Files,
  type PipelineExpansion,
  type PlacedMessage,
} from "./expand-pipeline.ts";
export {
  type Diagnostic,
  type FileToLint,
  type LintOptions,
  lint,
  type ShellFindings,
} from "./lint/index.ts";
export {
  type ChangeClass,
  type ChangeKind,
  compareInterfaces,
  type InterfaceChange,
} from "./release/index.ts";
export { UsageError } from "./usage-error.ts";
