import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { GitError, Repository } from "../../git/repository.ts";
import type { Configuration } from "../../lint/configuration.ts";
import type { LintOptions } from "./options.ts";

const skipped = new Set([".git", "node_modules"]);

/** The files of a run: what was asked for, less what the settings ignore, and with `--changed` only what differs from a commit. */
export async function chooseFiles(
  paths: readonly string[],
  { changed }: LintOptions,
  { isIgnored }: Configuration,
  cwd: string,
): Promise<string[]> {
  const found = findFiles(paths, cwd).filter((file) => !isIgnored(file));
  if (changed === undefined) return found;
  const ref = changed === true ? "HEAD" : changed;
  try {
    const repository = new Repository(cwd);
    const root = await repository.root();
    const touched = new Set((await repository.changedFiles(ref)).map((file) => resolve(root, file)));
    return found.filter((file) => touched.has(realpathSync(resolve(cwd, file))));
  } catch (error) {
    if (error instanceof GitError) throw new UsageError(`--changed ${ref}: ${error.message}`);
    throw error;
  }
}

/**
 * Lists what to lint, relative to `cwd`, with slashes: named files as they are; of folders the components, the pipelines, and the
 * YAML files that have a `spec` header. Without paths: `templates/` and `.gitlab-ci.yml`. Throws UsageError if there is nothing.
 */
function findFiles(paths: readonly string[], cwd: string): string[] {
  const asked =
    paths.length > 0
      ? paths
      : ["templates", ".gitlab-ci.yml"].filter((each) => existsSync(resolve(cwd, each)));
  if (asked.length === 0)
    throw new UsageError(
      "nothing to lint: there is no templates/ folder and no .gitlab-ci.yml here; name files or folders",
    );
  const found = new Set<string>();
  for (const path of asked) {
    const full = resolve(cwd, path);
    const state = statSync(full, { throwIfNoEntry: false });
    if (state === undefined) throw new UsageError(`cannot read ${path}: there is no such file or folder`);
    if (state.isDirectory()) for (const file of filesBelow(full)) found.add(shown(file, cwd));
    else found.add(shown(full, cwd));
  }
  return [...found].sort();
}

function* filesBelow(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* filesBelow(path);
    else if (entry.isFile() && /\.ya?ml$/.test(entry.name) && isConfiguration(path)) yield path;
  }
}

function isConfiguration(path: string): boolean {
  const name = path.split(sep).join("/");
  if (/(?:^|\/)templates\//.test(name) || /\.gitlab-ci\.ya?ml$/.test(name)) return true;
  return /^spec:[^\n]*$[\s\S]*^---\s/m.test(readFileSync(path, "utf8"));
}

function shown(path: string, cwd: string): string {
  return relative(cwd, path).split(sep).join("/");
}
