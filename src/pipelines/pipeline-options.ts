import type { StartDownstream } from "./downstream.ts";
import type { ExecutorChooser } from "./executor.ts";
import type { PipelinePlan } from "./plan.ts";
import type { PipelineIdentity } from "./predefined.ts";
import type { PipelineEvent } from "./result.ts";
import type { Leftovers } from "./run-job.ts";
import type { PipelineSources } from "./sources.ts";
import type { CiVariable } from "./variables.ts";

/** What a pipeline on the local runner is made of, and where it works. */
export interface LocalPipelineOptions {
  readonly plan: PipelinePlan;
  readonly project: PipelineSources;
  readonly identity: PipelineIdentity;
  /** CI/CD variables of the project and the pipeline. */
  readonly variables: readonly CiVariable[];
  /** A private folder for checkouts and artifacts; the caller removes it. */
  readonly folder: string;
  /** Where the traces go; stays when `folder` is removed. */
  readonly traceFolder: string;
  /** The environment of jobs beside their CI/CD variables (PATH, HOME, …). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly executors: ExecutorChooser;
  /** Jobs at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Gets the traces of jobs as the runner writes them, secrets masked. */
  readonly onTrace?: ((job: string, text: string) => void) | undefined;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** Runs what trigger jobs start; without it they are left out. */
  readonly startDownstream?: StartDownstream | undefined;
  /** Where the caches of the project are kept from job to job. */
  readonly cacheFolder?: string | undefined;
  /** Where the artifacts of a job end up once they are complete; they stay when `folder` is removed. Without it they are below `folder`. */
  readonly artifactsFolder?: ((job: string) => string) | undefined;
  /** Told what a job that has passed has left there. */
  readonly onKept?: ((leftovers: Leftovers) => Promise<void>) | undefined;
  /** Jobs that have passed before this pipeline began, with what they have left, if anything: they do not run. */
  readonly earlier?: ReadonlyMap<string, Leftovers | undefined> | undefined;
  /** Leave the jobs' checkouts behind. */
  readonly keepCheckouts?: boolean | undefined;
}
