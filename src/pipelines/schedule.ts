import type { PlannedJob } from "./plan.ts";
import type { JobState, PipelineState } from "./result.ts";

/** Where one job stands while its pipeline runs. */
export interface ScheduledJob {
  readonly plan: PlannedJob;
  state: JobState;
  /** The job's own `allow_failure`, or what `allow_failure:exit_codes` says of the way it failed. */
  allowFailure: boolean;
}

/** What may happen next: jobs to start, and jobs whose state changes without running. */
export interface NextSteps<Job extends ScheduledJob> {
  readonly start: readonly Job[];
  readonly skip: readonly Job[];
  readonly offer: readonly Job[];
}

/**
 * Decides, as GitLab's pipeline processing does (18.11, `Ci::PipelineProcessing::AtomicProcessingService`), which of the
 * jobs that are still `created` can move: start, be skipped, or be offered as manual jobs. Changes nothing itself.
 */
export function nextSteps<Job extends ScheduledJob>(
  stages: readonly string[],
  jobs: readonly Job[],
): NextSteps<Job> {
  const start: Job[] = [];
  const skip: Job[] = [];
  const offer: Job[] = [];
  for (const job of jobs) {
    if (job.state !== "created") continue;
    const before = statusBefore(job, stages, jobs);
    if (!isSettled(before)) continue;
    if (!acceptable(job.plan).includes(before)) skip.push(job);
    else if (job.plan.when === "manual") offer.push(job);
    else start.push(job);
  }
  return { start, skip, offer };
}

/** The jobs whose end a job waits for: those that it needs, or all of the earlier stages. */
export function jobsBefore<Job extends ScheduledJob>(
  job: PlannedJob,
  stages: readonly string[],
  jobs: readonly Job[],
): readonly Job[] {
  if (job.needs) {
    const names = new Set(job.needs.map((need) => need.name));
    return jobs.filter((other) => names.has(other.plan.name));
  }
  const position = stages.indexOf(job.stage);
  return jobs.filter((other) => stages.indexOf(other.plan.stage) < position);
}

/**
 * A manual job is played: it starts whatever stands before it, and jobs after it that were skipped for want of it get
 * another chance, as GitLab does when a job is played or retried.
 */
export function reopenAfter(
  played: ScheduledJob,
  stages: readonly string[],
  jobs: readonly ScheduledJob[],
): void {
  for (const job of jobs) {
    if (job.state !== "skipped" || job === played) continue;
    if (dependsOn(job, played, stages, jobs)) job.state = "created";
  }
}

/** The state of the whole pipeline when nothing is left to do. */
export function pipelineState(jobs: readonly ScheduledJob[]): PipelineState {
  if (jobs.some((job) => job.state === "canceled")) return "canceled";
  const status = compositeStatus(jobs, false);
  if (status === "success" || status === "skipped" || status === "manual") return status;
  // A job that waits for a blocking manual job keeps the pipeline open; GitLab calls such a pipeline manual.
  if (status === "waiting") return jobs.some(isBlocking) ? "manual" : "failed";
  return "failed";
}

type Composite = "success" | "failed" | "skipped" | "manual" | "waiting";

function statusBefore(
  job: ScheduledJob,
  stages: readonly string[],
  jobs: readonly ScheduledJob[],
): Composite {
  const before = jobsBefore(job.plan, stages, jobs);
  return before.length === 0 ? "success" : compositeStatus(before, job.plan.needs !== undefined);
}

function isSettled(status: Composite): boolean {
  return status !== "waiting" && status !== "manual";
}

/** `Ci::ProcessBuildService#valid_statuses_for_build`: a job with `needs` does not run when one of them did not run. */
function acceptable(job: PlannedJob): readonly Composite[] {
  if (job.when === "always") return ["success", "failed", "skipped"];
  if (job.when === "on_failure") return ["failed"];
  return job.needs ? ["success"] : ["success", "skipped"];
}

/** `Gitlab::Ci::Status::Composite`: the one status of several jobs. */
function compositeStatus(jobs: readonly ScheduledJob[], byNeeds: boolean): Composite {
  const kinds = new Set(jobs.map(kindOf));
  const only = (...allowed: Kind[]) => [...kinds].every((kind) => allowed.includes(kind));
  if (byNeeds && (kinds.has("skipped") || kinds.has("ignored"))) return "skipped";
  if (byNeeds && !only("success", "failed", "skipped")) return "waiting";
  if (only("skipped", "ignored")) return "skipped";
  if (only("success", "skipped", "ignored")) return "success";
  if (kinds.has("active")) return "waiting";
  if (kinds.has("manual")) return "manual";
  if (kinds.has("created")) return "waiting";
  return "failed";
}

type Kind = "success" | "failed" | "skipped" | "ignored" | "manual" | "created" | "active";

function kindOf(job: ScheduledJob): Kind {
  switch (job.state) {
    case "success":
    case "skipped":
    case "created":
      return job.state;
    case "manual":
      return job.allowFailure ? "ignored" : "manual";
    case "failed":
    case "canceled":
      return job.allowFailure ? "success" : "failed";
    default:
      return "active";
  }
}

function isBlocking(job: ScheduledJob): boolean {
  return job.state === "manual" && !job.allowFailure;
}

function dependsOn(
  job: ScheduledJob,
  other: ScheduledJob,
  stages: readonly string[],
  jobs: readonly ScheduledJob[],
): boolean {
  const before = jobsBefore(job.plan, stages, jobs);
  if (before.includes(other)) return true;
  return job.plan.needs !== undefined && before.some((each) => dependsOn(each, other, stages, jobs));
}
