import type { Place, Source, YamlMap, YamlValue } from "../yaml/index.ts";
import { bridgeValues } from "./entries/bridge.ts";
import type { Edition } from "./entries/enterprise.ts";
import type { Entry, EntryError } from "./entries/entry.ts";
import { InheritError } from "./entries/inherit.ts";
import { jobValues } from "./entries/job.ts";
import { outlineOf, warningOf, workflowHasRules } from "./entries/processable.ts";
import { composeRoot, isBridge, visibleJobs } from "./entries/root.ts";
import { ConfigError } from "./errors.ts";
import { resolveExtends } from "./extend.ts";
import { writtenSize } from "./extent.ts";
import { IncludeContext, type IncludedFile } from "./include/context.ts";
import { joinMessages, loadFile } from "./include/load.ts";
import { resolveIncludes } from "./include/process.ts";
import type { Sources } from "./include/sources.ts";
import { findLogicProblem } from "./logic.ts";
import { type Job, type NormalizedJobs, normalizeJobs } from "./normalize.ts";
import { resolveReferences } from "./reference.ts";
import { addEdgeStages, DEFAULT_STAGES } from "./stages.ts";
import type { VariableTable } from "./variables.ts";
import { inheritVariables, type VariableData } from "./yaml-variables.ts";

/** One thing that GitLab would say of a configuration, with the place that it speaks of. */
export interface PipelineMessage {
  readonly message: string;
  readonly place: Place | undefined;
  /** Where GitLab joins several complaints to one message: each of them. */
  readonly parts?: readonly PipelineMessage[];
}

/** What a configuration comes to. */
export interface Pipeline {
  readonly errors: readonly PipelineMessage[];
  readonly warnings: readonly PipelineMessage[];
  /** After includes, `extends` and references; undefined when it did not get that far. */
  readonly config: YamlMap | undefined;
  readonly stages: readonly string[];
  /** In GitLab's names, with `parallel` resolved; empty when there are errors. Made when it is asked for. */
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
  /** Inputs of the pipeline; a mapping. */
  readonly inputs?: YamlValue | undefined;
  /** Which GitLab judges (default foss). */
  readonly edition?: Edition | undefined;
  /** The stages of a configuration that names none, with `.pre` and `.post`; undefined for GitLab's own. */
  readonly stagesOf?: ((config: YamlMap) => readonly string[] | undefined) | undefined;
}

/** Reads, resolves and checks a whole configuration, as GitLab 18.11 does. Throws nothing that the text could cause. */
export function readPipeline(input: PipelineInput): Pipeline {
  const { source, sources, variables, inputs } = input;
  if (/^\s*$/.test(source.text))
    return refused([{ message: "Please provide content of .gitlab-ci.yml", place: undefined }]);
  const context = new IncludeContext(sources, variables);
  try {
    const loaded = loadFile(source, context, { inputs });
    if ("errors" in loaded) {
      const [first] = loaded.errors;
      return refused([{ message: joinMessages(loaded.errors), place: first?.place, parts: loaded.errors }]);
    }
    return judge(resolve(loaded.value, context), context.files, input);
  } catch (error) {
    if (error instanceof RangeError) return refused([{ message: TOO_DEEP, place: undefined }]);
    if (!(error instanceof ConfigError)) throw error;
    return { ...refused([error]), includes: context.files };
  }
}

/** Ours: GitLab fails with a server error where references or jobs lead on and on. */
const TOO_DEEP = "The configuration leads too deep: a chain of references or values has too many links";

/** Ours: GitLab has no limit of its own for what references and `extends` make of a text. */
const TOO_LARGE = "The merged configuration is too large";
const MOST_CHARACTERS = 64 * 1024 * 1024;

function refused(errors: readonly PipelineMessage[], config?: YamlMap): Pipeline {
  return {
    errors: errors.map(({ message, place, parts }) => ({ message, place, ...(parts && { parts }) })),
    warnings: [],
    config,
    stages: [],
    jobs: new Map(),
    origins: new Map(),
    variables: new Map(),
    workflow: {},
    includes: [],
  };
}

function resolve(config: YamlMap, context: IncludeContext): YamlMap {
  const extended = resolveExtends(resolveIncludes(config, context));
  const resolved = addEdgeStages(context.mayHoldReferences ? resolveReferences(extended) : extended);
  if (writtenSize(resolved) > MOST_CHARACTERS) throw new ConfigError(TOO_LARGE);
  return resolved;
}

function judge(
  config: YamlMap,
  includes: readonly IncludedFile[],
  { stagesOf, edition }: Pick<PipelineInput, "stagesOf" | "edition">,
): Pipeline {
  const root = composeOrComplain(config, edition);
  if (!("children" in root)) return { ...refused([root], config), includes };
  const entries = new Map(visibleJobs(root).map((entry) => [String(entry.key), entry]));
  const warnings = warningsOf(root, entries);
  const refuse = (errors: readonly PipelineMessage[]) => ({ ...refused(errors, config), warnings, includes });
  const errors = root.errors();
  if (errors.length > 0) return refuse(errors);
  const stages = root.childSpecified("stages")
    ? (root.childValue("stages") as string[])
    : (stagesOf?.(config) ?? DEFAULT_STAGES);
  const outlines = new Map([...entries].map(([name, entry]) => [name, outlineOf(entry)]));
  const normalized = normalizeJobs(outlines);
  const placed = (message: string, job?: string, keyword?: string): PipelineMessage => {
    const entry = entries.get(normalized.origins.get(job ?? "") ?? job ?? "");
    return { message, place: keyword === undefined ? entry?.place : entry?.placeOf(keyword) };
  };
  if (normalized.errors.length > 0) {
    return refuse(
      normalized.errors.map((message) =>
        placed(message, message.slice(0, message.indexOf(" job: ")), "needs"),
      ),
    );
  }
  const problem = findLogicProblem(normalized.jobs, stages);
  if (problem !== undefined) return refuse([placed(problem.message, problem.job, problem.keyword)]);
  return new ValidPipeline({ config, includes, warnings, stages, root, entries, normalized });
}

interface Judged {
  readonly config: YamlMap;
  readonly includes: readonly IncludedFile[];
  readonly warnings: readonly PipelineMessage[];
  readonly stages: readonly string[];
  readonly root: Entry;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly normalized: NormalizedJobs;
}

/** A pipeline without errors. What its jobs come to in full is worked out when it is asked for. */
class ValidPipeline implements Pipeline {
  readonly errors: readonly PipelineMessage[] = [];
  readonly #judged: Judged;
  #jobs: Map<string, Job> | undefined;

  constructor(judged: Judged) {
    this.#judged = judged;
  }
  get warnings() {
    return this.#judged.warnings;
  }
  get config() {
    return this.#judged.config;
  }
  get stages() {
    return this.#judged.stages;
  }
  get origins() {
    return this.#judged.normalized.origins;
  }
  get includes() {
    return this.#judged.includes;
  }
  get variables() {
    return (this.#judged.root.childValue("variables") ?? new Map()) as Map<string, VariableData>;
  }
  get workflow() {
    return (this.#judged.root.childValue("workflow") ?? {}) as Record<string, unknown>;
  }
  get jobs() {
    this.#jobs ??= this.#fullJobs();
    return this.#jobs;
  }

  #fullJobs(): Map<string, Job> {
    const { root, entries, normalized } = this.#judged;
    const { variables } = this;
    const jobs = new Map<string, Job>();
    for (const [name, outline] of normalized.jobs) {
      const entry = entries.get(normalized.origins.get(name)!)!;
      const values = isBridge(entry) ? bridgeValues(entry, root) : jobValues(entry, root);
      const own = outline.job_variables as Map<string, VariableData | string>;
      const yaml_variables = inheritVariables(variables, own, values.root_variables_inheritance);
      jobs.set(name, { ...values, ...outline, yaml_variables });
    }
    return jobs;
  }
}

function composeOrComplain(config: YamlMap, edition: Edition | undefined): Entry | EntryError {
  try {
    return composeRoot(config, edition);
  } catch (error) {
    if (!(error instanceof InheritError)) throw error;
    return { message: error.message, place: config.entry(error.keyword)?.valuePlace };
  }
}

function warningsOf(root: Entry, entries: ReadonlyMap<string, Entry>): PipelineMessage[] {
  if (workflowHasRules(root)) return [];
  return [...entries.values()].flatMap((entry) => {
    const message = warningOf(entry);
    return message === undefined ? [] : [{ message, place: entry.placeOf("rules") }];
  });
}
