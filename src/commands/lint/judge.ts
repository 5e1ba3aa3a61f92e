import { digest } from "../../lint/answers.ts";
import type { Diagnostic } from "../../lint/diagnostic.ts";
import { finish } from "../../lint/finish.ts";
import type { Result } from "../../lint/memory.ts";
import type { FileRole } from "../../lint/role.ts";
import type { ShellTool } from "../../lint/shell/tools.ts";
import type { UnreadInclude } from "../../report/index.ts";
import type { Surroundings } from "../command.ts";
import type { OpenProject } from "./open-project.ts";
import type { LintOptions } from "./options.ts";
import type { Run } from "./run.ts";

/** What a run found, and the texts that it is about. */
export interface Judgement {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  /** Includes that could not be read here. */
  readonly unread: readonly UnreadInclude[];
}

/**
 * Lints some files of a project, named relative to its root. What an earlier run found counts where nothing has changed that it came
 * from; the engine and the rules are loaded only for the rest.
 */
export async function judge(
  names: readonly string[],
  options: LintOptions,
  project: OpenProject,
): Promise<Judgement> {
  const { tool, settings, surroundings, answers } = project;
  noteMissingTool(tool, options, surroundings);
  const files = await project.rolesOf(names);
  const texts = new Map(names.map((name) => [name, project.textOf(name)]));
  const run: Run = { ...project, reach: { ...project.reach, files } };
  const results = await judgeAll(texts, run);
  answers?.save();
  const read = [...texts].map(([path, text]) => ({ path, text }));
  const found = results.flatMap(({ diagnostics }) => diagnostics);
  const unread = results.flatMap(({ file, unread: includes }) =>
    includes.map((include) => ({ file, include })),
  );
  return { diagnostics: finish(read, found, settings.severityOf, tool?.name), files: names, texts, unread };
}

function noteMissingTool(
  tool: ShellTool | undefined,
  { shellcheck, quiet }: LintOptions,
  { stderr }: Surroundings,
): void {
  if (tool?.name === "shellcheck" || !shellcheck || quiet) return;
  stderr.write("berth: shellcheck is not on the PATH: scripts are checked for their syntax only\n");
}

async function judgeAll(
  texts: ReadonlyMap<string, string>,
  run: Run,
): Promise<(Result & { readonly file: string })[]> {
  const results = new Map<string, Result>();
  const unknown = new Map<FileRole, string>();
  for (const role of run.reach.files) {
    const text = texts.get(role.path) as string;
    const known = run.memory?.recall(subjectOf(role, text), run.reach);
    if (known) results.set(role.path, known);
    else unknown.set(role, text);
  }
  if (unknown.size > 0) {
    const { judgeFiles } = await import("./judge-files.ts");
    for (const [role, { looks, ...result }] of await judgeFiles(unknown, run)) {
      results.set(role.path, result);
      run.memory?.keep(subjectOf(role, unknown.get(role) as string), looks, result);
    }
  }
  const whole = await judgeWhole(results, run);
  return [...results, ["", whole] as const].map(([file, result]) => ({ file, ...result }));
}

async function judgeWhole(results: ReadonlyMap<string, Result>, run: Run): Promise<Result> {
  const facts = run.reach.files.map((file) => ({
    ...file,
    hasHeader: results.get(file.path)?.hasHeader ?? false,
  }));
  const subject = `whole ${digest(JSON.stringify(facts))}`;
  const known = run.memory?.recall(subject, run.reach);
  if (known) return known;
  const { judgeProject } = await import("./judge-files.ts");
  const { looks, ...result } = judgeProject(facts, run);
  run.memory?.keep(subject, looks, result);
  return result;
}

function subjectOf({ path, kind, root }: FileRole, text: string): string {
  return `file ${path} ${kind} ${root} ${digest(text)}`;
}
