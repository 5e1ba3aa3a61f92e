import { type LintFile, lintFile, lintWhole, readFile, unreadIncludes } from "../../lint/index.ts";
import { type Looks, type Reach, type Result, watched } from "../../lint/memory.ts";
import type { FileFacts, LintProject, OtherSources } from "../../lint/project.ts";
import { judgeScripts } from "../../lint/shell/findings.ts";
import { memoryTree, withSlowSources } from "../../pipeline/index.ts";
import type { Run } from "./judge.ts";
import { mirrorSources } from "./mirrors.ts";

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
  const judgeOne = (file: LintFile, others: OtherSources): Fresh => {
    const { reach: noted, looks } = watched(reach);
    const project = projectOf(noted, { others, shell, gitlabVersion: settings.gitlabVersion });
    const diagnostics = lintFile(file, project, settings.severityOf);
    return { hasHeader: file.hasHeader, diagnostics, unread: unreadIncludes(file, project), looks };
  };
  const results = new Map<string, Fresh>();
  for (const file of files)
    results.set(file.path, await withMirrors(settings.mirrors, cwd, (others) => judgeOne(file, others)));
  return results;
}

/** Works with what the mirrors hold; the work begins anew whenever it asks for something that is not read yet. */
function withMirrors<Result>(
  mirrors: readonly string[],
  cwd: string,
  work: (others: OtherSources) => Result,
): Promise<Result> | Result {
  if (mirrors.length === 0) return work({});
  const nowhere = { project: "", sha: "", tree: memoryTree({}) };
  return withSlowSources(nowhere, mirrorSources(mirrors, cwd), (sources) =>
    work({
      ...sources,
      remote: (url) => {
        const answer = sources.remote?.(url);
        return answer && "failure" in answer ? undefined : answer;
      },
    }),
  );
}

/** Judges what concerns the files as a whole. */
export function judgeProject(files: readonly FileFacts[], { settings, reach }: Run): Fresh {
  const { reach: noted, looks } = watched(reach);
  const { gitlabVersion } = settings;
  const project = projectOf(noted, { others: {}, shell: undefined, gitlabVersion });
  return { hasHeader: false, unread: [], diagnostics: lintWhole(files, project, settings.severityOf), looks };
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
