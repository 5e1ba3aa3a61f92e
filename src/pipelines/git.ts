import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Nothing of the user's own git settings (hooks, signing, templates) reaches the throw-away repositories. */
const environment: Record<string, string> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Smoke",
  GIT_AUTHOR_EMAIL: "smoke@example.com",
  GIT_COMMITTER_NAME: "Smoke",
  GIT_COMMITTER_EMAIL: "smoke@example.com",
};

/**
 * Runs git in a folder and returns its standard output without the final newline. `more`: variables for git, such as `GIT_INDEX_FILE`.
 * Throws git's own words.
 */
export async function git(
  folder: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout } = await execute("git", ["-C", folder, ...args], {
      env: { ...environment, ...more },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, "");
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === "ENOENT") throw new Error("git is not installed");
    throw new Error(`git ${args[0]} failed: ${stderr?.trim() || (error as Error).message}`);
  }
}
