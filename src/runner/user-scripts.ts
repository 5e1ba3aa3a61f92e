import { JobFailure, statusAfter } from "./outcome.ts";
import { quote, type ShellScript } from "./script.ts";
import { failureOf, type StageRunner } from "./stage-runner.ts";
import { type Deadline, deadline, parseDuration } from "./timeouts.ts";
import type { JobVariables } from "./variables.ts";

/** GitLab Runner's default for `RUNNER_AFTER_SCRIPT_TIMEOUT`. */
const afterScriptSeconds = 300;

/**
 * Runs what the job's author wrote: the steps, each with its own time, then after_script, which is told how they went.
 * @throws JobFailure with what made the job fail; after_script does not, unless the job says so.
 */
export async function runUserScripts(stages: StageRunner): Promise<void> {
  const { isTimedOut, trace, settings } = stages.running;
  const failure = await runSteps(stages);
  const after = await failureOf(runAfterScript(stages, failure));
  if (after && !isTimedOut()) {
    if (!settings.ignoreAfterScriptErrors) throw failure ?? after;
    trace.warning(`after_script failed, but job will continue unaffected: ${after.message}`);
  }
  if (failure) throw failure;
}

async function runSteps(stages: StageRunner): Promise<JobFailure | undefined> {
  const { job, runner, signal, trace } = stages.running;
  const limit = limitOf(stages, "RUNNER_SCRIPT_TIMEOUT", 0, runner.cancel);
  let failure: JobFailure | undefined;
  for (const { name } of job.steps) {
    if (name !== "after_script" && !failure) failure = await failureOf(runStep(stages, name, limit));
  }
  limit.clear();
  if (signal.aborted) return failure;
  if (runner.cancel?.aborted) {
    trace.warning("script canceled externally (UI, API)");
    return new JobFailure("canceled", "job_canceled");
  }
  if (!limit.isOver()) return failure;
  return new JobFailure("script timeout: context deadline exceeded", "job_execution_timeout");
}

async function runStep(stages: StageRunner, name: string, limit: Deadline): Promise<void> {
  const { job, variables } = stages.running;
  const stage = `step_${name.toLowerCase()}`;
  const given = job.steps.find((each) => each.name === name)?.script ?? [];
  // What the keyword `release` becomes is a command of GitLab's with the job's variables in it.
  const commands = name === "release" ? given.map((each) => variables.expand(each)) : given;
  const script = begun(stages, variables);
  script.commands(commands, "script_step");
  const title = `Executing "${stage}" stage of the job script`;
  await stages.stage(stage, title, () => stages.runScript(script, "job", limit.signal), limit);
}

async function runAfterScript(stages: StageRunner, failure: JobFailure | undefined): Promise<void> {
  const { job, variables } = stages.running;
  const commands = job.steps.find(({ name }) => name === "after_script")?.script ?? [];
  if (commands.length === 0) return;
  const limit = limitOf(stages, "RUNNER_AFTER_SCRIPT_TIMEOUT", afterScriptSeconds);
  const script = begun(stages, variables.with({ CI_JOB_STATUS: statusAfter(failure) }));
  script.notice("Running after script...");
  script.commands(commands, "after_script_step");
  const run = () => stages.runScript(script, "job", limit.signal);
  await stages.stage("after_script", "Running after_script", run, limit).finally(limit.clear);
}

/** A script in the project's folder, with the job's variables. */
function begun(stages: StageRunner, variables: JobVariables): ShellScript {
  const { runner } = stages.running;
  const place = runner.executor.placeOf("job", runner.folders);
  const script = stages.newScript();
  script.exports(variables, place);
  script.line(`cd ${quote(place.project)}`);
  return script;
}

/** The time that a variable gives a script, within the job's. */
function limitOf(
  { running: { variables, trace, signal } }: StageRunner,
  name: string,
  otherwise: number,
  ...above: readonly (AbortSignal | undefined)[]
): Deadline {
  const text = variables.get(name).trim();
  const given = text === "" ? otherwise : parseDuration(text);
  if (given === undefined) trace.warning(`Ignoring malformed ${name} timeout: ${text}`);
  else if (given < 0) trace.warning(`Ignoring relative ${name} timeout: ${text}`);
  const seconds = given === undefined || given <= 0 ? otherwise : given;
  return deadline(seconds, signal, ...above.filter((each) => each !== undefined));
}
