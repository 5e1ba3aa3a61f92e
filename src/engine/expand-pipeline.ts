import {
  asPlain,
  type Creation,
  createJobs,
  type Edition,
  EXAMPLE_PROJECT,
  type MergedJob,
  memoryTree,
  type Pipeline,
  type PipelineEvent,
  type PipelineProject,
  predefinedVariables,
  readPipeline,
  type Sources,
  type Variable,
  type VariableTable,
  variableTable,
  type Warning,
} from "./pipeline/index.ts";
import type { Code, Problem } from "./problem/index.ts";
import type { GitLabVersion } from "./version/index.ts";
import { fromJson, type PlainPlace, Source, toJson } from "./yaml/index.ts";

/** A file by its path. */
export type Files = Readonly<Record<string, string>>;

/** What a configuration may reach, and what happened to start the pipeline. */
export interface ExpandOptions {
  /** The files of the project itself, by path. */
  readonly files?: Files;
  /** Other projects: full path -> branch, tag or SHA -> files. Components come from here as well. */
  readonly projects?: Readonly<Record<string, Readonly<Record<string, Files>>>>;
  /** The branches and tags of the project itself, for `rules:changes:compare_to`; without them every ref is taken to be there. */
  readonly refs?: readonly string[];
  /** Texts by URL; any other URL answers 404. */
  readonly remote?: Files;
  /** Templates that GitLab ships, by file name. */
  readonly templates?: Files;
  /** Instead of `files`, `projects`, `remote` and `templates`: anything that can answer. */
  readonly sources?: Sources;
  /** Inputs of the pipeline, for a file with a `spec` header. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Variables of the project or the pipeline; they override those of the configuration. */
  readonly variables?: readonly Variable[] | Readonly<Record<string, string>>;
  /** Predefined variables beside those that `event` and `project` give; the configuration overrides them. */
  readonly predefined?: Readonly<Record<string, string>>;
  /** The name of the file in messages (default `.gitlab-ci.yml`). */
  readonly path?: string;
  /**
   * Which GitLab judges (default foss): the Enterprise edition, which GitLab.com runs, also knows `secrets`, `identity`,
   * `dast_configuration`, `needs:project` and `needs:pipeline` of trigger jobs.
   */
  readonly edition?: Edition;
  /** The GitLab that judges, such as `{major: 18, minor: 11}`; the newest where it is left out. */
  readonly gitlabVersion?: GitLabVersion;
  readonly project?: Partial<PipelineProject>;
  readonly event?: PipelineEvent;
}

/** A message of GitLab's with the place that it speaks of, as plain data. */
export interface PlacedMessage extends Partial<PlainPlace> {
  readonly message: string;
  /** What kind of thing is wrong; a warning has none. */
  readonly code?: Code;
  /** The job, file, input or path of keywords that it speaks of. */
  readonly subject?: string;
  /** What the message is made of. */
  readonly facts?: Problem["facts"];
  /** The `include` entries that brought the file in, the nearest first. */
  readonly includedFrom: readonly PlainPlace[];
  /** The input that put the value there. */
  readonly input?: string;
  /** Where that input's value stands. */
  readonly inputPlace?: PlainPlace;
}

/** What GitLab 18.11 makes of a configuration. */
export interface PipelineExpansion {
  readonly valid: boolean;
  /** GitLab's words, each once, in GitLab's order. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The same with places. */
  readonly messages: readonly PlacedMessage[];
  /** What is wrong, by code, with the facts of each. */
  readonly problems: readonly Problem[];
  /** With `.pre` and `.post`; empty when not valid. */
  readonly stages: readonly string[];
  /** The jobs by name, `parallel` resolved, in GitLab's names; empty when not valid. */
  readonly jobs: Readonly<Record<string, MergedJob>>;
  /** The global variables: value, `raw`, description and options. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** `workflow`: name, rules, auto_cancel; empty when there is none. */
  readonly workflow: Readonly<Record<string, unknown>>;
  /** The configuration after includes, `extends` and references; undefined when it did not get that far. */
  readonly config?: unknown;
}

/** Expands a whole configuration as GitLab 18.11 does, without a server. Throws nothing that the texts could cause. */
export function expandPipeline(text: string, options: ExpandOptions = {}): PipelineExpansion {
  const { pipeline } = read(text, options);
  return expansionOf(pipeline);
}

/** The jobs of a configuration for an event, and why the others are left out. */
export function createdJobs(
  text: string,
  options: ExpandOptions = {},
): Creation & { readonly expansion: PipelineExpansion } {
  const { pipeline, setting } = read(text, options);
  const creation = createJobs(pipeline, setting);
  return { ...creation, expansion: expansionOf(pipeline) };
}

/** A pipeline as plain data. */
export function expansionOf(pipeline: Pipeline): PipelineExpansion {
  const valid = pipeline.errors.length === 0;
  return {
    valid,
    errors: [...new Set(pipeline.errors.map(({ message }) => message))],
    warnings: pipeline.warnings.map(({ message }) => message),
    messages: [...pipeline.errors, ...pipeline.warnings].map(placedMessage),
    problems: pipeline.errors,
    stages: pipeline.stages,
    jobs: asPlain(pipeline.jobs) as PipelineExpansion["jobs"],
    variables: asPlain(pipeline.variables) as PipelineExpansion["variables"],
    workflow: asPlain(pipeline.workflow) as PipelineExpansion["workflow"],
    ...(pipeline.config && { config: toJson(pipeline.config) }),
  };
}

/** A message with its place as plain data. */
export function placedMessage(problem: Problem | Warning): PlacedMessage {
  const { message, place } = problem;
  const includedFrom: PlainPlace[] = [];
  for (let from = place?.includedFrom; from; from = from.includedFrom) includedFrom.push(from.toJSON());
  const origin = place?.origin;
  return {
    message,
    ...("code" in problem && { code: problem.code, subject: problem.subject, facts: problem.facts }),
    ...place?.toJSON(),
    includedFrom,
    ...(origin && { input: origin.input, ...(origin.place && { inputPlace: origin.place.toJSON() }) }),
  };
}

function read(text: string, options: ExpandOptions) {
  const setting = settingOf(options);
  const { inputs, edition, gitlabVersion, path = ".gitlab-ci.yml" } = options;
  const all = new Map([...setting.predefined.map((each) => [each.key, each] as const), ...setting.variables]);
  const pipeline = readPipeline({
    source: new Source(path, text),
    sources: setting.sources,
    variables: all,
    edition,
    gitlabVersion,
    ...(inputs !== undefined && { inputs: fromJson(inputs) }),
  });
  return { pipeline, setting };
}

function settingOf(options: ExpandOptions) {
  const project: PipelineProject = { ...EXAMPLE_PROJECT, ...options.project };
  const event = options.event ?? {};
  const more = Object.entries(options.predefined ?? {}).map(([key, value]) => ({ key, value, raw: true }));
  const predefined = [...predefinedVariables(event, project), ...more];
  const variables: VariableTable = variableTable(options.variables);
  const sources = options.sources ?? memorySources(options, project);
  return { project, event, predefined, variables, sources, tree: sources.local.tree };
}

function memorySources(
  { files = {}, projects, refs, remote, templates }: ExpandOptions,
  project: PipelineProject,
): Sources {
  const byName = new Map(Object.entries(projects ?? {}).map(([name, refs]) => [name.toLowerCase(), refs]));
  const at = (path: string, ref: string) => {
    const refs = byName.get(path.toLowerCase());
    if (refs === undefined) return undefined;
    const found =
      refs[ref] ?? (ref === "HEAD" ? (refs[project.defaultBranch] ?? Object.values(refs)[0]) : undefined);
    return found ? { project: path, sha: ref, tree: memoryTree(found) } : "missing_ref";
  };
  return {
    local: { project: project.path, sha: "HEAD", tree: memoryTree(files) },
    project: at,
    component: (path, version) => {
      const found = at(path, version);
      return typeof found === "object" ? { ...found, version: null } : undefined;
    },
    ...(refs && { changesSince: (ref) => (hasRef(refs, ref) ? undefined : "missing_ref") }),
    remote: (url) => (remote && Object.hasOwn(remote, url) ? { text: remote[url]! } : { status: 404 }),
    template: (name) => (templates && Object.hasOwn(templates, name) ? templates[name] : undefined),
  };
}

/** A ref by its name alone or in full, `refs/heads/main`. */
function hasRef(refs: readonly string[], ref: string): boolean {
  return (
    refs.includes(ref) || refs.some((each) => ref === `refs/heads/${each}` || ref === `refs/tags/${each}`)
  );
}
