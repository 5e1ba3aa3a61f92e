import { componentNameOf, SAMPLE_VERSION } from "../consumer/component.ts";
import {
  EXAMPLE_PROJECT,
  type FileTree,
  type Pipeline,
  predefinedVariables,
  readPipeline,
  type Sources,
  stagesOfJobs,
  variableTable,
} from "../engine/pipeline/index.ts";
import { Source, toJson } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import { hideUnknownIncludes, NOTHING, NOTHING_TEXT } from "./hide-includes.ts";
import { type Include, includesOf, parseAddress } from "./includes.ts";
import type { LintProject } from "./project.ts";

/** A file's pipeline, included as a consumer would include it, beside one job of the consumer's own. */
export interface IncludedPipeline {
  readonly pipeline: Pipeline;
  /** True if includes that cannot be read here were left out: jobs, stages and keywords may come from there. */
  readonly isPartial: boolean;
  /** What was left out, such as `project group/shared`, each once. */
  readonly unread: readonly string[];
}

/** The name of the pipeline that stands in for a consumer's. */
export const MAIN = "\u0000main.yml";

/** What every consumer's pipeline knows. */
const variables = variableTable(predefinedVariables({}, EXAMPLE_PROJECT));

const NOOP_JOB = "berth_lint_noop";
const cache = new WeakMap<LintFile, IncludedPipeline | undefined>();

/** Expands a file with plausible inputs, as far as it can be read. Returns undefined for a file that is not YAML. */
export function includedPipeline(file: LintFile, project: LintProject): IncludedPipeline | undefined {
  if (cache.has(file)) return cache.get(file);
  const included = expand(file, project);
  cache.set(file, included);
  return included;
}

function expand(file: LintFile, project: LintProject): IncludedPipeline | undefined {
  if (file.body === undefined) return undefined;
  const inner = relative(file);
  const isKnown = (path: string) => project.tree(file.root).read(path.replace(/^\//, "")) !== undefined;
  const isLocalKnown = (path: string) =>
    !/[$*]/.test(path) && (isKnown(path) || !(file.kind === "pipeline" && file.root !== ""));
  const unknown = includesOf(file).filter((each) => !isReadable(each, project, isLocalKnown));
  const hidden = hideUnknownIncludes(file.text, unknown);
  const tree = overlay(project.tree(file.root), { [inner]: hidden, [NOTHING]: NOTHING_TEXT });
  const missed = new Set<string>();
  const sources = sourcesOf(tree, project.others, (name) => missed.add(name));
  const pipeline = readPipeline({
    source: new Source(MAIN, JSON.stringify(mainFor(file, inner))),
    sources,
    variables,
    edition: "enterprise",
    goesOn: true,
    // A consumer can declare any stages in any order; a whole pipeline declares its own.
    stagesOf: file.kind === "pipeline" ? undefined : stagesOfJobs,
  });
  const unread = [
    ...new Set([
      ...unknown.filter((each) => !each.isChild).map((each) => `${each.kind} ${each.value}`),
      ...missed,
    ]),
  ];
  return { pipeline, isPartial: unknown.length > 0 || missed.size > 0, unread };
}

/** What one include of a file brings by itself; undefined where it cannot be read here, or is refused. */
export function pipelineOfInclude(
  file: LintFile,
  include: Include,
  project: LintProject,
): Pipeline | undefined {
  const tree = project.tree(file.root);
  const isLocalKnown = (path: string) => /[*]/.test(path) || tree.read(path.replace(/^\//, "")) !== undefined;
  if (/\$\[\[/.test(JSON.stringify(include.map ? toJson(include.map) : include.value))) return undefined;
  if (!isReadable(include, project, isLocalKnown)) return undefined;
  let isWhole = true;
  const sources = sourcesOf(tree, project.others, () => {
    isWhole = false;
  });
  const entry = include.map ? toJson(include.map) : include.value;
  const beside = { [NOOP_JOB]: { stage: ".pre", script: ["true"] } };
  const pipeline = readPipeline({
    source: new Source(MAIN, JSON.stringify({ include: [entry], ...beside })),
    sources,
    variables,
    edition: "enterprise",
    stagesOf: stagesOfJobs,
  });
  return isWhole && pipeline.config !== undefined ? pipeline : undefined;
}

/** The files of the project itself, and of others as far as they can be read here; `miss` is told what cannot. */
function sourcesOf(tree: FileTree, others: LintProject["others"], miss: (name: string) => void): Sources {
  const orMiss = <Found>(found: Found | undefined, name: string): Found | undefined => {
    if (found === undefined) miss(name);
    return found;
  };
  return {
    local: { project: EXAMPLE_PROJECT.path, sha: "HEAD", tree },
    component: (path, version) =>
      path.toLowerCase() === EXAMPLE_PROJECT.path
        ? { project: path, sha: version, version: SAMPLE_VERSION, tree }
        : orMiss(others.component?.(path, version), `component ${path}@${version}`),
    project: (path, ref) => orMiss(others.project?.(path, ref), `project ${path}`),
    template: (name) => orMiss(others.template?.(name), `template ${name}`),
    remote: (url) => orMiss(others.remote?.(url), `remote ${url}`) ?? { status: 404 },
  };
}

function isReadable(
  { kind, value, map }: Include,
  { others }: LintProject,
  isLocalKnown: (path: string) => boolean,
): boolean {
  switch (kind) {
    case "local":
      return isLocalKnown(value);
    case "project":
      return typeof others.project?.(value, String(map?.get("ref") ?? "HEAD")) === "object";
    case "remote":
      return !/^https?:\/\/[^\s/]/.test(value) && !value.includes("$")
        ? true
        : others.remote?.(value) !== undefined;
    case "template":
      return !value.endsWith(".gitlab-ci.yml") && !value.includes("$")
        ? true
        : others.template?.(value) !== undefined;
    case "component": {
      const address = parseAddress(value);
      return (
        isOwn(value) ||
        !value.includes("@") ||
        (address !== undefined && typeof others.component?.(address.project, address.version) === "object")
      );
    }
  }
}

/** True for an address of the project's own: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/name@$CI_COMMIT_SHA`. */
function isOwn(address: string): boolean {
  return /^\$\{?CI_SERVER_(?:FQDN|HOST)\}?\/\$\{?CI_PROJECT_PATH\}?\/[^/@]+@/.test(address);
}

function mainFor(file: LintFile, inner: string) {
  const name = componentNameOf(inner);
  const inputs = file.sample.size > 0 ? { inputs: toJson(file.sample) } : {};
  const address = `${EXAMPLE_PROJECT.host}/${EXAMPLE_PROJECT.path}/${name}@${SAMPLE_VERSION}`;
  const include =
    file.kind === "component" ? { component: address, ...inputs } : { local: `/${inner}`, ...inputs };
  // A whole pipeline has jobs of its own; any other file is included beside some.
  const beside = inner === ".gitlab-ci.yml" ? {} : { [NOOP_JOB]: { stage: ".pre", script: ["true"] } };
  return { include: [include], ...beside };
}

/** The file's path inside its project. */
function relative(file: LintFile): string {
  return file.root === "" ? file.path : file.path.slice(file.root.length + 1);
}

function overlay(tree: FileTree, files: Readonly<Record<string, string>>): FileTree {
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : tree.read(path)),
    paths: () => [...new Set([...tree.paths(), ...Object.keys(files)])],
  };
}
