/** Why a job failed, in GitLab's names. */
export type FailureReason =
  | "script_failure"
  | "job_execution_timeout"
  | "runner_system_failure"
  | "configuration_error"
  | "job_canceled";

/** How a job ended, as the runner tells GitLab. */
export interface JobOutcome {
  readonly state: "success" | "failed" | "canceled";
  /** Of the script that failed; -1 where its shell was killed; absent where no exit code is told. */
  readonly exitCode?: number | undefined;
  readonly reason?: FailureReason | undefined;
}

/** A job's end before its time; `message` goes into the trace after `Job failed: `. */
export class JobFailure extends Error {
  readonly reason: FailureReason;
  readonly exitCode: number | undefined;

  constructor(message: string, reason: FailureReason, exitCode?: number) {
    super(message);
    this.reason = reason;
    this.exitCode = exitCode;
  }
}

/** What `CI_JOB_STATUS` is for after_script. */
export function statusAfter(failure: JobFailure | undefined): string {
  if (failure === undefined) return "success";
  if (failure.reason === "job_canceled") return "canceled";
  return failure.reason === "job_execution_timeout" ? "timedout" : "failed";
}
