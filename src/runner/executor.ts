import type { RunnerJob } from "./job.ts";
import type { ScriptPlace } from "./script.ts";
import type { JobVariables } from "./variables.ts";

/** How a script ended: its exit code, or the signal that ended it. */
export interface ScriptEnd {
  /** -1: the shell was ended by a signal. */
  readonly code: number;
}

/** A script on its way. */
export interface ScriptRun {
  readonly script: string;
  /** Where it runs: beside the runner (sources), or where the job's commands run. */
  readonly where: "runner" | "job";
  readonly onOutput: (text: string, kind: "O" | "E") => void;
  /** Give output and errors apart; together they keep their order. */
  readonly apart: boolean;
  /** Aborted: everything that the script has started gets SIGTERM, and SIGKILL after `graceSeconds`. */
  readonly signal: AbortSignal;
  readonly graceSeconds: number;
}

/** Where the runner keeps things on this machine; absolute paths. */
export interface RunnerFolders {
  /** Above the checkouts of all jobs. */
  readonly builds: string;
  /** The job's checkout; beside it is a folder with `.tmp` at the end. Kept between jobs, or new for each: the runner takes both. */
  readonly project: string;
  /** The caches of the job's project. */
  readonly cache: string;
}

/** What an executor needs to know of a job before it runs scripts. */
export interface PrepareRequest {
  readonly job: RunnerJob;
  readonly variables: JobVariables;
  readonly folders: RunnerFolders;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Where a job's scripts run. */
export interface Executor {
  readonly kind: "shell" | "container";
  /** As the trace names it: `shell`, `docker`. */
  readonly name: string;
  /** How a failing exit code is told: `exit status` by the shell executor, `exit code` by the docker executor. */
  readonly exitWords: string;
  /** Gets ready for a job and says so in its trace. Called once; throws where it cannot run the job. */
  prepare(request: PrepareRequest): Promise<void>;
  /** The job's folders as a script there sees them. */
  placeOf(where: "runner" | "job", folders: RunnerFolders): ScriptPlace;
  run(run: ScriptRun): Promise<ScriptEnd>;
  /** Ends everything that the job has left behind. */
  close(): Promise<void>;
}
