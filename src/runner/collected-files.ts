import { execFile } from "node:child_process";
import { lstat, readdir } from "node:fs/promises";
import { isAbsolute, join, normalize, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { findMatches, matches } from "./glob.ts";

const execute = promisify(execFile);

/** One entry of an archive. */
export interface CollectedFile {
  /** From the project's root, without a slash at the end. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Which files of a project are meant. */
export interface FileSelection {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly untracked: boolean;
}

export interface CollectOptions {
  /** The project's folder on this machine, and as the job sees it: absolute paths of the job begin with that. */
  readonly project: string;
  readonly projectInJob: string;
  readonly followLinks: boolean;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
}

/**
 * The files that artifacts or a cache take, sorted by path, as the runner's helper finds them (`commands/helpers/file_archiver.go`): folders
 * whole, links as links, nothing outside of the project. A path that matches nothing is a warning.
 */
export async function collectFiles(
  selection: FileSelection,
  options: CollectOptions,
): Promise<readonly CollectedFile[]> {
  const collection = new Collection(selection, options);
  for (const path of selection.paths) await collection.takePath(path);
  if (selection.untracked) await collection.takeUntracked();
  return collection.finish();
}

class Collection {
  private readonly exclude: readonly { readonly given: string; readonly pattern: string }[];
  private readonly options: CollectOptions;
  private readonly files = new Map<string, CollectedFile>();
  private readonly excluded = new Map<string, number>();

  constructor({ exclude }: FileSelection, options: CollectOptions) {
    this.options = options;
    this.exclude = exclude.flatMap((given) => {
      const pattern = this.withinProject(given);
      return pattern === undefined ? [] : [{ given, pattern }];
    });
  }

  async takePath(given: string): Promise<void> {
    const { warn, say, project, followLinks } = this.options;
    if (given === "") return warn("No matching files. Path is empty.");
    const pattern = this.withinProject(given);
    if (pattern === undefined) {
      return warn(`processPath: artifact path is not a subpath of project directory: ${given}`);
    }
    let found = 0;
    for (const match of await findMatches(project, pattern, followLinks)) found += await this.takeTree(match);
    if (found > 0) return say(`${given}: found ${found} matching artifact files and directories`);
    warn(
      `${given}: no matching files. Ensure that the artifact path is relative to the working directory (${this.options.projectInJob})`,
    );
  }

  async takeUntracked(): Promise<void> {
    const { project, say, warn } = this.options;
    const argv = ["-C", project, "ls-files", "-o", "-z"];
    const { stdout } = await execute("git", argv, { maxBuffer: 256 * 1024 * 1024 }).catch((error: Error) => {
      warn(`untracked: ${error.message}`);
      return { stdout: "" };
    });
    let found = 0;
    for (const path of stdout.split("\0").filter(Boolean)) if (await this.take(path)) found += 1;
    if (found > 0) say(`untracked: found ${found} files`);
    else warn("untracked: no files");
  }

  finish(): readonly CollectedFile[] {
    for (const [rule, count] of this.excluded) this.options.say(`${rule}: excluded ${count} files`);
    return [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** A pattern from the project's root; undefined where it leads out of it. */
  private withinProject(given: string): string | undefined {
    const { projectInJob } = this.options;
    const absolute = isAbsolute(given) ? normalize(given) : resolve(projectInJob, given);
    const path = relative(projectInJob, absolute);
    return path === ".." || path.startsWith("../") ? undefined : path || ".";
  }

  /** A match with all below it. Returns how many entries were taken. */
  private async takeTree(path: string): Promise<number> {
    let taken = (await this.take(path)) ? 1 : 0;
    const folder = join(this.options.project, path);
    if (!(await lstat(folder).catch(() => undefined))?.isDirectory()) return taken;
    for (const name of (await readdir(folder).catch(() => [])).sort())
      taken += await this.takeTree(join(path, name));
    return taken;
  }

  private async take(path: string): Promise<boolean> {
    const rule = this.exclude.find(({ pattern }) => matches(pattern, path));
    if (rule) {
      this.excluded.set(rule.given, (this.excluded.get(rule.given) ?? 0) + 1);
      return false;
    }
    const info = await lstat(join(this.options.project, path)).catch(() => undefined);
    if (info === undefined) return false;
    const kind = info.isSymbolicLink() ? "link" : info.isDirectory() ? "folder" : "file";
    this.files.set(path, { path, kind, mode: info.mode, size: info.size, modifiedMs: info.mtimeMs });
    return true;
  }
}
