import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../base/usage-error.ts";
import { type GitlabClient, isGitlabError } from "../../gitlab/index.ts";
import type { JobResult, JobState } from "../../pipelines/result.ts";
import { isArchive, unpackArtifacts } from "./artifacts.ts";
import type { Traces } from "./traces.ts";
import { isBridge, type SeenJob } from "./tree.ts";

export interface FetchOptions {
  readonly client: GitlabClient;
  readonly traces: Traces;
  readonly traceFolder: string;
  /** Private; for artifacts. */
  readonly folder: string;
  /** The first pause between two looks at a trace whose end is still under way, in milliseconds; it doubles. */
  readonly interval: number;
  /** How long a trace's end is waited for after its job's, in milliseconds. */
  readonly traceWithin: number;
  readonly signal: AbortSignal;
}

/** The longest pause between two looks at a trace, in milliseconds. */
const longestPause = 3_000;

/** What a job is known to be without asking for more. */
export function jobResult({ name, job }: SeenJob): JobResult {
  const ran = "started_at" in job && job.started_at !== null;
  const over = ["success", "failed", "canceled", "skipped", "manual", "created"].includes(job.status);
  return {
    name,
    stage: job.stage,
    state: stateOf(job.status),
    allowFailure: job.allow_failure,
    failureReason: job.failure_reason,
    seconds: job.duration ?? 0,
    attempts: ran ? 1 : 0,
    waited: ran || over || isBridge(job) ? undefined : job.status,
    url: (isBridge(job) ? job.downstream_pipeline?.web_url : undefined) ?? job.web_url,
    executor: executorOf(job),
  };
}

/** The same for a job that ran, with its trace in a file and its artifacts in a folder. */
export async function fetchResult(seen: SeenJob, options: FetchOptions): Promise<JobResult> {
  const { traces, traceFolder, folder } = options;
  const { job } = seen;
  const known = jobResult(seen);
  if (isBridge(job) || job.started_at === null) return known;
  await mkdir(traceFolder, { recursive: true, mode: 0o700 });
  const { missing, cut } = await readToEnd(seen, options);
  const { file, exitCode } = await traces.close(seen);
  const target = join(folder, String(job.id));
  const has = await fetchArtifacts(seen, options, target);
  return {
    ...known,
    exitCode,
    ...(missing === undefined ? { traceFile: file } : { traceMissing: missing }),
    ...(cut !== undefined && { traceCut: cut }),
    artifactsFolder: has ? target : undefined,
  };
}

/** What is no archive is asked for once more. @throws UsageError that names the job */
async function fetchArtifacts(
  { name, project, job }: SeenJob,
  { client }: FetchOptions,
  target: string,
): Promise<boolean> {
  const file = `${target}.zip`;
  for (const last of [false, true]) {
    if (!(await client.jobs.downloadArtifacts(project, job.id, file))) return false;
    if (await isArchive(file)) break;
    if (last)
      throw new UsageError(
        `the artifacts of ${name} are no whole zip archive, as ${client.address} gives them (job ${job.id}), twice`,
      );
  }
  await unpackArtifacts(file, target).catch((error: Error) => {
    throw new UsageError(`the artifacts of ${name} (job ${job.id}) cannot be unpacked: ${error.message}`);
  });
  return true;
}

/**
 * The end of a trace may come after the job's: it is asked for until it is there, or for `traceWithin`. `missing`: why it may not be
 * read, where it may not: a trace with debug output is for Developers only, and one whose job was erased is gone. `cut`: that its end
 * did not come.
 */
async function readToEnd(
  seen: SeenJob,
  { traces, interval, traceWithin, signal }: FetchOptions,
): Promise<{ readonly missing?: string; readonly cut?: string }> {
  const end = Date.now() + traceWithin;
  for (let pause = interval; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      await traces.read(seen);
    } catch (error) {
      if (isGitlabError(error, "forbidden", "not-found", "elsewhere")) return { missing: error.message };
      throw error;
    }
    if (!isEndedByRunner(seen.job) || traces.isWhole(seen) || signal.aborted) return {};
    const left = end - Date.now();
    if (left <= 0) return { cut: `its end has not come ${Math.ceil(traceWithin / 1000)} s after the job's` };
    await sleep(Math.min(pause, left), undefined, { signal }).catch(() => undefined);
  }
}

/** Failures that a runner tells, and ends the trace with (docs, api/jobs "failure_reason"); others are GitLab's, which writes no line. */
const runnersReasons: readonly (string | undefined)[] = [
  undefined,
  "script_failure",
  "job_execution_timeout",
  "runner_system_failure",
  "image_pull_failure",
];

function isEndedByRunner({ status, failure_reason: reason }: SeenJob["job"]): boolean {
  return status === "success" || (status === "failed" && runnersReasons.includes(reason));
}

/** GitLab's names, those of tomorrow too; what is being cancelled will be cancelled. */
function stateOf(status: SeenJob["job"]["status"]): JobState {
  return status === "canceling" ? "canceled" : status;
}

function executorOf(job: SeenJob["job"]): string | undefined {
  if (isBridge(job)) return "downstream pipeline";
  return job.runner ? `runner ${job.runner.description ?? job.runner.id}` : undefined;
}
