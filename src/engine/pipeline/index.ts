/** The pipeline room: from the text of a `.gitlab-ci.yml` to its jobs, and which of them a pipeline gets. */
export { asPlain } from "./as-plain.ts";
export type { Edition } from "./entries/enterprise.ts";
export { JOB_KEYWORDS } from "./entries/job.ts";
export {
  type CreatedJob,
  type Creation,
  type CreationContext,
  createJobs,
  type Decision,
  type NoPipeline,
} from "./events/created.ts";
export { drawPipeline } from "./graph.ts";
export type { IncludedFile } from "./include/context.ts";
export {
  type SlowProject,
  type SlowSources,
  type SlowTree,
  withSlowSources,
  workerOver,
} from "./include/read-ahead.ts";
export {
  type ComponentAt,
  type FileTree,
  memoryTree,
  type ProjectAt,
  type RemoteAnswer,
  type Sources,
} from "./include/sources.ts";
export { JOB_STARTERS, TOP_LEVEL_KEYWORDS } from "./keywords.ts";
export type { MergedJob } from "./merged-job.ts";
export type { Job } from "./normalize.ts";
export { type Pipeline, type PipelineInput, readPipeline, type Warning } from "./pipeline.ts";
export {
  EXAMPLE_PROJECT,
  PIPELINE_SOURCES,
  type PipelineEvent,
  type PipelineProject,
  predefinedVariables,
} from "./predefined.ts";
export { type Phase, PREDEFINED_NAMES, phaseOfVariable } from "./predefined-names.ts";
export { DEFAULT_STAGES, stagesOfJobs } from "./stages.ts";
export { type Variable, type VariableTable, variableTable } from "./variables.ts";
