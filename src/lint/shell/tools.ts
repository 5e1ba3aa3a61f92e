import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program of this machine that reads shell scripts. */
export interface ShellTool {
  readonly name: "shellcheck" | "bash";
  readonly file: string;
  /** Changes when the program is replaced: its path, size and age. */
  readonly identity: string;
}

/** Finds a program on the PATH, bash also where it always is. Returns undefined if there is none. */
export function findShellTool(
  name: ShellTool["name"],
  env: Readonly<Record<string, string | undefined>>,
): ShellTool | undefined {
  const folders = (env.PATH ?? "").split(delimiter);
  for (const folder of name === "bash" ? [...folders, "/usr/bin", "/bin"] : folders) {
    const file = join(folder, process.platform === "win32" ? `${name}.exe` : name);
    try {
      accessSync(file, constants.X_OK);
      const state = statSync(file);
      if (folder === "" || !state.isFile()) continue;
      return { name, file, identity: JSON.stringify([file, state.size, state.mtimeMs]) };
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** The best reader of scripts on the PATH: ShellCheck, or else bash, which can tell only whether a script parses. */
export function bestShellTool(
  env: Readonly<Record<string, string | undefined>>,
  allowed: { readonly shellcheck: boolean } = { shellcheck: true },
): ShellTool | undefined {
  return (allowed.shellcheck ? findShellTool("shellcheck", env) : undefined) ?? findShellTool("bash", env);
}
