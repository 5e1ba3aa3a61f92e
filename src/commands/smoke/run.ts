import { resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { parseDuration } from "../../engine/pipeline/duration.ts";
import type { ExecutorChooser } from "../../pipelines/executor.ts";
import { differencesOf } from "../../smoke/compare.ts";
import { ExpansionSession } from "../../smoke/local/expansion-session.ts";
import { openLocalSession } from "../../smoke/local/session.ts";
import { renderMarkdown } from "../../smoke/report/markdown.ts";
import { newTraceFolder, runScenarios } from "../../smoke/run-scenarios.ts";
import type { VariationReport } from "../../smoke/run-variation.ts";
import type { SmokeSession } from "../../smoke/session.ts";
import { Needs, readTarget } from "../../smoke/surroundings.ts";
import type { Variation } from "../../smoke/variation.ts";
import type { ExitCode, Surroundings } from "../command.ts";
import { concurrencyOf, executorOf, oneOf } from "../options.ts";
import { chooseVariations, isRemote, list, variationsForGitlab } from "./choose.ts";
import type { SmokeOptions } from "./options.ts";
import { isWatched, showProgress } from "./progress.ts";
import { writeReports } from "./reports.ts";

/** Runs the scenarios that the arguments name, and prints the report. @throws UsageError for the user's mistakes */
export async function smoke(
  args: readonly string[],
  options: SmokeOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (options.check) {
    const { checkToken } = await import("./check.ts");
    return checkToken(options, surroundings);
  }
  const variations = chooseVariations(args, options, surroundings.cwd);
  if (options.list) {
    list(variations, options.json ?? false, surroundings);
    return 0;
  }
  const runners = runnersOf(options);
  const post = options.note ? await notePoster(options, surroundings) : undefined;
  const reports: VariationReport[] = [];
  let wanted = 0;
  for (const runner of runners) {
    const chosen = runner === "local" ? variations : variationsForGitlab(variations, options, surroundings);
    wanted += chosen.length;
    reports.push(...(await runAll(chosen, runner, options, surroundings)));
  }
  const differences = runners.length > 1 ? differencesOf(reports) : [];
  await writeReports(reports, options, surroundings);
  await post?.(renderMarkdown(reports, differences));
  for (const difference of differences) surroundings.stdout.write(`differs: ${difference}\n`);
  if (differences.length > 0) return 1;
  if (reports.some((report) => report.state === "failed")) return 1;
  return reports.length < wanted || reports.some((report) => report.state !== "passed") ? 2 : 0;
}

async function runAll(
  variations: readonly Variation[],
  runner: Runner,
  options: SmokeOptions,
  surroundings: Surroundings,
): Promise<VariationReport[]> {
  const { cwd, env, signal } = surroundings;
  const executor = executorOf(options);
  const concurrency = concurrencyOf(options);
  const timeoutSeconds = options.timeout === undefined ? undefined : durationOf(options.timeout);
  const keep = options.keep ?? false;
  const target = options.target === undefined ? undefined : await readTarget(options.target, env);
  const progress = showProgress(variations.length, options, surroundings);
  const remote = runner === "gitlab" && isRemote(env);
  const needs = new Needs({ target, keep, remote, say: progress.say, signal });
  const executors = needs.executors(executor);
  const traceFolder = options.logs === undefined ? await newTraceFolder(env) : resolve(cwd, options.logs);
  let opened: Opened | undefined;
  try {
    if (runner === "local") await needs.prepareMachine();
    const opener = runner === "local" ? localOpener : gitlabOpener;
    opened = await opener({ options, surroundings, executors, keep, say: progress.say });
    return await runScenarios(variations, {
      runner,
      open: opened.open,
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
    await opened?.close();
    await needs.close();
  }
}

type Runner = "local" | "gitlab";

interface OpenerOptions {
  readonly options: SmokeOptions;
  readonly surroundings: Surroundings;
  readonly executors: ExecutorChooser;
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

/** What opens sessions on a runner; closed when all have run. */
interface Opened {
  open(variation: Variation): Promise<SmokeSession>;
  close(): Promise<void>;
}

function runnersOf({ on, compare }: SmokeOptions): Runner[] {
  if (compare) return ["local", "gitlab"];
  return [oneOf("--on", on, ["local", "gitlab"])];
}

async function localOpener({ surroundings, executors, keep, say }: OpenerOptions): Promise<Opened> {
  const { cwd, env } = surroundings;
  const open = async ({ scenario, project, steps }: Variation) => {
    if (steps.every(({ definition }) => definition.run === false))
      return ExpansionSession.open(project, cwd, scenario.name);
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
  return { open, close: async () => undefined };
}

async function gitlabOpener({ options, surroundings, keep, say }: OpenerOptions): Promise<Opened> {
  const { cwd, env, signal } = surroundings;
  const { openGitlabRunner } = await import("../../smoke/gitlab/runner.ts");
  const project = options.project ?? env.CI_PROJECT_PATH;
  const stream = options.verbose || (isWatched(surroundings) && !options.quiet);
  const { interval, timestamps } = options;
  return openGitlabRunner({ project, components: cwd, env, signal, keep, say, stream, timestamps, interval });
}

/** A merge request of a fork stands in the project that it goes to. */
async function notePoster(options: SmokeOptions, { env, signal }: Surroundings) {
  const { openNote } = await import("../../smoke/gitlab/note.ts");
  const { mergeRequest = env.CI_MERGE_REQUEST_IID } = options;
  const home = options.mergeRequest === undefined ? env.CI_MERGE_REQUEST_PROJECT_PATH : undefined;
  return openNote({
    project: home ?? options.project ?? env.CI_PROJECT_PATH,
    mergeRequest,
    env,
    signal,
  });
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw new UsageError(`--timeout ${text}: give a duration, such as 90s or 10 minutes`);
  return seconds;
}
