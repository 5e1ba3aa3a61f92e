import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Runs a command of a container engine. Returns what it writes; throws its own words where it fails. */
export function run(argv: readonly string[], { env, signal }: CommandOptions): Promise<string> {
  const [command = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: env as NodeJS.ProcessEnv,
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        texts[stream] += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(texts.stdout);
      else reject(new Error(`${command} ${args[0]} failed: ${texts.stderr.trim()}`));
    });
  });
}
