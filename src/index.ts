/** The library's face. Everything another program may use of Berth is exported here. */

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
