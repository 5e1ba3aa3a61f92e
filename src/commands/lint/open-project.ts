import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { openAnswers } from "../../lint/answers.ts";
import type { Configuration } from "../../lint/configuration.ts";
import { type Reach, type ResultMemory, resultMemory } from "../../lint/memory.ts";
import type { FileRole } from "../../lint/role.ts";
import { roleIn } from "../../lint/roles.ts";
import { bestShellTool, type ShellTool } from "../../lint/shell/tools.ts";
import type { Surroundings } from "../command.ts";
import { isOnline } from "../elsewhere.ts";
import { pipelineFiles } from "../project-root.ts";
import type { LintOptions } from "./options.ts";
import { othersOf } from "./others.ts";
import { ownCode } from "./own-code.ts";
import type { Run } from "./run.ts";
import { tagsAt } from "./tags.ts";
import { treesBelow } from "./trees.ts";

/** The project of a run, before it is decided which of its files are linted. */
export interface OpenProject extends Omit<Run, "reach"> {
  readonly reach: Omit<Reach, "files">;
  readonly textOf: (path: string) => string;
  /** The files that the pipelines of the project at a root begin with and include. */
  readonly membersOf: (root: string) => Promise<ReadonlySet<string>>;
  /** What each of some files is to GitLab; the pipelines of all projects among them are known afterwards. */
  readonly rolesOf: (paths: readonly string[]) => Promise<FileRole[]>;
}

/** Opens the project in the working directory. `changed` holds texts that are not written yet. */
export async function openProject(
  options: LintOptions,
  settings: Configuration,
  surroundings: Surroundings,
  changed: ReadonlyMap<string, string> = new Map(),
): Promise<OpenProject> {
  const { cwd, env } = surroundings;
  const tool = bestShellTool(env, options);
  const answers = options.cache ? openAnswers(cwd, env) : undefined;
  const isClosed = settings.mirrors.length + options.with.length + options.mirror.length === 0;
  const memory = answers && isClosed && !isOnline(options) ? memoryOf(settings, tool, answers) : undefined;
  const states = new Map<string, string>();
  const tags = new Map<string, readonly string[] | undefined>();
  const reach = {
    tree: treesBelow(cwd, changed),
    tags: (root: string) => tags.get(root),
    beginnings: (root: string) =>
      pipelineFiles(resolve(cwd, root)).map((path) => (root === "" ? path : `${root}/${path}`)),
    graphState: (root: string) => states.get(root) ?? "",
  };
  const others = await othersOf(options, settings, surroundings);
  const run = { settings, surroundings, tool, reach, answers, memory, ...others, graphs: new Map() };
  const membersOf = async (root: string): Promise<ReadonlySet<string>> => {
    const { files, state } = await graphOf(root, run);
    states.set(root, state);
    return new Set(files);
  };
  const rolesOf = async (paths: readonly string[]): Promise<FileRole[]> => {
    const members = await membersOf("");
    const roles = paths.map((path) =>
      roleIn(path, {
        isIncluded: (each) => members.has(each),
        hasPipeline: (folder) => reach.tree("").read(`${folder}/.gitlab-ci.yml`) !== undefined,
      }),
    );
    for (const root of new Set(roles.map((role) => role.root))) if (root !== "") await membersOf(root);
    const roots = new Set(roles.filter(({ kind }) => kind === "component").map((role) => role.root));
    for (const root of roots) tags.set(root, await tagsAt(resolve(cwd, root)));
    return roles;
  };
  const textOf = (path: string) =>
    changed.get(path) ?? reach.tree("").read(path) ?? readFileSync(resolve(cwd, path), "utf8");
  return { ...run, textOf, membersOf, rolesOf };
}

/** The pipelines of a project, in short: as an earlier run saw them if nothing has changed that they are made of. */
async function graphOf(root: string, run: Omit<OpenProject, "membersOf" | "rolesOf" | "textOf">) {
  const subject = `graph ${root}`;
  const reach = { ...run.reach, files: [] };
  const known = run.memory?.recall(subject, reach)?.graph;
  if (known !== undefined) return known;
  const { readGraphOf } = await import("./judge-files.ts");
  const { graph, looks } = await readGraphOf(root, { ...run, reach });
  run.memory?.keep(subject, looks, { hasHeader: false, diagnostics: [], unread: [], graph });
  return graph;
}

/** No memory where this code runs from its source, which may have changed. */
function memoryOf(
  { circumstances }: Configuration,
  tool: ShellTool | undefined,
  answers: NonNullable<Run["answers"]>,
): ResultMemory | undefined {
  const code = ownCode();
  return code === undefined
    ? undefined
    : resultMemory(answers, [code, process.version, circumstances, tool?.identity ?? ""]);
}
