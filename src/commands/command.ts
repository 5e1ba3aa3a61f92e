import type { Command } from "commander";

/** What a command may touch of the outside world. Passed in, so that tests can run commands without a process. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Reads stdin to its end as UTF-8; missing where there is none. */
  readonly stdin?: () => Promise<string>;
  /** Aborted by Ctrl-C (SIGINT) or SIGTERM: clean up and return. */
  readonly signal: AbortSignal;
}

/** A stream that may be a terminal. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Exit codes of every command: 0 clean, 1 findings or a failed run, 2 could not run. */
export type ExitCode = 0 | 1 | 2;

/**
 * A module in `commands/` exports `command`. It declares arguments, options and examples on the commander command
 * that it is given, and returns the exit code from the action through `finish`.
 */
export interface CommandModule {
  readonly command: (program: Command, surroundings: Surroundings, finish: (code: ExitCode) => void) => void;
}
