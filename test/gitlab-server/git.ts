import { execFileSync } from "node:child_process";

const environment: Record<string, string> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Administrator",
  GIT_AUTHOR_EMAIL: "admin@example.com",
  GIT_COMMITTER_NAME: "Administrator",
  GIT_COMMITTER_EMAIL: "admin@example.com",
};

/** Runs git in a repository and returns its output, the final newline cut off. Synchronous: requests are answered in one go. */
export function git(
  folder: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: Record<string, string> } = {},
): string {
  return gitBytes(folder, args, options).toString("utf8").replace(/\n$/, "");
}

/** The same with the output as it is. */
export function gitBytes(
  folder: string,
  args: readonly string[],
  { input, env }: { input?: string | Buffer; env?: Record<string, string> } = {},
): Buffer {
  return execFileSync("git", args, {
    cwd: folder,
    env: { ...environment, ...env },
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input }),
  });
}

/** The output, or undefined where git fails (no such revision, no such file). */
export function tryGit(folder: string, args: readonly string[]): string | undefined {
  try {
    return git(folder, args);
  } catch {
    return undefined;
  }
}
