import { type Place, type Source, YamlMap } from "../yaml/index.ts";
import { bridgeValues } from "./entries/bridge.ts";
import type { Entry, EntryError } from "./entries/entry.ts";
import { InheritError } from "./entries/inherit.ts";
import { jobValues } from "./entries/job.ts";
import { warningOf } from "./entries/processable.ts";
import { composeRoot, isBridge, visibleJobs } from "./entries/root.ts";
import { ConfigError } from "./errors.ts";
import { resolveExtends } from "./extend.ts";
import { IncludeContext, type IncludedFile } from "./include/context.ts";
import { loadFile } from "./include/load.ts";
import { resolveIncludes } from "./include/process.ts";
import type { Sources } from "./include/sources.ts";
import { findLogicProblem, type LogicProblem } from "./logic.ts";
import { type Job, normalizeJobs } from "./normalize.ts";
import { resolveReferences } from "./reference.ts";
import { addEdgeStages, DEFAULT_STAGES } from "./stages.ts";
import type { VariableTable } from "./variables.ts";
import { inheritVariables, type VariableData } from "./yaml-variables.ts";

/** One thing that GitLab would say of a configuration, with the place that it speaks of. */
export interface PipelineMessage {
  readonly message: string;
  readonly place: Place | undefined;
}

/** What a configuration comes to. */
export interface Pipeline {
  readonly errors: readonly PipelineMessage[];
  readonly warnings: readonly PipelineMessage[];
  /** After includes, `extends` and references; undefined when it did not get that far. */
  readonly config: YamlMap | undefined;
  readonly stages: readonly string[];
  /** In GitLab's names, with `parallel` resolved; empty when there are errors. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** The name in the file of each job. */
  readonly origins: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, VariableData>;
  readonly workflow: Readonly<Record<string, unknown>>;
  readonly includes: readonly IncludedFile[];
}

export interface PipelineInput {
  readonly source: Source;
  readonly sources: Sources;
  readonly variables: VariableTable;
  readonly inputs?: unknown;
}

const NOTHING: Omit<Pipeline, "errors"> = {
  warnings: [],
  config: undefined,
  stages: [],
  jobs: new Map(),
  origins: new Map(),
  variables: new Map(),
  workflow: {},
  includes: [],
};

/** Reads, resolves and checks a whole configuration, as GitLab 18.11 does. Throws nothing that the text could cause. */
export function readPipeline(input: PipelineInput): Pipeline {
  const { source, sources, variables, inputs } = input;
  const refuse = (message: string, place?: Place): Pipeline => ({ ...NOTHING, errors: [{ message, place }] });
  if (/^\s*$/.test(source.text)) return refuse("Please provide content of .gitlab-ci.yml");
  const loaded = loadFile(source, { inputs: inputs as never, variables });
  if ("errors" in loaded) {
    const [first] = loaded.errors;
    return refuse(
      loaded.errors
        .slice(0, 3)
        .map(({ message }) => message)
        .join(", "),
      first?.place,
    );
  }
  const context = new IncludeContext(sources, variables);
  try {
    const config = resolve(loaded.value ?? new YamlMap(), context);
    return { ...judge(config), includes: context.files };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...refuse(error.message, error.place), includes: context.files };
  }
}

function resolve(config: YamlMap, context: IncludeContext): YamlMap {
  return addEdgeStages(resolveReferences(resolveExtends(resolveIncludes(config, context))));
}

function judge(config: YamlMap): Omit<Pipeline, "includes"> {
  const root = composeOrComplain(config);
  if (!("children" in root)) return { ...NOTHING, config, errors: [root] };
  const warnings = warningsOf(root);
  const errors = root.errors();
  if (errors.length > 0) return { ...NOTHING, config, errors, warnings };
  const global = globalsOf(root);
  const named = namedJobs(root);
  const {
    jobs,
    origins,
    errors: matrixErrors,
  } = normalizeJobs(new Map([...named].map(([name, [, job]]) => [name, job])));
  const placed = (message: string, job?: string, keyword?: string): PipelineMessage => {
    const entry = named.get(origins.get(job ?? "") ?? job ?? "")?.[0];
    return { message, place: keyword === undefined ? entry?.place : entry?.placeOf(keyword) };
  };
  if (matrixErrors.length > 0) {
    const found = matrixErrors.map((message) =>
      placed(message, message.slice(0, message.indexOf(" job: ")), "needs"),
    );
    return { ...NOTHING, config, errors: found, warnings };
  }
  const problem: LogicProblem | undefined = findLogicProblem(jobs, global.stages);
  if (problem !== undefined) {
    return { ...NOTHING, config, warnings, errors: [placed(problem.message, problem.job, problem.keyword)] };
  }
  for (const [name, job] of jobs) {
    const own = job.job_variables as Map<string, VariableData | string>;
    jobs.set(name, {
      ...job,
      yaml_variables: inheritVariables(global.variables, own, job.root_variables_inheritance),
    });
  }
  return { config, errors: [], warnings, jobs, origins, ...global };
}

function composeOrComplain(config: YamlMap): Entry | EntryError {
  try {
    return composeRoot(config);
  } catch (error) {
    if (!(error instanceof InheritError)) throw error;
    return { message: error.message, place: config.entry(error.keyword)?.valuePlace };
  }
}

function globalsOf(root: Entry) {
  const stages = root.childSpecified("stages") ? (root.childValue("stages") as string[]) : DEFAULT_STAGES;
  return {
    stages,
    variables: (root.childValue("variables") ?? new Map()) as Map<string, VariableData>,
    workflow: (root.childValue("workflow") ?? {}) as Record<string, unknown>,
  };
}

function namedJobs(root: Entry): Map<string, [Entry, Job]> {
  const result = new Map<string, [Entry, Job]>();
  for (const entry of visibleJobs(root)) {
    result.set(String(entry.key), [
      entry,
      isBridge(entry) ? bridgeValues(entry, root) : jobValues(entry, root),
    ]);
  }
  return result;
}

function warningsOf(root: Entry): PipelineMessage[] {
  return visibleJobs(root).flatMap((entry) => {
    const message = warningOf(entry, root);
    return message === undefined ? [] : [{ message, place: entry.placeOf("rules") }];
  });
}
