import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { digest, openAnswers } from "../../lint/answers.ts";
import type { Configuration } from "../../lint/configuration.ts";
import type { Diagnostic } from "../../lint/diagnostic.ts";
import { finish } from "../../lint/finish.ts";
import { type Result, type ResultMemory, resultMemory } from "../../lint/memory.ts";
import { roleOf } from "../../lint/role.ts";
import { bestShellTool, type ShellTool } from "../../lint/shell/tools.ts";
import type { UnreadInclude } from "../../report/index.ts";
import type { Surroundings } from "../command.ts";
import type { LintOptions } from "./options.ts";
import { ownCode } from "./own-code.ts";
import type { Run } from "./run.ts";
import { tagsOf } from "./tags.ts";
import { treesBelow } from "./trees.ts";

/** What a run found, and the texts that it is about. */
export interface Judgement {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  /** Includes that could not be read here. */
  readonly unread: readonly UnreadInclude[];
}

/**
 * Lints some files, named relative to the working directory. `changed` holds texts that are not written yet. What an earlier run
 * found counts where nothing has changed that it came from; the engine and the rules are loaded only for the rest.
 */
export async function judge(
  names: readonly string[],
  options: LintOptions,
  settings: Configuration,
  surroundings: Surroundings,
  changed: ReadonlyMap<string, string> = new Map(),
): Promise<Judgement> {
  const { cwd, env } = surroundings;
  const files = names.map(roleOf);
  const tags = tagsOf(files, cwd);
  const texts = new Map(
    names.map((name) => [name, changed.get(name) ?? readFileSync(resolve(cwd, name), "utf8")]),
  );
  const tool = bestShellTool(env, options);
  noteMissingTool(tool, options, surroundings);
  const answers = options.cache ? openAnswers(cwd, env) : undefined;
  const memory = answers && memoryOf(settings, tool, (...all) => resultMemory(answers, all));
  const reach = { files, tree: treesBelow(cwd), tags: await tags };
  const results = await judgeAll(texts, { settings, surroundings, tool, reach, answers, memory });
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

/** No memory where other projects' files come from mirrors, and where this code runs from its source, which may have changed. */
function memoryOf(
  { mirrors, circumstances }: Configuration,
  tool: ShellTool | undefined,
  open: (...circumstances: string[]) => ResultMemory,
): ResultMemory | undefined {
  const code = ownCode();
  if (code === undefined || mirrors.length > 0) return undefined;
  return open(code, process.version, circumstances, tool?.identity ?? "");
}

async function judgeAll(
  texts: ReadonlyMap<string, string>,
  run: Run,
): Promise<(Result & { readonly file: string })[]> {
  const results = new Map<string, Result>();
  const unknown = new Map<string, string>();
  for (const [path, text] of texts) {
    const known = run.memory?.recall(subjectOf(path, text), run.reach);
    if (known) results.set(path, known);
    else unknown.set(path, text);
  }
  if (unknown.size > 0) {
    const { judgeFiles } = await import("./judge-files.ts");
    for (const [path, { looks, ...result }] of await judgeFiles(unknown, run)) {
      results.set(path, result);
      run.memory?.keep(subjectOf(path, texts.get(path) as string), looks, result);
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

function subjectOf(path: string, text: string): string {
  return `file ${path} ${digest(text)}`;
}
