import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { partEnd } from "../../pipelines/artifacts.ts";
import { ExecutorChooser } from "../../pipelines/executor.ts";
import { type Choice, type Chosen, chooseJobs } from "../../run/choose-jobs.ts";
import { type Guard, startGuard } from "../../run/guard.ts";
import { type Readiness, readinessOf } from "../../run/obstacles.ts";
import { type Prepared, prepareRun } from "../../run/prepare.ts";
import { newCheckoutsFolder, newRunFolder } from "../../run/run-folder.ts";
import { runJobs } from "../../run/run-jobs.ts";
import { touchedJobs } from "../../run/touched-jobs.ts";
import type { ExitCode, Surroundings } from "../command.ts";
import { concurrencyOf, executorOf } from "../options.ts";
import { earlierNotes, findEarlier } from "./earlier.ts";
import { liveLogs } from "./live.ts";
import { choiceOf, type RunOptions, requestOf } from "./options.ts";
import { painter } from "./paint.ts";
import { refuse } from "./refuse.ts";
import { resultData } from "./result-data.ts";
import { notesOf, type ShownPlan, showList, showPlan } from "./show-plan.ts";
import { type FinishedRun, summary } from "./summary.ts";
import { watch } from "./watch.ts";

/** Runs jobs of the project's pipeline, or says what would run. @throws UsageError for the user's mistakes */
export async function run(
  names: readonly string[],
  options: RunOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const once = () => runOnce(names, options, surroundings);
  if (!options.watch) return once();
  if (options.list || options.plan || options.json)
    throw new UsageError("--watch runs jobs again and again: leave --list, --plan and --json out");
  return watch(once, surroundings);
}

async function runOnce(
  names: readonly string[],
  options: RunOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const request = await requestOf(options, surroundings);
  const jobChoice = choiceOf(names, options);
  const choice = executorOf(options);
  const concurrency = concurrencyOf(options);
  const executors = new ExecutorChooser(choice);
  const checkouts = await newCheckoutsFolder();
  const guard = startGuard(checkouts, partEnd);
  let kept = false;
  try {
    const prepared = await prepareRun(request, checkouts);
    const { planned, identity, variables } = prepared;
    if ("errors" in planned) return refuse(prepared, surroundings.stderr);
    const { expansion } = planned;
    const touched = options.changed === undefined ? undefined : touchedJobs(prepared);
    if (touched?.length === 0) return nothingTouched(prepared, surroundings);
    const { jobs, play, earlier } = choose(touched ? { ...jobChoice, names: touched } : jobChoice, prepared);
    const ready = await readinessOf(jobs, { identity, variables, expansion, executors, choice });
    const shown = { prepared, ready, play, earlier: await findEarlier(earlier, prepared, surroundings.env) };
    if (options.list) showList(shown, options.json ?? false, surroundings.stdout);
    else if (options.plan) showPlan(shown, options.json ?? false, surroundings.stdout);
    else {
      kept = options.keep ?? false;
      return await runAll(shown, { executors, concurrency, checkouts, guard }, options, surroundings);
    }
    return 0;
  } finally {
    if (!kept) await rm(checkouts, { recursive: true, force: true, maxRetries: 3 });
    await guard.dismiss();
  }
}

/** What jobs run with, and what looks after them. */
interface Machine {
  readonly executors: ExecutorChooser;
  readonly concurrency: number;
  readonly checkouts: string;
  readonly guard: Guard;
}

async function runAll(
  { prepared, ready, play, earlier }: ShownPlan,
  machine: Machine,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { cwd, env, stdout, stderr, signal } = surroundings;
  const notes = [...notesOf(ready), ...earlierNotes(earlier)];
  if (!options.quiet) for (const note of notes) stderr.write(`note: ${note}\n`);
  const impossible = ready.filter(({ obstacle }) => obstacle !== undefined);
  const jobs = ready.filter(({ obstacle }) => obstacle === undefined).map(({ job }) => job);
  if (jobs.length === 0) throw new UsageError(nothingCanRun(impossible));
  const stages = "plan" in prepared.planned ? prepared.planned.plan.stages : [];
  const output = options.output && resolve(cwd, options.output);
  const runFolder = await newRunFolder(prepared.workTree, env, output);
  machine.guard.watch(runFolder.landing);
  const onEvent = liveLogs(options, surroundings);
  try {
    const plan = { stages, jobs: [...earlier.map(({ job }) => job), ...jobs] };
    const result = await runJobs(prepared, {
      ...machine,
      plan,
      play,
      earlier: new Map(earlier.map(({ job, kept }) => [job.name, kept?.leftovers])),
      keep: options.keep ?? false,
      runFolder,
      env,
      signal,
      onEvent,
    });
    const finished = { prepared, result, impossible, folder: runFolder.folder };
    await runFolder.note(resultData(finished));
    print(finished, options, stdout, env);
    if (options.keep) stderr.write(`Checkouts stay in ${machine.checkouts}\n`);
    return exitCodeOf(finished, signal);
  } finally {
    await runFolder.tidy();
  }
}

function print(
  finished: FinishedRun,
  { json }: RunOptions,
  stdout: Surroundings["stdout"],
  env: Surroundings["env"],
): void {
  if (json) stdout.write(`${JSON.stringify(resultData(finished), null, 2)}\n`);
  else stdout.write(summary(finished, painter(stdout.isTTY === true && !env.NO_COLOR)));
}

function exitCodeOf({ result, impossible }: FinishedRun, signal: AbortSignal): ExitCode {
  if (signal.aborted || result.state === "canceled") return 2;
  if (result.state === "failed") return 1;
  return impossible.length > 0 ? 2 : 0;
}

function choose(choice: Choice, { planned }: Prepared): Chosen {
  if ("errors" in planned) return { jobs: [], play: [], earlier: [] };
  const { plan, creation } = planned;
  const chosen = chooseJobs(choice, plan.jobs, plan.stages);
  if (!("unknown" in chosen)) return chosen;
  const absent = creation.absent.get(chosen.unknown);
  if (absent) {
    throw new UsageError(
      `the job "${chosen.unknown}" is not in this pipeline: ${absent.reason}; another --event or --ref may have it`,
    );
  }
  throw new UsageError(
    `there is no job "${chosen.unknown}"; the jobs are ${plan.jobs.map(({ name }) => name).join(", ")}`,
  );
}

function nothingTouched({ event }: Prepared, { stderr }: Surroundings): ExitCode {
  const count = event.changedFiles?.length ?? 0;
  stderr.write(`nothing to run: no job is in the pipeline because of the ${count} files that changed\n`);
  return 0;
}

function nothingCanRun(impossible: readonly Readiness[]): string {
  const [first] = notesOf(impossible);
  return impossible.length > 1 ? `none of ${impossible.length} jobs can run here: ${first}` : (first ?? "");
}
