import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitlabClient } from "../../gitlab/index.ts";
import type { JobResult, JobState } from "../result.ts";
import { unpackArtifacts } from "./artifacts.ts";
import type { Traces } from "./traces.ts";
import { isBridge, type SeenJob } from "./tree.ts";

export interface FetchOptions {
  readonly client: GitlabClient;
  readonly traces: Traces;
  readonly traceFolder: string;
  /** Private; for artifacts. */
  readonly folder: string;
  /** Between two looks at a trace whose end is still under way, in milliseconds. */
  readonly interval: number;
}

/** What a job is known to be without asking for more. */
export function jobResult({ name, job }: SeenJob): JobResult {
  const ran = "started_at" in job && job.started_at !== null;
  return {
    name,
    stage: job.stage,
    state: stateOf(job.status),
    allowFailure: job.allow_failure,
    failureReason: job.failure_reason,
    seconds: job.duration ?? 0,
    attempts: ran ? 1 : 0,
    url: (isBridge(job) ? job.downstream_pipeline?.web_url : undefined) ?? job.web_url,
    executor: executorOf(job),
  };
}

/** The same for a job that ran, with its trace in a file and its artifacts in a folder. */
export async function fetchResult(seen: SeenJob, options: FetchOptions): Promise<JobResult> {
  const { client, traces, traceFolder, folder } = options;
  const { job, project } = seen;
  const known = jobResult(seen);
  if (isBridge(job) || job.started_at === null) return known;
  await mkdir(traceFolder, { recursive: true, mode: 0o700 });
  await readToEnd(seen, options);
  const { file, exitCode } = await traces.close(seen);
  const target = join(folder, String(job.id));
  const has = await client.jobs.downloadArtifacts(project, job.id, `${target}.zip`);
  if (has) await unpackArtifacts(`${target}.zip`, target);
  return { ...known, exitCode, traceFile: file, artifactsFolder: has ? target : undefined };
}

/** The end of a trace may come after the job's: it is asked for a few times. */
async function readToEnd(seen: SeenJob, { traces, interval }: FetchOptions): Promise<void> {
  const ended = ["success", "failed"].includes(seen.job.status);
  for (let look = 1; ; look += 1) {
    await traces.read(seen);
    if (!ended || traces.isWhole(seen) || look === 4) return;
    await sleep(interval);
  }
}

/** GitLab's states on the way to running are one to us. */
function stateOf(status: SeenJob["job"]["status"]): JobState {
  switch (status) {
    case "success":
    case "failed":
    case "canceled":
    case "skipped":
    case "manual":
    case "created":
    case "running":
      return status;
    case "canceling":
      return "canceled";
    default:
      return "pending";
  }
}

function executorOf(job: SeenJob["job"]): string | undefined {
  if (isBridge(job)) return "downstream pipeline";
  return job.runner ? `runner ${job.runner.description ?? job.runner.id}` : undefined;
}
