import { setImmediate } from "node:timers/promises";
import { UsageError } from "../../base/usage-error.ts";
import { digest } from "../../lint/answers.ts";
import { readGraph } from "../../lint/graph.ts";
import {
  type LintFile,
  lintFile,
  lintScripts,
  lintWhole,
  readFile,
  unreadIncludes,
} from "../../lint/index.ts";
import { type Looks, type Reach, type Result, watched } from "../../lint/memory.ts";
import type { FileFacts, LintProject } from "../../lint/project.ts";
import type { OtherSources } from "../../lint/readable-includes.ts";
import type { FileRole } from "../../lint/role.ts";
import { judgeScripts } from "../../lint/shell/findings.ts";
import type { Run } from "./run.ts";

/** A result, and what the rules looked at besides the file itself. */
export type Fresh = Result & { readonly looks: Looks };

/** Judges some files with all rules. Returns a result for each. */
export async function judgeFiles(
  texts: ReadonlyMap<FileRole, string>,
  run: Run,
): Promise<Map<FileRole, Fresh>> {
  for (const root of new Set([...texts.keys()].map((role) => role.root))) await graphAt(root, run);
  // ShellCheck takes longer than all the rest: it begins with what the first files hold while the others are still read
  const parts = run.tool?.name === "shellcheck" ? halves([...texts]) : [[...texts]];
  const results = await Promise.all(parts.map((part) => judgePart(part, run)));
  return new Map(results.flat());
}

/** Reads the pipelines of the project at a root. Returns them in short, and what was looked at. */
export async function readGraphOf(root: string, run: Run) {
  const { looks, reach } = watched(run.reach);
  const graph = await run.withOthers((others) =>
    readGraph(root, reach.beginnings(root), { tree: reach.tree(root), others, host: run.host }),
  );
  run.graphs.set(root, graph);
  const files = graph.pipelines.flatMap((pipeline) => [pipeline.root, ...pipeline.reached]);
  return { graph: { files: [...new Set(files)], state: digest(JSON.stringify(looks)) }, looks };
}

async function graphAt(root: string, run: Run): Promise<void> {
  if (!run.graphs.has(root)) await readGraphOf(root, run);
}

/** The shell tool reads the scripts while the other rules are at work. */
async function judgePart(texts: readonly RoleAndText[], run: Run): Promise<(readonly [FileRole, Fresh])[]> {
  const files = texts.map(([role, text]) => readFile(role.path, text, role));
  const [shell, results] = await Promise.all([askShell(files, run), judgeEach(files, run)]);
  return results.map((result, index) => {
    const file = files[index] as LintFile;
    const ofScripts = lintScripts(file, shell, run.settings.severityOf);
    const [role] = texts[index] as RoleAndText;
    return [role, { ...result, diagnostics: [...result.diagnostics, ...ofScripts] }];
  });
}

/** What a file is, and its text. */
type RoleAndText = readonly [FileRole, string];

/** Cuts a list in two of about as much text each. */
function halves(texts: readonly RoleAndText[]): RoleAndText[][] {
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

async function judgeEach(files: readonly LintFile[], run: Run): Promise<Fresh[]> {
  const { settings, surroundings, reach, memory, withOthers, host, graphs } = run;
  const judgeOne = (file: LintFile, others: OtherSources): Fresh => {
    const { reach: noted, looks } = memory ? watched(reach) : { reach, looks: {} };
    const project = projectOf(noted, { others, host, gitlabVersions: settings.gitlabVersions }, graphs);
    const diagnostics = lintFile(file, project, settings.severityOf);
    return { hasHeader: file.hasHeader, diagnostics, unread: unreadIncludes(file, project), looks };
  };
  const results: Fresh[] = [];
  for (const file of files) {
    results.push(await withOthers((others) => judgeOne(file, others)));
    // whoever reads the scripts may have something to say, or ask for more
    await setImmediate();
    if (surroundings.signal.aborted) throw new UsageError("stopped");
  }
  return results;
}

/** Judges what concerns the files as a whole. */
export function judgeProject(files: readonly FileFacts[], { settings, reach, host, graphs }: Run): Fresh {
  const { reach: noted, looks } = watched(reach);
  const { gitlabVersions } = settings;
  const project = projectOf(noted, { others: {}, host, gitlabVersions }, graphs);
  return { hasHeader: false, unread: [], diagnostics: lintWhole(files, project, settings.severityOf), looks };
}

/** Not a spread: it would look at everything at once. */
function projectOf(
  reach: Reach,
  rest: Omit<LintProject, "files" | "tree" | "tags" | "graph">,
  graphs: Run["graphs"],
): LintProject {
  return {
    ...rest,
    get files() {
      return reach.files;
    },
    tree: reach.tree,
    tags: reach.tags,
    graph: (root) => {
      reach.graphState(root);
      const graph = graphs.get(root);
      if (graph === undefined) throw new Error(`the pipelines of "${root}" were not read`);
      return graph;
    },
  };
}
