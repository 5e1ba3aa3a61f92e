import type { Pipeline } from "../engine/pipeline/index.ts";
import { Source, toJson } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import { besideNoop, MAIN, readIncluded } from "./included-pipeline.ts";
import type { Include } from "./includes.ts";
import type { LintProject } from "./project.ts";
import { isReadable } from "./readable-includes.ts";

/** What one include of a file brings by itself; undefined where it cannot be read here, or is refused. */
export function pipelineOfInclude(
  { root }: LintFile,
  include: Include,
  { tree, others, host }: LintProject,
): Pipeline | undefined {
  const readable = { tree: tree(root), others, host };
  const entry = include.map ? toJson(include.map) : include.value;
  if (/\$\[\[/.test(JSON.stringify(entry)) || !isReadable(include, readable)) return undefined;
  const source = new Source(MAIN, JSON.stringify(besideNoop([entry])));
  const { pipeline, unread } = readIncluded({ root: "", source, isWhole: false }, root, readable);
  return unread.length === 0 && pipeline.config !== undefined ? pipeline : undefined;
}
