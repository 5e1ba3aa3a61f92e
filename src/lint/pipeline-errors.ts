import {
  EXAMPLE_PROJECT,
  type FileTree,
  type Pipeline,
  type PipelineMessage,
  predefinedVariables,
  readPipeline,
  variableTable,
} from "../pipeline/index.ts";
import { type Place, Source, toJson, YamlMap, type YamlValue } from "../yaml/index.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import { hideUnknownIncludes, NOTHING, NOTHING_TEXT } from "./hide-includes.ts";
import { type Include, includesOf, parseAddress } from "./includes.ts";
import type { LintProject } from "./project.ts";
import type { At } from "./rule.ts";

/** A file's pipeline, included as a consumer would include it, beside one job of the consumer's own. */
export interface IncludedPipeline {
  readonly pipeline: Pipeline;
  /** True if includes that cannot be read here were left out: jobs, stages and keywords may come from there. */
  readonly isPartial: boolean;
}

const NOOP_JOB = "berth_lint_noop";
const MAIN = "\u0000main.yml";
const cache = new WeakMap<LintFile, IncludedPipeline | undefined>();

/** Expands a file with plausible inputs. Returns undefined if that makes no sense: the file is broken already. */
export function includedPipeline(file: LintFile, project: LintProject): IncludedPipeline | undefined {
  if (cache.has(file)) return cache.get(file);
  const included = expand(file, project);
  cache.set(file, included);
  return included;
}

/** What GitLab would refuse about the pipeline of a file that is otherwise sound. */
export function pipelineErrors(file: LintFile, project: LintProject): EngineError[] {
  const included = includedPipeline(file, project);
  if (included === undefined) return [];
  const seen = included.pipeline.errors.filter(
    (error) => !(included.isPartial && mayBeMended(error.message, file)) && !comesFromSample(error, file),
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
    message: message.replace(/^`[^`]*`: /, ""),
    place: unknownKey(message, file) ?? shown(own),
    ...(isElsewhere ? { related: [{ message: isCaller ? "declared here" : "here", at: shown(place) }] } : {}),
  };
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

function expand(file: LintFile, project: LintProject): IncludedPipeline | undefined {
  if (file.sample === undefined || file.body === undefined || file.errors.length > 0) return undefined;
  const inner = relative(file);
  const isKnown = (path: string) => project.tree(file.root).read(path.replace(/^\//, "")) !== undefined;
  const isLocalKnown = (path: string) =>
    !/[$*]/.test(path) && (isKnown(path) || !(file.kind === "pipeline" && file.root !== ""));
  const unknown = includesOf(file).filter((each) => !isReadable(each, project, isLocalKnown));
  const hidden = hideUnknownIncludes(file.text, unknown);
  const tree = overlay(project.tree(file.root), { [inner]: hidden, [NOTHING]: NOTHING_TEXT });
  const sources = {
    local: { project: EXAMPLE_PROJECT.path, sha: "HEAD", tree },
    component: (path: string, version: string) => {
      const found = path.toLowerCase() === EXAMPLE_PROJECT.path ? tree : project.mirror(path, version);
      return found && { project: path, sha: version, version: "1.0.0", tree: found };
    },
  };
  const predefined = predefinedVariables({}, EXAMPLE_PROJECT);
  const variables = variableTable(Object.fromEntries(predefined.map(({ key, value }) => [key, value])));
  const pipeline = withStages(file, inner, (text) =>
    readPipeline({ source: new Source(MAIN, text), sources, variables }),
  );
  const isNested = includesOf(file).some(
    (each) =>
      each.kind === "local" &&
      isKnown(each.value) &&
      /\binclude:/.test(tree.read(each.value.replace(/^\//, "")) ?? ""),
  );
  return { pipeline, isPartial: unknown.length > 0 || isNested };
}

/** The stages that the file's jobs ask for, as far as defaults tell. */
function writtenStages(file: LintFile): string[] {
  return file.jobs.flatMap((job) => {
    const stage = job.map.get("stage");
    const text = typeof stage === "string" ? file.withDefaults(stage)?.text : undefined;
    return text === undefined || text.trim() === "" ? [] : [text];
  });
}

/** A consumer can declare any stage, so a component or fragment gets the stages that its jobs ask for. */
function withStages(file: LintFile, inner: string, read: (text: string) => Pipeline): Pipeline {
  if (file.kind === "pipeline") return read(JSON.stringify(mainFor(file, inner)));
  const stages = new Set(["build", "test", "deploy", ...writtenStages(file)]);
  for (;;) {
    const pipeline = read(JSON.stringify({ stages: [...stages], ...mainFor(file, inner) }));
    const missing = pipeline.errors.flatMap(
      ({ message }) => /chosen stage (.+) does not exist/.exec(message)?.[1] ?? [],
    );
    const fresh = missing.filter((stage) => !stages.has(stage));
    if (fresh.length === 0) return pipeline;
    for (const stage of fresh) stages.add(stage);
  }
}

function isReadable(
  { kind, value }: Include,
  project: LintProject,
  isLocalKnown: (path: string) => boolean,
): boolean {
  if (kind === "local") return isLocalKnown(value);
  if (kind !== "component") return false;
  const address = parseAddress(value);
  return (
    isOwn(value) || (address !== undefined && project.mirror(address.project, address.version) !== undefined)
  );
}

/** True for an address of the project's own: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/name@$CI_COMMIT_SHA`. */
function isOwn(address: string): boolean {
  return /^\$\{?CI_SERVER_(?:FQDN|HOST)\}?\/\$\{?CI_PROJECT_PATH\}?\/[^/@]+@/.test(address);
}

function mainFor(file: LintFile, inner: string) {
  const name = /^templates\/([^/]+?)(?:\.yml|\/template\.yml)$/.exec(inner)?.[1];
  const inputs =
    file.sample instanceof YamlMap && file.sample.size > 0 ? { inputs: toJson(file.sample) } : {};
  const address = `${EXAMPLE_PROJECT.host}/${EXAMPLE_PROJECT.path}/${name}@1.0.0`;
  const include =
    file.kind === "component" ? { component: address, ...inputs } : { local: `/${inner}`, ...inputs };
  return { include: [include], [NOOP_JOB]: { stage: ".pre", script: ["true"] } };
}

/** The file's path inside its project. */
function relative(file: LintFile): string {
  return file.root === "" ? file.path : file.path.slice(file.root.length + 1);
}

function inRoot(file: LintFile, path: string): string {
  const inner = path.replace(/^[^:]*@[^:]*:/, "").replace(/^\//, "");
  return file.root === "" ? inner : `${file.root}/${inner}`;
}

function overlay(tree: FileTree, files: Readonly<Record<string, string>>): FileTree {
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : tree.read(path)),
    paths: () => [...new Set([...tree.paths(), ...Object.keys(files)])],
  };
}
