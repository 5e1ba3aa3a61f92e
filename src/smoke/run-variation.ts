import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import type { PipelineEvent, PipelineResult } from "../pipelines/result.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import { judge } from "./expectation.ts";
import type { SmokePipeline, SmokeSession } from "./session.ts";
import { filesOf, type Step, type Variation, variablesOf } from "./variation.ts";

/** What became of one variation. */
export interface VariationReport {
  readonly name: string;
  readonly description: string;
  readonly runner: string;
  readonly state: "passed" | "failed" | "error" | "canceled";
  readonly steps: readonly StepReport[];
  /** Why it could not run to its end, where it could not. */
  readonly error?: string | undefined;
  /** What could not be cleaned up afterwards. It changes nothing of what came out. */
  readonly leftBehind?: string | undefined;
  readonly seconds: number;
}

/** What became of one pipeline of a variation, and in what it differs from what was expected. */
export interface StepReport {
  readonly name: string;
  readonly result: PipelineResult;
  readonly problems: readonly string[];
}

export interface VariationOptions {
  /** `local` or `gitlab`, for the report. */
  readonly runner: string;
  /** Opens the project on the runner; called once. */
  readonly open: (variation: Variation) => Promise<SmokeSession>;
  /** CI/CD variables beside those of the scenario, such as those that name the server. */
  readonly variables: readonly CiVariable[];
  /** Seconds for each pipeline in place of the scenario's own. */
  readonly timeoutSeconds?: number | undefined;
  readonly traceFolder: string;
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: PipelineEvent, step: Step) => void) | undefined;
}

/** Runs the pipelines of a variation, one after the other until one is not as expected, and judges them. Never throws. */
export async function runVariation(
  variation: Variation,
  options: VariationOptions,
): Promise<VariationReport> {
  const begin = Date.now();
  const steps: StepReport[] = [];
  let session: SmokeSession | undefined;
  let end: Pick<VariationReport, "state" | "error" | "leftBehind">;
  try {
    session = await options.open(variation);
    end = { state: await runSteps(session, steps, variation, options) };
  } catch (error) {
    end = options.signal.aborted
      ? { state: "canceled" }
      : { state: "error", error: (error as Error).message };
  }
  try {
    await session?.close();
  } catch (error) {
    end = { ...end, leftBehind: `cleaning up failed: ${(error as Error).message}` };
  }
  return {
    name: variation.name,
    description: variation.scenario.description,
    runner: options.runner,
    steps,
    seconds: (Date.now() - begin) / 1000,
    ...end,
  };
}

async function runSteps(
  session: SmokeSession,
  done: StepReport[],
  variation: Variation,
  options: VariationOptions,
): Promise<VariationReport["state"]> {
  for (const [index, step] of variation.steps.entries()) {
    const report = await runStep(step, index, session, variation, options);
    done.push(report);
    if (options.signal.aborted) return "canceled";
    if (report.problems.length > 0) return "failed";
  }
  return "passed";
}

async function runStep(
  step: Step,
  index: number,
  session: SmokeSession,
  variation: Variation,
  options: VariationOptions,
): Promise<StepReport> {
  const { definition } = step;
  const timeoutSeconds = options.timeoutSeconds ?? step.timeoutSeconds;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const pipeline = await session.run({
    changes: await changesOf(step, variation, session.refName(definition.ref)),
    message: step.name,
    source: definition.source,
    ref: definition.ref,
    tag: definition.tag,
    variables: [...options.variables, ...variablesOf(definition.variables)],
    expandOnly: definition.run === false,
    inputs: definition.component === undefined ? definition.inputs : undefined,
    onEvent: options.onEvent && ((event) => options.onEvent?.(event, step)),
    signal: AbortSignal.any([options.signal, timeout]),
    traceFolder: join(options.traceFolder, ...(variation.steps.length > 1 ? [String(index + 1)] : [])),
  });
  const played = await playJobs(step, pipeline);
  const problems = timeout.aborted
    ? [overTime(timeoutSeconds, pipeline.result)]
    : [
        ...skippedWhole(pipeline.result, definition.expect?.pipeline),
        ...played,
        ...(definition.expect ? await judge(definition.expect, pipeline.result) : []),
      ];
  return { name: step.name, result: pipeline.result, problems };
}

/** Names the jobs that no runner took: they are where the time went. */
function overTime(seconds: number, { jobs }: PipelineResult): string {
  const waiting = jobs.filter(({ attempts, waited }) => attempts === 0 && waited !== undefined);
  const names = waiting.map(({ name, waited }) => `${name} (${waited})`).join(", ");
  const why = names === "" ? "" : `; these jobs never began: ${names}`;
  return `the pipeline ran longer than ${seconds} seconds and was ended${why}`;
}

/** Without this, a skipped pipeline would only lack the jobs that are expected of it. */
function skippedWhole({ state, jobs, created }: PipelineResult, expected: string | undefined): string[] {
  return created && state === "skipped" && jobs.length === 0 && expected !== "skipped"
    ? ["GitLab skipped the whole pipeline"]
    : [];
}

async function playJobs({ definition }: Step, pipeline: SmokePipeline): Promise<string[]> {
  for (const play of definition.play ?? []) {
    const { job, variables } = typeof play === "string" ? { job: play, variables: {} } : play;
    try {
      await pipeline.play(job, variablesOf(variables));
    } catch (error) {
      // What the token may not do says nothing of the component.
      if (error instanceof UsageError) throw error;
      return [(error as Error).message];
    }
  }
  return [];
}

/** A pipeline file under another name becomes `.gitlab-ci.yml`, as GitLab's setting of the configuration file does. */
async function changesOf(
  { definition }: Step,
  { project }: Variation,
  refName: string,
): Promise<Record<string, string | null>> {
  const files = filesOf(definition, refName);
  const { pipeline } = definition;
  if (pipeline === undefined || pipeline.includes("\n") || pipeline === ".gitlab-ci.yml") return files;
  const text =
    files[pipeline] ?? (await readFile(join(project ?? "", pipeline), "utf8").catch(() => undefined));
  if (text === undefined) throw new Error(`the project has no file ${pipeline}`);
  return { ...files, ".gitlab-ci.yml": text };
}
