import { rm } from "node:fs/promises";
import type { RunnerJob } from "./job.ts";
import { environmentOf, timeoutOf } from "./job-environment.ts";
import { runStages } from "./job-stages.ts";
import { JobFailure, type JobOutcome } from "./outcome.ts";
import type { Runner } from "./runner.ts";
import { environmentFile } from "./script.ts";
import { readSettings } from "./settings.ts";
import { failureOf, StageRunner } from "./stage-runner.ts";
import { deadline } from "./timeouts.ts";
import { JobTrace } from "./trace.ts";

const runnersGraceSeconds = 600;

/**
 * Runs one job as GitLab Runner runs it: sources, caches, artifacts of earlier jobs, script, after_script, caches, uploads, clean up.
 * Never throws for what a job does; what is wrong with the machine is a `runner_system_failure`.
 * When it returns, no process of the job is left, and nothing of its File variables.
 */
export async function runJob(job: RunnerJob, runner: Runner): Promise<JobOutcome> {
  const { executor, folders, identity } = runner;
  const variables = environmentOf(job, executor, folders, identity);
  const settings = readSettings(job, variables, identity.version, runner.featureFlags);
  const trace = new JobTrace({
    write: runner.write,
    secrets: variables.masked,
    prefixes: [...new Set(["glpat-", ...(job.features?.token_mask_prefixes ?? [])])],
    timestamps: settings.timestamps,
  });
  const limit = deadline(timeoutOf(job), ...(runner.signal ? [runner.signal] : []));
  const stages = new StageRunner({
    job,
    runner,
    variables,
    settings,
    trace,
    signal: limit.signal,
    isTimedOut: limit.isOver,
    graceSeconds: runner.graceSeconds ?? runnersGraceSeconds,
  });
  try {
    const failure = await failureOf(runStages(stages));
    return tell(trace, whatEnded(failure, { job, runner, timedOut: limit.isOver() }));
  } finally {
    limit.clear();
    await executor.close();
    await forgetFiles(runner, variables.all);
  }
}

/** The job's timeout and an end from outside count before what they led to. */
function whatEnded(
  failure: JobFailure | undefined,
  { job, runner, timedOut }: { job: RunnerJob; runner: Runner; timedOut: boolean },
): JobFailure | undefined {
  if (runner.signal?.aborted) return new JobFailure("canceled", "job_canceled");
  if (!timedOut) return failure;
  const text = `execution took longer than ${durationInWords(timeoutOf(job))} seconds`;
  return new JobFailure(text, "job_execution_timeout");
}

function tell(trace: JobTrace, failure: JobFailure | undefined): JobOutcome {
  if (failure === undefined) {
    trace.verdict("Job succeeded", true);
    return { state: "success" };
  }
  const { reason, exitCode, message } = failure;
  const system = reason === "runner_system_failure" ? " (system failure)" : "";
  trace.verdict(`Job failed${system}: ${message}`, false);
  return { state: reason === "job_canceled" ? "canceled" : "failed", exitCode, reason };
}

async function forgetFiles(
  { executor, folders }: Runner,
  variables: readonly { readonly key: string; readonly file?: boolean | undefined }[],
): Promise<void> {
  const { temporary } = executor.placeOf("runner", folders);
  const names = variables.flatMap(({ key, file }) => (file && !key.includes("/") ? [key] : []));
  for (const name of [environmentFile, ...names]) await rm(`${temporary}/${name}`, { force: true });
}

/** In the form of Go's `time.Duration`. */
function durationInWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
