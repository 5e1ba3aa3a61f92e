import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseDuration } from "../../pipeline/duration.ts";
import { differencesOf } from "../../smoke/compare.ts";
import type { ExecutorChoice, ExecutorChooser } from "../../smoke/local/executor.ts";
import { openLocalSession } from "../../smoke/local/session.ts";
import { renderJson } from "../../smoke/report/json.ts";
import { renderJunit } from "../../smoke/report/junit.ts";
import { renderMarkdown } from "../../smoke/report/markdown.ts";
import { renderText } from "../../smoke/report/text.ts";
import { newTraceFolder, runScenarios } from "../../smoke/run-scenarios.ts";
import type { VariationReport } from "../../smoke/run-variation.ts";
import { loadScenarios } from "../../smoke/scenario.ts";
import type { SmokeSession } from "../../smoke/session.ts";
import { Needs, readTarget } from "../../smoke/surroundings.ts";
import { type Variation, variationsOf } from "../../smoke/variation.ts";
import { type ExitCode, type Surroundings, UsageError } from "../command.ts";
import { showProgress } from "./progress.ts";

/** SmokeOptions as the command line gives them. */
export interface SmokeOptions {
  readonly list?: boolean;
  readonly only?: string;
  readonly on: string;
  readonly project?: string;
  readonly compare?: boolean;
  readonly executor: string;
  readonly target?: string;
  readonly timeout?: string;
  readonly concurrency: string;
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly note?: string;
  readonly logs?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Runs the scenarios that the arguments name, and prints the report. @throws UsageError for the user's mistakes */
export async function smoke(
  args: readonly string[],
  options: SmokeOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const variations = chooseVariations(args, options, surroundings.cwd);
  if (options.list) {
    list(variations, options.json ?? false, surroundings);
    return 0;
  }
  const runners = runnersOf(options);
  const reports: VariationReport[] = [];
  let wanted = 0;
  for (const runner of runners) {
    const chosen = runner === "local" ? variations : variations.filter(runsOnGitlab);
    wanted += chosen.length;
    reports.push(...(await runAll(chosen, runner, options, surroundings)));
  }
  const differences = runners.length > 1 ? differencesOf(reports) : [];
  await write(reports, options, surroundings);
  for (const difference of differences) surroundings.stdout.write(`differs: ${difference}\n`);
  if (differences.length > 0) return 1;
  if (reports.some((report) => report.state === "failed")) return 1;
  return reports.length < wanted || reports.some((report) => report.state !== "passed") ? 2 : 0;
}

function chooseVariations(args: readonly string[], { only }: SmokeOptions, cwd: string): Variation[] {
  const all = loadScenarios(args, cwd).flatMap(variationsOf);
  const chosen = only === undefined ? all : all.filter((each) => each.name.includes(only));
  if (chosen.length === 0)
    throw new UsageError(`--only ${only}: no run has this in its name; berth smoke --list shows them`);
  return chosen;
}

function list(variations: readonly Variation[], json: boolean, { stdout }: Surroundings): void {
  const rows = variations.map(({ name, scenario, steps }) => ({
    name,
    description: scenario.description,
    pipelines: steps.length,
    needs: scenario.needs ?? [],
  }));
  if (json) stdout.write(`${JSON.stringify({ version: 1, runs: rows }, null, 2)}\n`);
  else
    for (const { name, needs } of rows)
      stdout.write(`${name}${needs.length > 0 ? ` (needs ${needs.join(", ")})` : ""}\n`);
}

async function runAll(
  variations: readonly Variation[],
  runner: Runner,
  options: SmokeOptions,
  surroundings: Surroundings,
): Promise<VariationReport[]> {
  const { cwd, env, signal } = surroundings;
  const executor = executorOf(options.executor);
  const concurrency = wholeNumber("--concurrency", options.concurrency);
  const timeoutSeconds = options.timeout === undefined ? undefined : durationOf(options.timeout);
  const keep = options.keep ?? false;
  const target = options.target === undefined ? undefined : await readTarget(options.target, env);
  const progress = showProgress(variations.length, options, surroundings);
  const needs = new Needs({ target, keep, say: progress.say, signal });
  const executors = needs.executors(executor);
  const traceFolder = options.logs === undefined ? await newTraceFolder(env) : resolve(cwd, options.logs);
  try {
    if (runner === "local") await needs.prepareMachine();
    const opener = runner === "local" ? localOpener : gitlabOpener;
    const open = await opener({ options, surroundings, executors, keep, say: progress.say });
    return await runScenarios(variations, {
      runner,
      open,
      needs,
      // One server takes one deploy at a time.
      concurrency: target ? 1 : concurrency,
      timeoutSeconds,
      traceFolder,
      signal,
      ...progress.listeners,
    });
  } finally {
    progress.end();
    await needs.close();
  }
}

type Runner = "local" | "gitlab";

/** A tag cannot be ephemeral: the API has no way to hide it from the project's users. */
function runsOnGitlab({ steps }: Variation): boolean {
  return !steps.some(({ definition }) => definition.tag);
}

interface OpenerOptions {
  readonly options: SmokeOptions;
  readonly surroundings: Surroundings;
  readonly executors: ExecutorChooser;
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

type Opener = (variation: Variation) => Promise<SmokeSession>;

function runnersOf({ on, compare }: SmokeOptions): Runner[] {
  if (compare) return ["local", "gitlab"];
  if (on === "local" || on === "gitlab") return [on];
  throw new UsageError(`--on ${on}: the choices are local, gitlab`);
}

async function localOpener({ surroundings, executors, keep, say }: OpenerOptions): Promise<Opener> {
  const { cwd, env } = surroundings;
  return async ({ scenario, project }) => {
    const session = await openLocalSession({
      project,
      components: cwd,
      name: scenario.name,
      executors,
      env,
      keep,
    });
    if (keep) say(`${scenario.name} stays in ${session.folder}`);
    return session;
  };
}

async function gitlabOpener({ options, surroundings, keep, say }: OpenerOptions): Promise<Opener> {
  const { cwd, env, signal } = surroundings;
  const { openGitlabRunner } = await import("../../smoke/gitlab/runner.ts");
  const project = options.project ?? env.CI_PROJECT_PATH;
  return openGitlabRunner({ project, components: cwd, env, signal, keep, say });
}

async function write(
  reports: readonly VariationReport[],
  options: SmokeOptions,
  { cwd, env, stdout }: Surroundings,
): Promise<void> {
  if (options.junit !== undefined) await writeFile(resolve(cwd, options.junit), renderJunit(reports));
  if (options.note !== undefined) await writeFile(resolve(cwd, options.note), renderMarkdown(reports));
  const colour = stdout.isTTY === true && !env.NO_COLOR;
  stdout.write(options.json ? renderJson(reports) : renderText(reports, await readTails(reports), colour));
}

/** The last lines of the traces of failed jobs. */
async function readTails(reports: readonly VariationReport[]): Promise<Map<string, string[]>> {
  const tails = new Map<string, string[]>();
  const jobs = reports.flatMap((report) => report.steps.flatMap((step) => step.result.jobs));
  for (const { state, traceFile } of jobs) {
    if (state !== "failed" || traceFile === undefined) continue;
    const text = await readFile(traceFile, "utf8").catch(() => "");
    tails.set(traceFile, text.trimEnd().split("\n").slice(-15));
  }
  return tails;
}

function executorOf(text: string): ExecutorChoice {
  if (text === "auto" || text === "shell" || text === "container") return text;
  throw new UsageError(`--executor ${text}: the choices are auto, shell, container`);
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 64)
    throw new UsageError(`${option} ${text}: give a whole number from 1 to 64`);
  return number;
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw new UsageError(`--timeout ${text}: give a duration, such as 90s or 10 minutes`);
  return seconds;
}
