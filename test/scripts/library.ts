import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../scripts/lib/", import.meta.url));

/**
 * Sources files of scripts/lib in a bash of its own and runs `program` there, with `variables` and nothing else in its
 * environment. Returns what it printed on each stream, and its exit code.
 */
export function runWithLibrary(
  files: readonly string[],
  program: string,
  variables: Readonly<Record<string, string>> = {},
): { code: number | null; stdout: string; stderr: string } {
  const sources = files.map((file) => `source '${folder}${file}.sh'`).join("\n");
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--norc", "-c", `set -Eeuo pipefail\n${sources}\n${program}`],
    {
      env: { PATH: process.env.PATH ?? "", ...variables },
      encoding: "utf8",
    },
  );
  return { code: status, stdout, stderr };
}
