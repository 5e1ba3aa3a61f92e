/** States of a job, as GitLab names them. The local runner knows those from `created` to `manual`. */
export type JobState =
  | "preparing"
  | "waiting_for_resource"
  | "waiting_for_callback"
  | "scheduled"
  | "created"
  | "pending"
  | "running"
  | "success"
  | "failed"
  | "canceled"
  | "skipped"
  | "manual";

/** What became of one job. The same shape from both runners. */
export interface JobResult {
  readonly name: string;
  readonly stage: string;
  readonly state: JobState;
  /** True when this failure (or a manual job left alone) does not fail the pipeline. */
  readonly allowFailure: boolean;
  /** Of the last attempt; undefined when the job did not run, or when the runner does not say. */
  readonly exitCode?: number | undefined;
  /** GitLab's name for the cause of a failure, such as `script_failure` or `job_execution_timeout`. */
  readonly failureReason?: string | undefined;
  /** Time from the start of the first attempt to the end of the last one. */
  readonly seconds: number;
  readonly attempts: number;
  /** What a job that never began was waiting in when the run was ended: `pending`, `waiting_for_resource`, `scheduled`. */
  readonly waited?: string | undefined;
  /** File with the full trace, secrets masked; undefined when the job did not run. */
  readonly traceFile?: string | undefined;
  /** Why the trace of a job that ran could not be had. */
  readonly traceMissing?: string | undefined;
  /** What the trace lacks, where its end did not come: what a scenario does not find in it may be there all the same. */
  readonly traceCut?: string | undefined;
  /** A job that is not in the configuration: a security policy has added it, and no scenario can expect it. */
  readonly added?: boolean | undefined;
  /** Folder with the unpacked artifacts; undefined when there are none. */
  readonly artifactsFolder?: string | undefined;
  /** The job's page on a GitLab server. */
  readonly url?: string | undefined;
  /** What ran it, in words: `shell`, `podman: debian:12`, `GitLab runner 12`. */
  readonly executor?: string | undefined;
}

/** What became of one pipeline. */
export interface PipelineResult {
  /** False when GitLab (or the engine) refuses to create it: then `errors` says why, and there are no jobs. */
  readonly created: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly state: PipelineState;
  readonly jobs: readonly JobResult[];
  readonly seconds: number;
  readonly url?: string | undefined;
  /** On a GitLab server: the event that it began by, where that is not the scenario's own. */
  readonly beginning?: string | undefined;
  /** The configuration after includes and inputs, as a mapping of jobs and global keywords. Too long for reports. */
  readonly config?: unknown;
  /** What the jobs' JUnit reports say, by the job's name; a `parallel` job's reports stand together under its base name. */
  readonly tests?: Readonly<Record<string, TestCounts>> | undefined;
}

/** Test cases of a job, counted. */
export interface TestCounts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly error: number;
}

export type PipelineState = "success" | "failed" | "canceled" | "manual" | "skipped" | "refused" | "expanded";

/** Told while a pipeline runs, so that somebody can watch. */
export type PipelineEvent =
  | {
      readonly kind: "pipeline-created";
      readonly jobs: readonly { name: string; stage: string; state: JobState }[];
    }
  | {
      readonly kind: "job-started";
      readonly job: string;
      readonly attempt: number;
      readonly executor: string;
    }
  | {
      readonly kind: "job-line";
      readonly job: string;
      readonly line: string;
      /** The section of the log that it is in, such as `step_script`; undefined outside of all. */
      readonly section?: string | undefined;
    }
  | { readonly kind: "job-finished"; readonly job: string; readonly result: JobResult }
  | { readonly kind: "note"; readonly text: string };
