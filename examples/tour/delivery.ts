import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CiVariable,
  type FileChanges,
  type LocalSessionOptions,
  openLocalSession,
  type PipelineResult,
  readTail,
  type SmokePipeline,
  type SmokeSession,
} from "../../src/smoke/index.ts";
import { printJobs } from "./printing.ts";
import { NotProved, require, type Tour } from "./tell.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const helpdesk = join(root, "examples/flask-helpdesk");

/** Opens the example application as a project on the local runner, with the components of this checkout. */
export async function openSession(
  tour: Tour,
  executors: NonNullable<LocalSessionOptions["executors"]>,
  project = helpdesk,
): Promise<SmokeSession> {
  const session = await openLocalSession({ project, components: root, executors, env: process.env });
  tour.cleanUpWith(() => session.close());
  return session;
}

/**
 * The example's own pipeline, with the component of this checkout, and a release watched for two seconds in place of five each time: nobody
 * depends on the throw-away server.
 */
export async function consumerPipeline(): Promise<string> {
  const text = await readFile(join(helpdesk, ".gitlab-ci.yml"), "utf8");
  return text
    .replace(/your-group\/berth\/delivery@\S+/, "$CI_PROJECT_PATH/delivery@$CI_COMMIT_SHA")
    .replace(/^ {4}inputs:$/m, "$&\n      stable_seconds: 2");
}

/** One delivery: a commit with `changes`, and the pipeline of the default branch for it. */
export interface Delivery {
  readonly title: string;
  readonly changes: FileChanges;
  readonly variables: readonly CiVariable[];
}

/**
 * Runs a delivery's pipeline and prints its jobs.
 * @throws NotProved where a job fails; its log then stays, and the message says where.
 */
export async function runPipeline(
  tour: Tour,
  session: SmokeSession,
  { title, changes, variables }: Delivery,
): Promise<SmokePipeline> {
  tour.say(`\n${title}: the pipeline of the default branch`);
  const traceFolder = await mkdtemp(join(tmpdir(), "berth-tour-"));
  let wanted = false;
  tour.cleanUpWith(async () => {
    if (!wanted) await rm(traceFolder, { recursive: true, force: true });
  });
  const pipeline = await session.run({
    changes,
    message: title,
    variables,
    traceFolder,
    signal: tour.signal,
    onEvent: (event) => {
      if (event.kind === "job-started") tour.say(`  ${event.job} (${event.executor})`);
    },
  });
  const play = async (...given: Parameters<SmokePipeline["play"]>) => keepLog(await pipeline.play(...given));
  const keepLog = (result: PipelineResult) => {
    wanted = !tour.signal.aborted && failedJob(result) !== undefined;
    return result;
  };
  await requireSuccess(tour, keepLog(pipeline.result));
  printJobs(tour, pipeline.result.jobs);
  return { result: pipeline.result, sha: pipeline.sha, play };
}

/**
 * A failed job ends the story with its log's last lines and the place of the whole log.
 * @throws NotProved, or what the signal was aborted with where the pipeline was cancelled by it.
 */
export async function requireSuccess(tour: Tour, result: PipelineResult, played?: string): Promise<void> {
  tour.signal.throwIfAborted();
  const { errors, jobs } = result;
  require(errors.length === 0, `the pipeline was not created: ${errors.join("; ")}`);
  const failed = failedJob(result, played);
  if (failed === undefined) return;
  printJobs(tour, jobs);
  for (const line of await readTail(failed.traceFile ?? "")) tour.say(`    ${line}`);
  const log = failed.traceFile === undefined ? "it did not run" : `its whole log: ${failed.traceFile}`;
  throw new NotProved(`${failed.name}: ${failed.state}; ${log}`);
}

/** The first job that failed the pipeline; a manual one only where it was played. */
function failedJob({ jobs }: PipelineResult, played?: string) {
  const ended = jobs.filter((job) => job.name === played || !["success", "manual"].includes(job.state));
  return ended.find((job) => job.state !== "success" && !job.allowFailure);
}
