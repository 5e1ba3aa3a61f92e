import {
  createJobs,
  EXAMPLE_PROJECT,
  memoryTree,
  type PipelineEvent,
  predefinedVariables,
} from "../engine/pipeline/index.ts";
import { identity, type Problem } from "../engine/problem/index.ts";
import { type Place, toJson, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import type { IncludedPipeline } from "./included-pipeline.ts";
import { itemsOf, type Job } from "./jobs.ts";

/** The ways in which most pipelines start. */
const events: readonly PipelineEvent[] = [
  {},
  { ref: "feature" },
  { source: "merge_request_event", ref: "feature" },
  { ref: "1.0.0", tag: true },
  { source: "schedule" },
  { source: "web" },
  { source: "api" },
  { source: "trigger" },
  { source: "pipeline" },
  { source: "parent_pipeline" },
];

/** What is the same for all files. */
const contexts = events.map((event) => ({
  event,
  project: EXAMPLE_PROJECT,
  predefined: predefinedVariables(event, EXAMPLE_PROJECT),
  variables: new Map(),
  tree: memoryTree({}),
}));

/** What is wrong with a pipeline of some kind, other than that a needed job is not in it; each once, at the job. */
export function creationProblems(included: IncludedPipeline): readonly Problem[] {
  const { pipeline, isPartial } = included;
  const { config } = pipeline;
  if (isPartial || pipeline.errors.length > 0 || config === undefined || !mayGoWrong(config)) return [];
  const told = new Map<string, Problem>();
  for (const context of contexts) {
    for (const problem of createJobs(pipeline, context).problems ?? []) {
      // Whether other projects and refs are there cannot be known here.
      if (["need-absent", "rule-project-missing", "rule-ref-missing"].includes(problem.code)) continue;
      told.set(identity(problem), { ...problem, place: pipeline.config?.entry(problem.subject)?.keyPlace });
    }
  }
  return [...told.values()];
}

/** More needs than GitLab allows, or variables in a circle: without many needs and without variables in variables there is neither. */
function mayGoWrong(config: YamlMap): boolean {
  const jobs = [...config.entries()].flatMap(({ value }) => (value instanceof YamlMap ? [value] : []));
  const rules = [config, ...jobs].flatMap((owner) => itemsOf(owner.entry("rules")).map(({ value }) => value));
  const owners = [config, ...jobs, ...rules.filter((rule) => rule instanceof YamlMap)];
  return (
    jobs.some((job) => itemsOf(job.entry("needs")).length > FEW_NEEDS) ||
    owners.some((owner) => itemsOf(owner.entry("variables")).some(({ value }) => holdsVariable(value)))
  );
}

const FEW_NEEDS = 40;

/** True if a variable's value may name another variable. */
function holdsVariable(variables: YamlValue): boolean {
  return !(variables instanceof YamlMap) || JSON.stringify(toJson(variables)).includes("$");
}

/** The jobs of a file by the names that they have in a pipeline, which inputs may fill and `parallel` may number. */
export function jobsByName(file: LintFile, included: IncludedPipeline): ReadonlyMap<string, Job> {
  const names = new Map<string, Job>();
  const own = namesByFile(included).get(file.path) ?? [];
  const byPlace = new Map(own.length > 0 ? file.jobs.map((job) => [job.place?.start, job]) : []);
  for (const { name, place } of own) {
    const job = byPlace.get(place.start);
    if (job !== undefined) names.set(name, job);
  }
  return names;
}

interface NamedPlace {
  readonly name: string;
  readonly place: Place;
}

const cache = new WeakMap<IncludedPipeline, ReadonlyMap<string, readonly NamedPlace[]>>();

/** The names of a pipeline's jobs, by the file that defines them last. */
function namesByFile(included: IncludedPipeline): ReadonlyMap<string, readonly NamedPlace[]> {
  const known = cache.get(included);
  if (known !== undefined) return known;
  const files = new Map<string, NamedPlace[]>();
  for (const [name, origin] of included.pipeline.origins) {
    const place = included.pipeline.config?.entry(origin)?.keyPlace;
    const path = place && included.fileOf(place);
    if (path !== undefined) files.set(path, [...(files.get(path) ?? []), { name, place: place! }]);
  }
  cache.set(included, files);
  return files;
}
