import { join } from "node:path";
import { startChildren } from "../pipelines/child.ts";
import { jobEnvironment } from "../pipelines/environment.ts";
import type { ExecutorChooser } from "../pipelines/executor.ts";
import type { PipelinePlan } from "../pipelines/plan.ts";
import type { PipelineIdentity } from "../pipelines/predefined.ts";
import type { PipelineEvent, PipelineResult } from "../pipelines/result.ts";
import type { Leftovers } from "../pipelines/run-job.ts";
import { LocalPipeline } from "../pipelines/run-pipeline.ts";
import { testsOf } from "../pipelines/test-report.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import { noteKept } from "./kept-artifacts.ts";
import type { Prepared } from "./prepare.ts";
import type { RunFolder } from "./run-folder.ts";

export interface RunJobsOptions {
  /** The jobs to run, with the pipeline's stages. */
  readonly plan: PipelinePlan;
  /** Jobs of the plan that do not run, with what an earlier run has of them. */
  readonly earlier: ReadonlyMap<string, Leftovers | undefined>;
  /** Leave checkouts behind. */
  readonly keep: boolean;
  /** Manual jobs to start as soon as they wait. */
  readonly play: readonly string[];
  /** For checkouts; the caller removes it. */
  readonly checkouts: string;
  /** Where logs, artifacts and caches go. */
  readonly runFolder: RunFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly executors: ExecutorChooser;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: PipelineEvent) => void;
}

/** One pipeline on its way: the main one, or a child of it. */
interface Part {
  readonly plan: PipelinePlan;
  readonly identity: PipelineIdentity;
  readonly variables: readonly CiVariable[];
  readonly earlier?: RunJobsOptions["earlier"];
  /** The names of the trigger jobs above, each with ` / ` behind it. */
  readonly prefix: string;
  readonly onEvent: (event: PipelineEvent) => void;
}

/** Runs jobs of a pipeline until nothing is left to do. Never throws for what a job does. */
export async function runJobs(prepared: Prepared, options: RunJobsOptions): Promise<PipelineResult> {
  const { identity, variables } = prepared;
  const { plan, play, earlier, onEvent } = options;
  const main = { plan, identity, variables, earlier, prefix: "", onEvent };
  const pipeline = pipelineOf(main, prepared, options);
  let result = await pipeline.run();
  for (;;) {
    const waiting = result.jobs.find(({ name, state }) => state === "manual" && play.includes(name));
    if (waiting === undefined || options.signal.aborted) break;
    result = await pipeline.play(waiting.name);
  }
  const jobs = result.jobs.filter(({ name }) => !earlier.has(name));
  const tests = await testsOf(plan, jobs);
  return { ...result, jobs, warnings: prepared.planned.warnings, tests };
}

function pipelineOf(part: Part, prepared: Prepared, options: RunJobsOptions): LocalPipeline {
  const { plan, identity, variables, earlier, prefix, onEvent } = part;
  const { checkouts, runFolder, env, executors, concurrency, keep, signal } = options;
  return new LocalPipeline({
    plan,
    project: prepared.snapshot,
    identity,
    variables,
    folder: join(checkouts, String(identity.pipelineId)),
    cacheFolder: runFolder.cache,
    traceFolder: prefix === "" ? runFolder.logs : join(runFolder.logs, `child-${identity.pipelineId}`),
    artifactsFolder: (job) => runFolder.artifacts(`${prefix}${job}`),
    earlier,
    keepCheckouts: keep,
    onKept: (leftovers) => noteKept(leftovers, identity.commit.sha),
    env: jobEnvironment(env, join(checkouts, "tmp")),
    executors,
    concurrency,
    signal,
    onEvent,
    startDownstream: startChildren({
      parent: identity,
      plan: (text, child, given) => prepared.plan(text, child, [...prepared.secrets, ...given]),
      open: (childPlan, child, handover) =>
        pipelineOf(
          {
            plan: childPlan,
            identity: child,
            variables: [...prepared.secrets, ...handover.variables],
            prefix: `${prefix}${handover.job} / `,
            onEvent: handover.onEvent,
          },
          prepared,
          options,
        ),
    }),
  });
}
