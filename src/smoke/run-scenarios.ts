import { mkdir, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PipelineEvent } from "../pipelines/result.ts";
import { runVariation, type VariationReport } from "./run-variation.ts";
import type { SmokeSession } from "./session.ts";
import type { Needs, Provided } from "./surroundings.ts";
import type { Step, Variation } from "./variation.ts";

export interface ScenarioRunOptions {
  readonly runner: string;
  readonly open: (variation: Variation) => Promise<SmokeSession>;
  readonly needs: Needs;
  /** Variations at the same time. */
  readonly concurrency: number;
  readonly timeoutSeconds?: number | undefined;
  /** Where the traces of all variations go. */
  readonly traceFolder: string;
  readonly signal: AbortSignal;
  readonly onStart?: ((variation: Variation) => void) | undefined;
  readonly onEvent?: ((variation: Variation, event: PipelineEvent, step: Step) => void) | undefined;
  readonly onEnd?: ((variation: Variation, report: VariationReport) => void) | undefined;
}

/** Runs all variations, a few at a time. The reports come in the order of the variations. */
export async function runScenarios(
  variations: readonly Variation[],
  options: ScenarioRunOptions,
): Promise<VariationReport[]> {
  const reports: VariationReport[] = [];
  const queue = [...variations.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, variation] = next;
      if (options.signal.aborted) return;
      options.onStart?.(variation);
      reports[index] = await runOne(variation, options);
      options.onEnd?.(variation, reports[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.concurrency) }, worker));
  return reports.filter((report) => report !== undefined);
}

async function runOne(variation: Variation, options: ScenarioRunOptions): Promise<VariationReport> {
  const { runner, signal, timeoutSeconds, onEvent } = options;
  let provided: Provided;
  try {
    provided = await options.needs.provide(variation.scenario.needs ?? []);
  } catch (error) {
    const { name, scenario } = variation;
    const state = signal.aborted ? "canceled" : "error";
    const description = scenario.description;
    return { name, description, runner, state, steps: [], error: (error as Error).message, seconds: 0 };
  }
  let passed = false;
  try {
    const report = await runVariation(variation, {
      runner,
      open: () => options.open(variation),
      variables: provided.variables,
      timeoutSeconds,
      traceFolder: join(options.traceFolder, safeName(variation.name)),
      signal,
      onEvent: onEvent && ((event, step) => onEvent(variation, event, step)),
    });
    passed = report.state === "passed";
    return report;
  } finally {
    await provided.release(passed);
  }
}

/** Runs whose traces are kept in the cache. */
const keptRuns = 10;

/** A new folder for the traces of one run of the command, in the user's cache; the oldest ones beyond ten are removed. */
export async function newTraceFolder(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const root = join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), ".cache"), "berth", "smoke");
  await mkdir(root, { recursive: true, mode: 0o700 });
  const name = `${new Date().toISOString().replace(/[:.]/g, "-")}-${process.pid}`;
  await mkdir(join(root, name), { mode: 0o700 });
  const old = (await readdir(root)).sort().slice(0, -keptRuns);
  for (const each of old.filter((run) => !isAlive(run)))
    await rm(join(root, each), { recursive: true, force: true });
  return join(root, name);
}

/** Whether the process that a run's folder is named after still goes: its traces are being written. */
function isAlive(run: string): boolean {
  try {
    return process.kill(Number(run.split("-").at(-1)), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 120);
}
