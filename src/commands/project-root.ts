import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { beginsPipeline } from "../lint/role.ts";

/**
 * The folder of the project that a folder belongs to: the nearest one, going up, with a `.gitlab-ci.yml` or a git repository;
 * without both the nearest with components; else the folder itself.
 */
export function projectRoot(folder: string): string {
  const isRoot = (each: string) => existsSync(join(each, ".gitlab-ci.yml")) || existsSync(join(each, ".git"));
  if (pipelineFiles(folder).length > 0) return folder;
  const up = [...upwards(folder)];
  return up.find(isRoot) ?? up.find((each) => pipelineFiles(each).length > 0) ?? folder;
}

function* upwards(folder: string): Iterable<string> {
  yield folder;
  const above = dirname(folder);
  if (above !== folder) yield* upwards(above);
}

/** The files with which pipelines of the project in a folder begin, from there: `.gitlab-ci.yml` and components. */
export function pipelineFiles(folder: string): string[] {
  const inTemplates = entriesOf(join(folder, "templates")).flatMap((entry) =>
    entry.isDirectory() ? [`templates/${entry.name}/template.yml`] : [`templates/${entry.name}`],
  );
  return [".gitlab-ci.yml", ...inTemplates.sort()].filter(
    (path) => beginsPipeline(path, "") && statSync(join(folder, path), { throwIfNoEntry: false })?.isFile(),
  );
}

function entriesOf(folder: string) {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { withFileTypes: true })
    : [];
}
