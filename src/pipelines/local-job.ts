import type { Downstream } from "./downstream.ts";
import type { PlannedJob } from "./plan.ts";
import type { JobResult, JobState } from "./result.ts";
import type { AttemptOutcome, Leftovers } from "./run-job.ts";
import type { ScheduledJob } from "./schedule.ts";
import type { CiVariable } from "./variables.ts";

/** One job with everything that is known of it while the pipeline runs. */
export class LocalJob implements ScheduledJob {
  readonly plan: PlannedJob;
  readonly index: number;
  state: JobState = "created";
  allowFailure: boolean;
  attempts = 0;
  seconds = 0;
  exitCode: number | undefined;
  failureReason: string | undefined;
  traceFile: string | undefined;
  leftovers: Leftovers | undefined;
  executor: string | undefined;
  problem: string | undefined;
  playedWith: readonly CiVariable[] = [];
  downstream: Downstream | undefined;

  constructor(plan: PlannedJob, index: number) {
    this.plan = plan;
    this.index = index;
    this.allowFailure = plan.allowFailure;
  }

  /** Archive and reports come one after the other. */
  keep({ folder, archive }: Leftovers): void {
    this.leftovers = { folder, archive: [...(this.leftovers?.archive ?? []), ...archive] };
  }

  finish(outcome: AttemptOutcome, seconds: number): void {
    this.state = outcome.state;
    this.exitCode = outcome.exitCode;
    this.failureReason = outcome.reason;
    this.seconds += seconds;
    const codes = this.plan.allowFailureExitCodes;
    if (codes && outcome.state === "failed") {
      this.allowFailure = outcome.exitCode !== undefined && codes.includes(outcome.exitCode);
    }
  }

  /** With those of the pipeline that it started. */
  results(): JobResult[] {
    const jobs = this.downstream?.result().jobs ?? [];
    return [this.result(), ...jobs.map((job) => ({ ...job, name: `${this.plan.name} / ${job.name}` }))];
  }

  result(): JobResult {
    return {
      name: this.plan.name,
      stage: this.plan.stage,
      state: this.state,
      allowFailure: this.allowFailure,
      exitCode: this.exitCode,
      failureReason: this.problem ?? this.failureReason,
      seconds: this.seconds,
      attempts: this.attempts,
      traceFile: this.traceFile,
      artifactsFolder: this.leftovers?.folder,
      executor: this.executor,
    };
  }
}

/**
 * Whether a job is tried again after so many attempts, the last of which ended so.
 * Source: docs.gitlab.com/ci/yaml/#retry (18.11): `when` and `exit_codes` each allow a retry on their own.
 */
export function shouldRetry({ retry }: PlannedJob, attempts: number, outcome: AttemptOutcome): boolean {
  if (outcome.state !== "failed" || attempts > retry.max) return false;
  if (
    retry.exitCodes.length > 0 &&
    outcome.exitCode !== undefined &&
    retry.exitCodes.includes(outcome.exitCode)
  ) {
    return true;
  }
  if (retry.when.length === 0) return retry.exitCodes.length === 0;
  return (
    retry.when.includes("always") || (outcome.reason !== undefined && retry.when.includes(outcome.reason))
  );
}
