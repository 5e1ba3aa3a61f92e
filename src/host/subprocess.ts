import { type SpawnOptions, spawn, spawnSync } from "node:child_process";

/** How a program ended. `code` is 128 + the signal's number when a signal ended it, 127 when it could not be started. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to the program's standard input, which is otherwise empty. */
  readonly input?: string | Buffer | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd?: string | undefined;
  /** Ends the program with SIGTERM when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece of output as it comes (both streams). */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** Runs a program (argv, no shell) and returns how it ended. Never throws: the caller judges the code. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, spawnOptions(options));
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onOutput?.(text);
    });
    const stop = () => child.kill("SIGTERM");
    if (options.signal?.aborted) stop();
    else options.signal?.addEventListener("abort", stop, { once: true });
    child.on("error", (error) => resolve({ code: 127, stdout, stderr: stderr + error.message }));
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", stop);
      resolve({ code: code ?? 128 + signalNumber(signal), stdout, stderr });
    });
    // A program that ends without reading its input is no error of ours.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs a program that has to succeed; returns its standard output. @throws Error with the last lines of its errors. */
export async function mustRun(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const outcome = await run(argv, options);
  if (outcome.code !== 0) throw failureOf(argv, outcome);
  return outcome.stdout;
}

/** The same while the event loop stands still: for cleaning up in an exit handler, where nothing else works. */
export function runNow(argv: readonly string[]): Outcome {
  const [program = "", ...args] = argv;
  const result = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { code: result.status ?? 127, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
}

function spawnOptions({ env, cwd }: RunOptions): SpawnOptions {
  return {
    stdio: ["pipe", "pipe", "pipe"],
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}

function failureOf(argv: readonly string[], { code, stdout, stderr }: Outcome): Error {
  const last = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n");
  return new Error(`${argv.slice(0, 3).join(" ")} ended with ${code}: ${last}`);
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const known: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGKILL: 9,
    SIGPIPE: 13,
    SIGTERM: 15,
  };
  return (signal && known[signal]) ?? 0;
}
