import { endEscaped } from "./escaped-processes.ts";
import type { Executor, PrepareRequest, RunnerFolders, ScriptEnd, ScriptRun } from "./executor.ts";
import type { ScriptPlace } from "./script.ts";
import { endGroups, type ProcessGroups, runShell } from "./shell-process.ts";

export interface ShellExecutorOptions {
  /** The environment of the job beside its variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where scripts begin: hooks before the sources are there run here. */
  readonly folder: string;
}

/** A variable of every job whose value no other job has at the same time. */
const temporaryVariable = "RUNNER_TEMP_PROJECT_DIR";

/**
 * Runs a job by bash on this machine. The runner starts a login shell; here the caller's environment is taken as it is, so that what a
 * user's profile does is neither done twice nor undone.
 */
export class ShellExecutor implements Executor {
  readonly kind = "shell";
  readonly name = "shell";
  readonly exitWords = "exit status";
  private readonly options: ShellExecutorOptions;
  private readonly groups: ProcessGroups = new Set();
  private temporary = "";

  constructor(options: ShellExecutorOptions) {
    this.options = options;
  }

  async prepare({ say, variables }: PrepareRequest): Promise<void> {
    this.temporary = variables.get(temporaryVariable);
    say("Using Shell (bash) executor...");
  }

  placeOf(_where: "runner" | "job", { builds, project }: RunnerFolders): ScriptPlace {
    return { builds, project, temporary: `${project}.tmp` };
  }

  run(run: ScriptRun): Promise<ScriptEnd> {
    const { env, folder } = this.options;
    return runShell({ argv: ["bash"], cwd: folder, env }, run, this.groups);
  }

  async close(): Promise<void> {
    endGroups(this.groups);
    if (this.temporary !== "") endEscaped(temporaryVariable, this.temporary);
  }
}
