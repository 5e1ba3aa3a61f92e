import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isUnitTest } from "../unit-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a run of the tests was a run of. */
export interface TreeState {
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly changed: boolean;
  /** The same for the same content of all files that unit tests may read, committed or not. */
  readonly tree: string;
}

/** The state of this repository's working tree. */
export function treeState(): TreeState {
  const files = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    .split("\0")
    .filter(Boolean);
  const relevant = [...new Set(files)]
    // Test files of other projects do not count. Everything else does: unit tests read docs, templates and scripts, too.
    .filter((file) => !file.endsWith(".test.ts") || isUnitTest(file))
    .sort();
  const hash = createHash("sha256");
  for (const file of relevant) hash.update(`${file}\0${fingerprint(join(root, file))}\0`);
  return {
    commit: git("rev-parse", "HEAD").trim(),
    changed: git("status", "--porcelain") !== "",
    tree: hash.digest("hex").slice(0, 16),
  };
}

function fingerprint(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "removed";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isFile()) return "other";
  const mode = stat.mode & 0o100 ? "executable" : "plain";
  return `${mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
}
