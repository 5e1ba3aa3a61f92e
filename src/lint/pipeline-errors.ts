import { EXAMPLE_PROJECT, type PipelineMessage } from "../pipeline/index.ts";
import { type Place, YamlMap, type YamlValue } from "../yaml/index.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import { type IncludedPipeline, includedPipeline, MAIN } from "./included-pipeline.ts";
import type { LintProject } from "./project.ts";
import type { At } from "./rule.ts";

/** The project that the engine's stand-in for the consumer includes from; nobody knows it by that name. */
const OWN_ADDRESS = `${EXAMPLE_PROJECT.host}/${EXAMPLE_PROJECT.path}`;

/** What GitLab would refuse about the pipeline of a file that is otherwise sound. */
export function pipelineErrors(file: LintFile, project: LintProject): EngineError[] {
  const included = includedPipeline(file, project);
  if (included === undefined) return [];
  const seen = included.pipeline.errors.filter(
    (error) =>
      !(included.isPartial && (mayBeMended(error.message, file) || isOfUnread(error.message, included))) &&
      !comesFromSample(error, file),
  );
  return seen.map((error) => describe(error, file));
}

/** The engine's message as a finding in the linted file: faults of a file that it includes are shown at the include. */
function describe({ message, place }: PipelineMessage, file: LintFile): EngineError {
  const isCaller = /^`[^`]*`: (?:`[^`]*` input: |unknown input arguments|Given inputs)/.test(message);
  let own = place;
  while (own && own.file !== MAIN && inRoot(file, own.file) !== file.path) own = own.includedFrom;
  const isElsewhere = place !== undefined && own !== place && place.file !== MAIN;
  const shown = (at: Place | undefined) =>
    at === undefined || at.file === MAIN ? undefined : { ...at.toJSON(), file: inRoot(file, at.file) };
  const isBlock = !isCaller && !isElsewhere && /^`[^`]*`: /.test(message);
  return {
    stage: isCaller ? "caller" : isBlock ? "interpolation" : "pipeline",
    message: shownMessage(message),
    place: unknownKey(message, file) ?? shown(own),
    ...(isElsewhere ? { related: [{ message: isCaller ? "declared here" : "here", at: shown(place) }] } : {}),
  };
}

/** The message without the prefix of the file and the name of our stand-in. */
function shownMessage(message: string): string {
  return message.replace(/^`[^`]*`: /, "").replaceAll(OWN_ADDRESS, () => "$CI_SERVER_FQDN/$CI_PROJECT_PATH");
}

/** GitLab names the unknown key of a job; we point at it. */
function unknownKey(message: string, file: LintFile): At | undefined {
  const [, owner = "", key = ""] = /^jobs:(.+) config contains unknown keys: ([^,]+)/.exec(message) ?? [];
  const job = file.jobs.find((each) => owner === each.name || owner.startsWith(`${each.name}:`));
  let map: YamlValue | undefined = job?.map;
  for (const step of job
    ? owner
        .slice(job.name.length + 1)
        .split(":")
        .filter(Boolean)
    : []) {
    map = map instanceof YamlMap ? map.get(step) : undefined;
  }
  return map instanceof YamlMap ? map.entry(key)?.keyPlace : undefined;
}

/** True if an include that was left out may put right what GitLab would say: it may define the job that is changed here. */
function mayBeMended(message: string, file: LintFile): boolean {
  if (mayComeFromElsewhere.test(message)) return true;
  const job = file.jobs.find(
    (each) => message.startsWith(`jobs:${each.name} `) || message.startsWith(`jobs:${each.name}:`),
  );
  return job !== undefined && !["script", "run", "trigger", "extends"].some((key) => job.entry(key));
}

/** True if GitLab would only say that it cannot read what cannot be read here. */
function isOfUnread(message: string, { unread }: IncludedPipeline): boolean {
  return unread.some((each) => message.includes(each.slice(each.indexOf(" ") + 1).replace(/@[^@]*$/, "")));
}

/** True if a value that only stands in for a caller's is what GitLab would refuse. */
function comesFromSample({ message, place }: PipelineMessage, file: LintFile): boolean {
  const origin = place?.origin?.input;
  if (origin !== undefined && file.sample?.has(origin)) return true;
  const values = [...(file.sample?.entries() ?? [])].map(({ value }) => value);
  return values.some(
    (value) => typeof value === "string" && value.length > 2 && message.split(/[\s:,`'"]+/).includes(value),
  );
}

/** Messages that an include which was left out may answer. */
const mayComeFromElsewhere =
  /unknown keys in `extends`|undefined (?:need|dependency)|could not be found|chosen stage|should implement|is not defined|at least one visible job|invalid base hashes|variables/i;

function inRoot(file: LintFile, path: string): string {
  const inner = path.replace(/^[^:]*@[^:]*:/, "").replace(/^\//, "");
  return file.root === "" ? inner : `${file.root}/${inner}`;
}
