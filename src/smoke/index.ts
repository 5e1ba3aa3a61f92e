/** Smoke runs: pipelines of real jobs, on this machine or through the GitLab API, and what must come out of them. */
export type { ExecutorChoice } from "../pipelines/executor.ts";
export type { JobResult, JobState, PipelineEvent, PipelineResult } from "../pipelines/result.ts";
export type { CiVariable } from "../pipelines/variables.ts";
export { type LocalSessionOptions, openLocalSession } from "./local/session.ts";
export { readTail } from "./report/tail.ts";
export type { FileChanges, PipelineRequest, SmokePipeline, SmokeSession } from "./session.ts";
export { Needs } from "./surroundings.ts";
export { type DeployTarget, deployVariables } from "./target.ts";
