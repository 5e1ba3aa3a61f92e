import { lintFile, lintWhole, readFile } from "../../lint/index.ts";
import { type Looks, type Reach, type Result, watched } from "../../lint/memory.ts";
import type { FileFacts, LintProject } from "../../lint/project.ts";
import { judgeScripts } from "../../lint/shell/findings.ts";
import type { Run } from "./judge.ts";
import { mirrorTrees } from "./mirrors.ts";

/** A result, and what the rules looked at besides the file itself. */
export type Fresh = Result & { readonly looks: Looks };

/** Judges some files with all rules. Returns a result for each. */
export async function judgeFiles(texts: ReadonlyMap<string, string>, run: Run): Promise<Map<string, Fresh>> {
  const { settings, surroundings, options, tool, reach } = run;
  const { cwd, env, signal } = surroundings;
  const files = [...texts].map(([name, text]) => readFile(name, text));
  const scripts = files.flatMap((file) => file.scripts);
  const exclude = settings.disabledCodes;
  const shell = await judgeScripts(scripts, tool, { env, signal, exclude, cache: options.cache });
  const mirror = await mirrorTrees(files, settings.mirrors, cwd);
  const results = new Map<string, Fresh>();
  for (const file of files) {
    const { reach: noted, looks } = watched(reach);
    const project = projectOf(noted, { mirror, shell, gitlabVersion: settings.gitlabVersion });
    const diagnostics = lintFile(file, project, settings.severityOf);
    results.set(file.path, { hasHeader: file.hasHeader, diagnostics, looks });
  }
  return results;
}

/** Judges what concerns the files as a whole. */
export function judgeProject(files: readonly FileFacts[], { settings, reach }: Run): Fresh {
  const { reach: noted, looks } = watched(reach);
  const { gitlabVersion } = settings;
  const project = projectOf(noted, { mirror: () => undefined, shell: undefined, gitlabVersion });
  return { hasHeader: false, diagnostics: lintWhole(files, project, settings.severityOf), looks };
}

/** Not a spread: it would look at everything at once. */
function projectOf(reach: Reach, rest: Omit<LintProject, keyof Reach>): LintProject {
  return {
    ...rest,
    get files() {
      return reach.files;
    },
    tree: reach.tree,
    tags: reach.tags,
  };
}
