import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { GitError, Repository } from "../../git/repository.ts";
import type { OpenProject } from "./open-project.ts";
import type { LintOptions } from "./options.ts";

const skipped = new Set([".git", "node_modules"]);

/**
 * The files of a run, as their project names them: what was asked for (from `here`), less what the settings ignore, and with
 * `--changed` only what differs from a commit. Throws UsageError if there is nothing to lint.
 */
export async function chooseFiles(
  paths: readonly string[],
  { changed }: LintOptions,
  { settings, surroundings, membersOf, rolesOf }: OpenProject,
  here: string,
): Promise<string[]> {
  const { cwd } = surroundings;
  const members = await membersOf("");
  const named = (known: ReadonlySet<string>) => namedFiles(paths, known, { cwd, here });
  let all = paths.length > 0 ? named(members) : ownFiles(members, cwd);
  // Folders may hold projects of their own, which are known by their pipelines.
  const roots = new Set((await rolesOf(all)).map(({ root }) => root).filter((root) => root !== ""));
  if (paths.length > 0 && roots.size > 0) {
    const ofAll = await Promise.all([...roots].map(membersOf));
    all = named(new Set([...members, ...ofAll.flatMap((each) => [...each])]));
  }
  const found = all.filter((file) => !settings.isIgnored(file));
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

/** All files of the project: what its pipelines begin with and include, and what is in `templates/`. */
function ownFiles(members: ReadonlySet<string>, cwd: string): string[] {
  const templates = resolve(cwd, "templates");
  const inTemplates = statSync(templates, { throwIfNoEntry: false })?.isDirectory()
    ? [...filesBelow(templates)]
    : [];
  const found = new Set([...members, ...inTemplates.filter(isConfiguration).map((file) => shown(file, cwd))]);
  if (found.size === 0)
    throw new UsageError(
      "nothing to lint: there is no templates/ folder and no .gitlab-ci.yml here; name files or folders",
    );
  return [...found].sort();
}

/** Named files as they are; of folders the components, the pipelines and what they include, and YAML files with a `spec` header. */
function namedFiles(
  paths: readonly string[],
  members: ReadonlySet<string>,
  { cwd, here }: { readonly cwd: string; readonly here: string },
): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const full = resolve(here, path);
    const state = statSync(full, { throwIfNoEntry: false });
    if (state === undefined) throw new UsageError(`cannot read ${path}: there is no such file or folder`);
    if (!state.isDirectory()) found.add(shown(full, cwd));
    else
      for (const file of filesBelow(full))
        if (members.has(shown(file, cwd)) || isConfiguration(file)) found.add(shown(file, cwd));
  }
  if (found.size === 0)
    throw new UsageError(
      `nothing to lint: no component, no pipeline and nothing that one includes is in ${paths.join(", ")}`,
    );
  return [...found].sort();
}

function* filesBelow(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* filesBelow(path);
    else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) yield path;
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
