import { EXAMPLE_PROJECT, JOB_KEYWORDS, JOB_STARTERS } from "../engine/pipeline/index.ts";
import { type Code, mayComeFromElsewhere, type Problem, say, separate } from "../engine/problem/index.ts";
import type { Origin, Place } from "../engine/yaml/index.ts";
import { creationProblems } from "./creations.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import { type IncludedPipeline, includedPipeline, MAIN } from "./included-pipeline.ts";
import type { LintProject } from "./project.ts";

/** The project that the engine's stand-in for the consumer includes from; nobody knows it by that name. */
const OWN_ADDRESS = `${EXAMPLE_PROJECT.host}/${EXAMPLE_PROJECT.path}`;

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

/** What GitLab would refuse about the pipeline of a file, beside what is wrong with its own header. */
export function pipelineErrors(file: LintFile, project: LintProject): EngineError[] {
  const included = includedPipeline(file, project);
  if (included === undefined) return [];
  const problems = [...separate(included.pipeline.errors), ...creationProblems(file, project)];
  const hasBrokenJob = problems.some(({ code }) => code === "job-without-script");
  return (
    problems
      .filter((problem) => !isOfStandIn(problem, file) && !isKnown(problem, file))
      // A job without a script is reason enough that there is no job.
      .filter(({ code }) => !(code === "jobs-missing" && hasBrokenJob))
      .filter((problem) => !(included.isPartial && isOfUnread(problem, file, included)))
      .map((problem) => describe(problem, file))
  );
}

/** The engine's message as a finding in the linted file: faults of a file that it includes are shown at the include. */
function describe(problem: Problem, file: LintFile): EngineError {
  const { place, code } = problem;
  let own = place;
  while (own && own.file !== MAIN && inRoot(file, own.file) !== file.path) own = own.includedFrom;
  const isElsewhere = place !== undefined && own !== place && place.file !== MAIN;
  const shown = (at: Place | undefined) =>
    at === undefined || at.file === MAIN ? undefined : { ...at.toJSON(), file: inRoot(file, at.file) };
  const where = OF_CALLER.has(code) ? "declared here" : "here";
  return {
    problem,
    message: messageOf(problem),
    place: shown(own),
    ...(isElsewhere && { related: [{ message: where, at: shown(place) }] }),
  };
}

/** GitLab's words; an address of the stand-in is written as one of the project's own. */
function messageOf(problem: Problem): string {
  if (problem.code !== "component-missing") return problem.message;
  const address = problem.facts.address.replace(OWN_ADDRESS, () => "$CI_SERVER_FQDN/$CI_PROJECT_PATH");
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
function isKnown({ code, place }: Problem, file: LintFile): boolean {
  return file.errors.some(({ problem }) => {
    if (problem.code !== code) return false;
    return problem.place?.start === place?.start && inRoot(file, place?.file ?? "") === file.path;
  });
}

/** True if an include that could not be read may put right what GitLab would say, or if it says just that. */
function isOfUnread(problem: Problem, file: LintFile, included: IncludedPipeline): boolean {
  if (mayComeFromElsewhere(problem) || isOfUnreadLocation(problem, included)) return true;
  if (problem.code === "keys-unknown" && !problem.facts.keys.some((key) => JOB_KEYWORDS.includes(key)))
    return false;
  const job = file.jobs.find(
    ({ name }) => problem.subject === `jobs:${name}` || problem.subject.startsWith(`jobs:${name}:`),
  );
  return job !== undefined && ![...JOB_STARTERS, "extends"].some((key) => job.entry(key));
}

function isOfUnreadLocation({ facts }: Problem, { unread }: IncludedPipeline): boolean {
  const { address, project, location } = facts as { address?: string; project?: string; location?: string };
  const named = address ?? project ?? location;
  return (
    named !== undefined &&
    unread.some((each) => named.includes(each.slice(each.indexOf(" ") + 1).replace(/@[^@]*$/, "")))
  );
}

/** The path in the project of a file that the engine names. */
export function inRoot(file: LintFile, path: string): string {
  const inner = path.replace(/^[^:]*@[^:]*:/, "").replace(/^\//, "");
  return file.root === "" ? inner : `${file.root}/${inner}`;
}
