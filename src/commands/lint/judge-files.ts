import { setImmediate } from "node:timers/promises";
import { UsageError } from "../../base/usage-error.ts";
import { memoryTree, withSlowSources } from "../../engine/pipeline/index.ts";
import {
  type LintFile,
  lintFile,
  lintScripts,
  lintWhole,
  readFile,
  unreadIncludes,
} from "../../lint/index.ts";
import { type Looks, type Reach, type Result, watched } from "../../lint/memory.ts";
import type { FileFacts, LintProject, OtherSources } from "../../lint/project.ts";
import { judgeScripts } from "../../lint/shell/findings.ts";
import { mirrorSources } from "./mirrors.ts";
import type { Run } from "./run.ts";

/** A result, and what the rules looked at besides the file itself. */
export type Fresh = Result & { readonly looks: Looks };

/** Judges some files with all rules. Returns a result for each. */
export async function judgeFiles(texts: ReadonlyMap<string, string>, run: Run): Promise<Map<string, Fresh>> {
  // ShellCheck takes longer than all the rest: it begins with what the first files hold while the others are still read
  const parts = run.tool?.name === "shellcheck" ? halves([...texts]) : [[...texts]];
  const results = await Promise.all(parts.map((part) => judgePart(part, run)));
  return new Map(results.flat());
}

/** The shell tool reads the scripts while the other rules are at work. */
async function judgePart(texts: readonly NamedText[], run: Run): Promise<(readonly [string, Fresh])[]> {
  const files = texts.map(([name, text]) => readFile(name, text));
  const [shell, results] = await Promise.all([askShell(files, run), judgeEach(files, run)]);
  return results.map((result, index) => {
    const file = files[index] as LintFile;
    const ofScripts = lintScripts(file, shell, run.settings.severityOf);
    return [file.path, { ...result, diagnostics: [...result.diagnostics, ...ofScripts] }];
  });
}

/** A file's name and its text. */
type NamedText = readonly [string, string];

/** Cuts a list in two of about as much text each. */
function halves(texts: readonly NamedText[]): NamedText[][] {
  const all = texts.reduce((sum, [, text]) => sum + text.length, 0);
  let before = 0;
  const cut = texts.findIndex(([, text]) => {
    before += text.length;
    return before > all / 2;
  });
  return [texts.slice(0, cut), texts.slice(cut)];
}

function askShell(files: readonly LintFile[], { settings, surroundings, tool, answers }: Run) {
  const { signal } = surroundings;
  const scripts = files.flatMap((file) => file.scripts);
  return judgeScripts(scripts, tool, { signal, exclude: settings.disabledCodes, answers });
}

async function judgeEach(
  files: readonly LintFile[],
  { settings, surroundings, reach }: Run,
): Promise<Fresh[]> {
  const judgeOne = (file: LintFile, others: OtherSources): Fresh => {
    const { reach: noted, looks } = watched(reach);
    const project = projectOf(noted, { others, gitlabVersions: settings.gitlabVersions });
    const diagnostics = lintFile(file, project, settings.severityOf);
    return { hasHeader: file.hasHeader, diagnostics, unread: unreadIncludes(file, project), looks };
  };
  const results: Fresh[] = [];
  for (const file of files) {
    results.push(await withMirrors(settings.mirrors, surroundings.cwd, (others) => judgeOne(file, others)));
    // whoever reads the scripts may have something to say, or ask for more
    await setImmediate();
    if (surroundings.signal.aborted) throw new UsageError("stopped");
  }
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
  const { gitlabVersions } = settings;
  const project = projectOf(noted, { others: {}, gitlabVersions });
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
