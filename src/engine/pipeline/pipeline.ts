import type { ComponentContext } from "../interpolation/index.ts";
import {
  type Code,
  fault,
  identity,
  joined,
  mayComeFromElsewhere,
  type Problem,
  problemOf,
  separate,
} from "../problem/index.ts";
import { type GitLabVersion, NEWEST_VERSION } from "../version/index.ts";
import { type Place, type Source, YamlMap, type YamlValue } from "../yaml/index.ts";
import { bridgeValues } from "./entries/bridge.ts";
import type { Edition } from "./entries/enterprise.ts";
import { Entry } from "./entries/entry.ts";
import { InheritError } from "./entries/inherit.ts";
import { jobValues } from "./entries/job.ts";
import { outlineOf, warningOf, workflowHasRules } from "./entries/processable.ts";
import { composeRoot, isBridge, visibleJobs } from "./entries/root.ts";
import { ConfigError, Findings, refusal } from "./errors.ts";
import { resolveExtends } from "./extend.ts";
import { writtenSize } from "./extent.ts";
import { IncludeContext, type IncludedFile } from "./include/context.ts";
import { loadFile } from "./include/load.ts";
import { refuseHeaderIncludes, resolveIncludes } from "./include/process.ts";
import type { Sources } from "./include/sources.ts";
import { JobPlaces } from "./job-places.ts";
import { type LogicProblem, logicProblems } from "./logic.ts";
import { type Job, type NormalizedJobs, normalizeJobs } from "./normalize.ts";
import { resolveReferences } from "./reference.ts";
import { addEdgeStages, DEFAULT_STAGES } from "./stages.ts";
import type { VariableTable } from "./variables.ts";
import { inheritVariables, type VariableData } from "./yaml-variables.ts";

/** What GitLab warns of in a pipeline that it accepts. */
export interface Warning {
  readonly message: string;
  readonly place: Place | undefined;
}

/** What a configuration comes to. */
export interface Pipeline {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Warning[];
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
  /** What the text may know of itself where it is a component (`spec:component`). */
  readonly component?: ComponentContext | undefined;
  /** Which GitLab judges (default foss). */
  readonly edition?: Edition | undefined;
  /** The stages of a configuration that names none, with `.pre` and `.post`; undefined for GitLab's own. */
  readonly stagesOf?: ((config: YamlMap) => readonly string[] | undefined) | undefined;
  /**
   * Goes on behind the first fault: `errors` then also holds what GitLab would only say when that is put right, each marked as
   * `later`, where the engine can judge it.
   */
  readonly goesOn?: boolean | undefined;
  /** The GitLab that judges; the newest where it is left out. */
  readonly gitlabVersion?: GitLabVersion | undefined;
}

/** Reads, resolves and checks a whole configuration, as GitLab 18.11 does. Throws nothing that the text could cause. */
export function readPipeline(input: PipelineInput): Pipeline {
  const pipeline = read(input, new Findings(false));
  if (!input.goesOn || pipeline.errors.length === 0) return pipeline;
  const findings = new Findings(true);
  const all = read(input, findings);
  return {
    ...pipeline,
    config: pipeline.config ?? all.config,
    errors: withLater(pipeline.errors, all.errors, findings.lacks),
  };
}

function read(input: PipelineInput, findings: Findings): Pipeline {
  const { source, sources, variables, inputs, component } = input;
  const whole = { subject: "", place: undefined };
  if (/^\s*$/.test(source.text)) return refused([problemOf(fault("pipeline-empty", {}), whole)]);
  const context = IncludeContext.of(sources, variables, findings, input.gitlabVersion ?? NEWEST_VERSION);
  try {
    const checkHeader =
      component &&
      ((header: YamlMap) => refuseHeaderIncludes(header, { location: source.file, place: undefined }));
    const { value, problems } = loadFile(source, context, { inputs, component, checkHeader });
    if (problems.length > 0) {
      const error = new ConfigError(joined(problems));
      if (value === undefined) throw error;
      findings.refuse(error, "nothing");
    }
    return judge(resolve(value ?? new YamlMap(), context), context, input);
  } catch (error) {
    const includes = context.files;
    if (error instanceof RangeError)
      return { ...refused([...findings.problems, problemOf(fault("merged-too-deep", {}), whole)]), includes };
    if (!(error instanceof ConfigError)) throw error;
    return { ...refused([...findings.problems, error.problem]), includes };
  }
}

/** What GitLab says now, and what of the rest is neither said already nor a consequence of it. */
function withLater(now: readonly Problem[], all: readonly Problem[], lacks: Findings["lacks"]): Problem[] {
  const told = [...separate(now)];
  const later: Problem[] = [];
  for (const each of separate(all)) {
    if (lacks !== "nothing" && (mayComeFromElsewhere(each) || HOLES.has(each.code))) {
      if (lacks === "files" || !OF_JOBS.has(each.code)) continue;
    }
    if (told.some((other) => isSame(other, each) || isSpotOf(other, each))) continue;
    later.push({ ...each, later: true });
  }
  return [...now, ...later];
}

/** What a keyword is said to be where a reference in it leads nowhere. */
const HOLES: ReadonlySet<Code> = new Set<Code>(["value-missing", "value-kind", "commands-kind"]);

/** What only a job that is not there can be the reason of. */
const OF_JOBS: ReadonlySet<Code> = new Set<Code>(["need-undefined", "dependency-undefined"]);

function isSame(one: Problem, other: Problem): boolean {
  return identity(one) === identity(other);
}

/** One fault at one place is told once. */
function isSpotOf({ place: one }: Problem, { place: other }: Problem): boolean {
  return one !== undefined && one.file === other?.file && one.start === other.start && one.end === other.end;
}

/** Ours: GitLab has no limit of its own for what references and `extends` make of a text. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

function refused(errors: readonly Problem[], config?: YamlMap): Pipeline {
  return {
    errors,
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
  const { findings } = context;
  const extended = resolveExtends(resolveIncludes(config, context), findings);
  const resolved = addEdgeStages(
    context.mayHoldReferences ? resolveReferences(extended, findings) : extended,
  );
  if (writtenSize(resolved) > MOST_CHARACTERS)
    throw refusal(fault("merged-too-large", {}), { subject: "", place: undefined });
  return resolved;
}

function judge(config: YamlMap, context: IncludeContext, input: PipelineInput): Pipeline {
  const { findings, files: includes } = context;
  const { goesOn } = findings;
  const root = composeOrComplain(config, input, goesOn);
  if (!(root instanceof Entry)) return { ...refused([...findings.problems, root], config), includes };
  const entries = new Map(visibleJobs(root).map((entry) => [String(entry.key), entry]));
  const warnings = warningsOf(root, entries);
  const errors = [...findings.problems, ...root.errors()];
  const refuse = () => ({ ...refused(errors, config), warnings, includes });
  if (errors.length > 0 && !goesOn) return refuse();
  const stages =
    root.childSpecified("stages") && root.children.get("stages")?.valid
      ? (root.childValue("stages") as string[])
      : (input.stagesOf?.(config) ?? DEFAULT_STAGES);
  const outlines = new Map([...entries].map(([name, entry]) => [name, outlineOf(entry)]));
  const normalized = normalizeJobs(outlines, input.gitlabVersion);
  const places = new JobPlaces(entries, normalized.origins);
  errors.push(...places.missingVariables(normalized.errors));
  if (errors.length > 0 && !goesOn) return refuse();
  const named = new Set([...config.entries()].map(({ key }) => String(key)));
  for (const problem of logicProblems(normalized.jobs, stages)) {
    if (goesOn && isConsequence(problem, named, errors)) continue;
    errors.push(places.problem(problem));
    if (!goesOn) break;
  }
  if (errors.length > 0) return refuse();
  return new ValidPipeline({ config, includes, warnings, stages, root, entries, normalized });
}

/** A need of a job that is there but no job for its own fault, or whose stage was told already. */
function isConsequence(
  { wrong, stagesOf = [] }: LogicProblem,
  named: ReadonlySet<string>,
  told: readonly Problem[],
) {
  if (wrong.code === "need-undefined" || wrong.code === "dependency-undefined")
    return named.has(wrong.facts.need);
  if (wrong.code !== "need-in-later-stage") return false;
  return told.some(({ code, subject }) => code === "stage-undeclared" && stagesOf.includes(subject));
}

interface Judged {
  readonly config: YamlMap;
  readonly includes: readonly IncludedFile[];
  readonly warnings: readonly Warning[];
  readonly stages: readonly string[];
  readonly root: Entry;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly normalized: NormalizedJobs;
}

/** A pipeline without errors. What its jobs come to in full is worked out when it is asked for. */
class ValidPipeline implements Pipeline {
  readonly errors: readonly Problem[] = [];
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

function composeOrComplain(
  config: YamlMap,
  { edition, gitlabVersion = NEWEST_VERSION }: PipelineInput,
  goesOn: boolean,
): Entry | Problem {
  try {
    return composeRoot(config, { edition, goesOn, version: gitlabVersion });
  } catch (error) {
    if (!(error instanceof InheritError)) throw error;
    const { keyword } = error;
    return problemOf(fault("keyword-twice", { keyword }), {
      subject: keyword,
      place: config.entry(keyword)?.valuePlace,
    });
  }
}

function warningsOf(root: Entry, entries: ReadonlyMap<string, Entry>): Warning[] {
  if (workflowHasRules(root)) return [];
  return [...entries.values()].flatMap((entry) => {
    const message = warningOf(entry);
    return message === undefined ? [] : [{ message, place: entry.placeOf("rules") }];
  });
}
