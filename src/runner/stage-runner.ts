import type { RunnerJob } from "./job.ts";
import { JobFailure } from "./outcome.ts";
import type { Runner } from "./runner.ts";
import { ShellScript } from "./script.ts";
import type { JobSettings } from "./settings.ts";
import type { Deadline } from "./timeouts.ts";
import type { JobTrace, OutputStream } from "./trace.ts";
import type { JobVariables } from "./variables.ts";
import { behaves } from "./version.ts";

/** One job on its way through its stages. */
export interface RunningJob {
  readonly job: RunnerJob;
  readonly runner: Runner;
  readonly variables: JobVariables;
  readonly settings: JobSettings;
  readonly trace: JobTrace;
  /** The job's timeout, and the end from outside. */
  readonly signal: AbortSignal;
  /** Whether the job's timeout is over. */
  readonly isTimedOut: () => boolean;
  readonly graceSeconds: number;
}

/** Runs the parts of a job, each in a section of its trace. */
export class StageRunner {
  readonly running: RunningJob;

  constructor(running: RunningJob) {
    this.running = running;
  }

  /**
   * `limit`: a time that the part has of its own.
   * @throws JobFailure where the job is over already, or what `run` throws.
   */
  async stage(name: string, title: string, run: () => Promise<void>, limit?: Deadline): Promise<void> {
    const { signal, isTimedOut, trace } = this.running;
    if (signal.aborted) throw new JobFailure("context canceled", "job_canceled");
    try {
      await trace.section(name, title, run);
    } finally {
      if (isTimedOut() || limit?.isOver()) trace.warning(this.timeoutWords(name));
    }
  }

  private timeoutWords(stage: string): string {
    const since = behaves(this.running.runner.identity.version, "configurationError");
    const page = since ? "ci/runners/configure_runners/" : "ee/ci/runners/configure_runners.html";
    return `${stage} could not run to completion because the timeout was exceeded. For more control over job and script timeouts see: https://docs.gitlab.com/${page}#set-script-and-after_script-timeouts`;
  }

  /** Lets a stage that runs no script write. */
  async withOutput(run: (output: OutputStream) => Promise<void>): Promise<void> {
    const output = this.running.trace.output();
    try {
      await run(output);
    } finally {
      output.end();
    }
  }

  newScript(): ShellScript {
    const { runner, settings } = this.running;
    return new ShellScript(runner.identity.version, settings);
  }

  /** @throws JobFailure with the exit code where the script fails. */
  async runScript(script: ShellScript, where: "runner" | "job", signal: AbortSignal): Promise<void> {
    const { runner, settings, trace, graceSeconds } = this.running;
    const streams = { O: trace.output("O"), E: trace.output("E") };
    const { code } = await runner.executor.run({
      script: script.finish(),
      where,
      signal,
      graceSeconds,
      apart: settings.timestamps,
      onOutput: (text, kind) => streams[kind].write(text),
    });
    streams.O.end();
    streams.E.end();
    if (code === 0) return;
    const words = code === -1 ? "signal: killed" : `${runner.executor.exitWords} ${code}`;
    throw new JobFailure(words, "script_failure", code);
  }
}

/** Tries again where it fails, so many times in all; with the number of the try, from 0. */
export async function attempt(times: number, run: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; ; number += 1) {
    try {
      return await run(number);
    } catch (error) {
      if (number + 1 >= times) throw error;
    }
  }
}

/** How a part of a job failed; undefined where it did not. Other errors are the machine's. */
export async function failureOf(part: Promise<void>): Promise<JobFailure | undefined> {
  try {
    await part;
    return undefined;
  } catch (error) {
    if (error instanceof JobFailure) return error;
    return new JobFailure((error as Error).message, "runner_system_failure");
  }
}
