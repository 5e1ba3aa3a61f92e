import { EXAMPLE_PROJECT, JOB_KEYWORDS, JOB_STARTERS } from "../engine/pipeline/index.ts";
import { type Code, mayComeFromElsewhere, type Problem, say, separate } from "../engine/problem/index.ts";
import type { Origin, Place } from "../engine/yaml/index.ts";
import { creationProblems } from "./creations.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import { pipelinesOf } from "./graph.ts";
import { type IncludedPipeline, MAIN } from "./included-pipeline.ts";
import { itemsOf, type Job } from "./jobs.ts";
import type { LintProject } from "./project.ts";

/** What is wrong between an include and the inputs that it gives. */
const OF_CALLER: ReadonlySet<Code> = new Set<Code>([
  "inputs-not-map",
  "inputs-unknown",
  "inputs-without-header",
  "input-missing",
  "input-value-kind",
  "input-value-not-option",
  "input-value-unmatched",
]);

/** What GitLab would refuse about the pipelines of a file that is this file's fault, beside what is wrong with its own header. */
export function pipelineErrors(file: LintFile, project: LintProject): EngineError[] {
  const linted = new Set(project.files.map(({ path, kind }) => (kind === "component" ? "" : path)));
  return pipelinesOf(file, project).flatMap((included) => {
    const isJudged = (path: string) => path === included.root || linted.has(path);
    return problemsOf(included)
      .map((problem) => ({ problem, owner: ownerOf(problem, included, isJudged) }))
      .filter(({ owner }) => owner.path === file.path)
      .filter(({ problem }) => !isOfStandIn(problem, file) && !isKnown(problem, file, included))
      .filter(({ problem }) => !(included.isPartial && isOfUnread(problem, file, included)))
      .map(({ problem, owner }) => describe(problem, owner, included));
  });
}

const cache = new WeakMap<IncludedPipeline, readonly Problem[]>();

/** Everything that GitLab would say of a pipeline, one after the other. */
function problemsOf(included: IncludedPipeline): readonly Problem[] {
  const known = cache.get(included);
  if (known !== undefined) return known;
  const all = [...separate(included.pipeline.errors), ...creationProblems(included)];
  const hasBrokenJob = all.some(({ code }) => code === "job-without-script");
  const wrongInputs = all.filter(({ code }) => OF_CALLER.has(code)).map(({ place }) => place);
  const problems = all
    // A job without a script is reason enough that there is no job.
    .filter(({ code }) => !(code === "jobs-missing" && hasBrokenJob))
    .filter(
      ({ code, origins }) => OF_CALLER.has(code) || !origins.some((each) => comesFrom(each, wrongInputs)),
    );
  cache.set(included, problems);
  return problems;
}

/** True for an input that is missing or wrong itself: the engine went on with a value of its own. */
function comesFrom({ place }: Origin, wrong: readonly (Place | undefined)[]): boolean {
  if (place === undefined) return false;
  if (wrong.some((each) => each?.file === place.file && each.start === place.start)) return true;
  return place.origins.some((origin) => comesFrom(origin, wrong));
}

/** The file that a problem is told in, and where: the nearest that is judged, from the place at fault up through the includes. */
interface Owner {
  readonly path: string;
  readonly at: Place | undefined;
}

function ownerOf(
  { code, place }: Problem,
  included: IncludedPipeline,
  isJudged: (path: string) => boolean,
): Owner {
  // Whoever includes a file has to give what it asks for.
  const first = code === "input-missing" ? place?.includedFrom : place;
  for (let own = first; own !== undefined; own = own.includedFrom) {
    const path = included.fileOf(own);
    if (path !== undefined && isJudged(path)) return { path, at: own };
  }
  return { path: included.root, at: included.at };
}

/** The engine's message as a finding in a linted file: faults of a file that nobody lints are shown at the include. */
function describe(problem: Problem, { path, at }: Owner, included: IncludedPipeline): EngineError {
  const { place, code } = problem;
  const isElsewhere =
    place !== undefined && at !== undefined && at.source !== place.source && place.file !== MAIN;
  const where = OF_CALLER.has(code) ? "declared here" : "here";
  return {
    problem,
    message: messageOf(problem),
    place: at && { ...at.toJSON(), file: path },
    ...(isElsewhere && {
      related: [{ message: where, at: { ...place.toJSON(), file: included.fileOf(place) ?? place.file } }],
    }),
  };
}

/** GitLab's words; an address of the stand-in is written as one of the project's own. */
function messageOf(problem: Problem): string {
  if (problem.code !== "component-missing") return problem.message;
  // The project that the stand-in for the consumer includes from: nobody knows it by that name.
  const [host = ""] = problem.facts.address.split("/");
  const address = problem.facts.address.replace(
    `${host}/${EXAMPLE_PROJECT.path}/`,
    () => "$CI_SERVER_FQDN/$CI_PROJECT_PATH/",
  );
  return say(problem.code, { address });
}

/** True if the values that stand in for a caller's are at fault, or the call itself. */
function isOfStandIn(problem: Problem, file: LintFile): boolean {
  if (problem.origins.some((origin) => isFromSample(origin, file))) return true;
  if (!OF_CALLER.has(problem.code)) return false;
  const { place } = problem;
  const caller = problem.code === "input-missing" ? place?.includedFrom : place;
  return caller === undefined || caller.file === MAIN;
}

/** An input's value may have come through the inputs of several files. */
function isFromSample({ place }: Origin, file: LintFile): boolean {
  if (place === undefined || place.file === MAIN) return true;
  if (place.origins.some((origin) => isFromSample(origin, file))) return true;
  return file.errors.some(({ place: at }) => at !== undefined && at === place);
}

/** True for what is wrong with the header, which was told already. */
function isKnown({ code, place }: Problem, file: LintFile, { fileOf }: IncludedPipeline): boolean {
  return file.errors.some(({ problem }) => {
    if (problem.code !== code) return false;
    return problem.place?.start === place?.start && place !== undefined && fileOf(place) === file.path;
  });
}

/** True if an include that could not be read may put right what GitLab would say, or if it says just that. */
function isOfUnread(problem: Problem, file: LintFile, included: IncludedPipeline): boolean {
  if (mayComeFromElsewhere(problem) || isOfUnreadLocation(problem, included)) return true;
  // The order of stages is in what cannot be read.
  if (problem.code === "need-in-later-stage") return true;
  if (problem.code === "keys-unknown" && !problem.facts.keys.some((key) => JOB_KEYWORDS.includes(key)))
    return false;
  const job = file.jobs.find(
    ({ name }) => problem.subject === `jobs:${name}` || problem.subject.startsWith(`jobs:${name}:`),
  );
  return job !== undefined && !JOB_STARTERS.some((key) => job.entry(key)) && isOpen(job, included);
}

/** True if what a job is made of may come from elsewhere: it extends nothing, or something that is not here. */
function isOpen(job: Job, { pipeline }: IncludedPipeline): boolean {
  const bases = itemsOf(job.entry("extends")).map(({ value }) => value);
  return bases.length === 0 || bases.some((base) => typeof base !== "string" || !pipeline.config?.has(base));
}

function isOfUnreadLocation({ facts }: Problem, { unread }: IncludedPipeline): boolean {
  const { address, project, location } = facts as { address?: string; project?: string; location?: string };
  const named = address ?? project ?? location;
  return (
    named !== undefined &&
    unread.some((each) => named.includes(each.slice(each.indexOf(" ") + 1).replace(/@[^@]*$/, "")))
  );
}
