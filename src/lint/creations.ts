import {
  type Creation,
  createJobs,
  EXAMPLE_PROJECT,
  memoryTree,
  type PipelineEvent,
  predefinedVariables,
} from "../engine/pipeline/index.ts";
import { identity, type Problem } from "../engine/problem/index.ts";
import type { LintFile } from "./file.ts";
import { includedPipeline } from "./included-pipeline.ts";
import type { Job } from "./jobs.ts";
import type { LintProject } from "./project.ts";

/** The ways in which a pipeline starts, each with what a person calls it. */
const events: readonly (readonly [string, PipelineEvent])[] = [
  ["a push to the default branch", {}],
  ["a push to another branch", { ref: "feature" }],
  ["a merge request", { source: "merge_request_event", ref: "feature" }],
  ["a tag", { ref: "1.0.0", tag: true }],
  ["a schedule", { source: "schedule" }],
  ["a pipeline from the web page", { source: "web" }],
  ["a pipeline from the API", { source: "api" }],
  ["a trigger", { source: "trigger" }],
  ["a multi-project pipeline", { source: "pipeline" }],
  ["a parent pipeline", { source: "parent_pipeline" }],
];

/** A kind of pipeline, and what becomes of the jobs in it. */
export interface NamedCreation {
  readonly name: string;
  readonly creation: Creation;
}

const cache = new WeakMap<LintFile, readonly NamedCreation[]>();

/** What becomes of a file's jobs for each kind of pipeline. Empty if the file is refused, or jobs may come from elsewhere. */
export function creations(file: LintFile, project: LintProject): readonly NamedCreation[] {
  const known = cache.get(file) ?? create(file, project);
  cache.set(file, known);
  return known;
}

function create(file: LintFile, project: LintProject): NamedCreation[] {
  const included = includedPipeline(file, project);
  if (included === undefined || included.isPartial || included.pipeline.errors.length > 0) return [];
  const isConditional = file.jobs.some(
    (job) => job.entry("rules") || job.entry("only") || job.entry("except"),
  );
  return (isConditional ? contexts : contexts.slice(0, 1)).map(({ name, context }) => ({
    name,
    creation: createJobs(included.pipeline, context),
  }));
}

/** What is wrong with a pipeline of some kind, other than that a needed job is not in it; each once, at the job. */
export function creationProblems(file: LintFile, project: LintProject): readonly Problem[] {
  const config = includedPipeline(file, project)?.pipeline.config;
  const told = new Map<string, Problem>();
  for (const { creation } of creations(file, project)) {
    for (const problem of creation.problems ?? []) {
      // Whether other projects and refs are there cannot be known here.
      if (["need-absent", "rule-project-missing", "rule-ref-missing"].includes(problem.code)) continue;
      told.set(identity(problem), { ...problem, place: config?.entry(problem.subject)?.keyPlace });
    }
  }
  return [...told.values()];
}

/** The jobs of a file by the names that they have in the pipeline, which inputs may fill and `parallel` may number. */
export function jobsByName(file: LintFile, project: LintProject): ReadonlyMap<string, Job> {
  const pipeline = includedPipeline(file, project)?.pipeline;
  const byPlace = new Map(file.jobs.map((job) => [job.place?.start, job]));
  const names = new Map<string, Job>();
  for (const [name, origin] of pipeline?.origins ?? []) {
    const place = pipeline?.config?.entry(origin)?.keyPlace;
    const job = place && byPlace.get(place.start);
    if (job?.name !== undefined && place?.source.text === file.text) names.set(name, job);
  }
  return names;
}

/** What is the same for all files. */
const contexts = events.map(([name, event]) => ({
  name,
  context: {
    event,
    project: EXAMPLE_PROJECT,
    predefined: predefinedVariables(event, EXAMPLE_PROJECT),
    variables: new Map(),
    tree: memoryTree({}),
  },
}));
