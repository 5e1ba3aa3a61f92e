import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted: the whole process group gets SIGTERM, and SIGKILL after {@link graceMilliseconds}. */
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ProcessResult {
  /** Exit code; 128 + signal number is not imitated: a process ended by a signal has the code -1. */
  readonly code: number;
}

const graceMilliseconds = 5_000;

/**
 * Runs a program in a process group of its own, so that everything that it starts ends with it, and hands on its output
 * line by line. Throws when the program cannot be started.
 */
export async function runProcess(argv: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  const [program, ...args] = argv as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stopKiller = killWhenAborted(child, options.signal);
  const lines = [readLines(child, "stdout", options), readLines(child, "stderr", options)];
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (exitCode) => resolve(exitCode ?? -1));
    });
    // What the program left behind in its group (a server that a job started) ends now, and with it the pipes.
    signalGroup(child, "SIGKILL");
    await Promise.all(lines);
    return { code };
  } finally {
    stopKiller();
  }
}

async function readLines(
  child: ChildProcess,
  stream: "stdout" | "stderr",
  options: ProcessOptions,
): Promise<void> {
  const input = child[stream];
  if (!input) return;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    options.onLine?.(line, stream);
  }
}

function killWhenAborted(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = () => {
    signalGroup(child, "SIGTERM");
    timer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMilliseconds);
  };
  if (signal?.aborted) kill();
  else signal?.addEventListener("abort", kill, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  };
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}
