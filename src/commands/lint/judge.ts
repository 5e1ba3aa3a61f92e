import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Configuration,
  type Diagnostic,
  type LintProject,
  lintProject,
  readFile,
} from "../../lint/index.ts";
import { judgeScripts } from "../../lint/shell/findings.ts";
import { folderTree } from "../../sources/folder.ts";
import type { Surroundings } from "../command.ts";
import { mirrorTrees } from "./mirrors.ts";
import type { LintOptions } from "./options.ts";
import { tagsOf } from "./tags.ts";

/** What a run found, and the texts that it is about. */
export interface Judgement {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Lints some files, named relative to the working directory. `changed` holds texts that are not written yet. */
export async function judge(
  names: readonly string[],
  options: LintOptions,
  settings: Configuration,
  surroundings: Surroundings,
  changed: ReadonlyMap<string, string> = new Map(),
): Promise<Judgement> {
  const { cwd, env, signal, stderr } = surroundings;
  const texts = new Map(
    names.map((name) => [name, changed.get(name) ?? readFileSync(resolve(cwd, name), "utf8")]),
  );
  const files = [...texts].map(([name, text]) => readFile(name, text));
  const scripts = files.flatMap((file) => file.scripts);
  const tools = options.shellcheck ? env : { ...env, PATH: "" };
  const { findings, notice } = await judgeScripts(scripts, tools, {
    signal,
    exclude: settings.disabledCodes,
  });
  if (notice && options.shellcheck && !options.quiet) stderr.write(`berth: ${notice}\n`);
  const trees = new Map<string, ReturnType<typeof folderTree>>();
  const project: LintProject = {
    files,
    tree: (root) => {
      const known = trees.get(root) ?? folderTree(resolve(cwd, root));
      trees.set(root, known);
      return known;
    },
    mirror: await mirrorTrees(files, settings.mirrors, cwd),
    gitlabVersion: settings.gitlabVersion,
    tags: await tagsOf(files, cwd),
    shell: findings,
  };
  return { diagnostics: lintProject(project, settings.severityOf), files: names, texts };
}
