import { readFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { componentNameOf, sampleContext } from "../../consumer/component.ts";
import {
  type PipelineEvent,
  type PipelineProject,
  predefinedVariables,
  stagesOfJobs,
  variableTable,
} from "../../engine/pipeline/index.ts";
import { type GitLabVersion, parseGitLabVersion } from "../../engine/version/index.ts";
import { loadYaml, Source, YamlError, YamlMap } from "../../engine/yaml/index.ts";
import { changesIn } from "../../sources/changes.ts";
import { folderTree } from "../../sources/folder.ts";
import { localSources } from "../../sources/local.ts";

/** The options of `berth expand`. */
export interface Options {
  readonly input: readonly string[];
  readonly inputsFile?: string;
  readonly format: string;
  readonly jobs?: boolean;
  readonly graph?: string;
  readonly source: string;
  readonly ref?: string;
  readonly tag?: boolean;
  readonly var: readonly string[];
  readonly changed: readonly string[];
  readonly project: string;
  readonly host?: string;
  readonly sources: string;
  readonly edition: string;
  readonly gitlabVersion?: string;
  readonly defaultBranch: string;
  readonly root?: string;
  readonly with: readonly string[];
  readonly mirror: readonly string[];
}

/** What a file is expanded with: its text, the project around it, the event, variables and inputs. */
export function settingOf(file: string, options: Options & { readonly host: string }, cwd: string) {
  const path = resolve(cwd, file);
  const text = readText(path, file);
  const folder = options.root ? resolve(cwd, options.root) : rootOf(path, cwd);
  const project: PipelineProject = {
    path: options.project,
    host: options.host,
    defaultBranch: options.defaultBranch,
  };
  const event: PipelineEvent = {
    source: options.source,
    ...(options.ref !== undefined && { ref: options.ref }),
    ...(options.tag !== undefined && { tag: options.tag }),
    ...(options.changed.length > 0 && { changedFiles: options.changed }),
  };
  const predefined = predefinedVariables(event, project);
  const variables = variableTable(Object.fromEntries(pairs("--var", options.var)));
  const workTrees = new Map([[project.path.toLowerCase(), folder]]);
  for (const [name, tree] of pairs("--with", options.with))
    workTrees.set(name.toLowerCase(), resolve(cwd, tree));
  return {
    source: new Source(file, text),
    local: { project: project.path, sha: "HEAD", tree: folderTree(folder) },
    slow: {
      ...localSources({ workTrees, mirrors: options.mirror.map((mirror) => resolve(cwd, mirror)) }),
      changesSince: changesIn(folder, event.changedFiles ?? undefined),
    },
    project,
    event,
    predefined,
    variables,
    all: new Map([...predefined.map((each) => [each.key, each] as const), ...variables]),
    inputs: inputsOf(options, cwd),
    gitlabVersion: versionOf(options),
    component: componentAt(relative(folder, path)),
    // A component, or another file to include, leaves the stages to the pipeline.
    stagesOf: isWholePipeline(path) ? undefined : stagesOfJobs,
  };
}

/** What a component says of itself; it has no version where it is worked on. */
function componentAt(path: string) {
  const name = componentNameOf(path.replaceAll("\\", "/"));
  return name === undefined ? undefined : sampleContext(name);
}

function versionOf({ gitlabVersion }: Options): GitLabVersion | undefined {
  if (gitlabVersion === undefined) return undefined;
  const version = parseGitLabVersion(gitlabVersion);
  if (version === undefined)
    throw new UsageError(`--gitlab-version ${gitlabVersion}: write a version such as 17.11, or newest`);
  return version;
}

/** The folder of a `.gitlab-ci.yml`, or the current one for components and other files. */
function rootOf(path: string, cwd: string): string {
  return isWholePipeline(path) ? dirname(path) : cwd;
}

function isWholePipeline(path: string): boolean {
  return basename(path) === ".gitlab-ci.yml";
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`cannot read ${shown}: there is no such file, or it may not be read`);
  }
}

/** The inputs of a file and of the command line, which count more. @throws UsageError */
export function inputsOf(
  { input, inputsFile }: Pick<Options, "input" | "inputsFile">,
  cwd: string,
): YamlMap | undefined {
  const inputs = new YamlMap();
  if (inputsFile !== undefined) {
    const value = parseYaml(inputsFile, readText(resolve(cwd, inputsFile), inputsFile));
    if (!(value instanceof YamlMap))
      throw new UsageError(`${inputsFile}: inputs are a mapping of names to values`);
    for (const entry of value.entries()) inputs.setEntry(entry);
  }
  for (const [name, text] of pairs("--input", input)) {
    inputs.set(name, text === "" ? "" : parseYaml(`--input ${name}`, text));
  }
  return inputs.size > 0 ? inputs : undefined;
}

function parseYaml(name: string, text: string) {
  try {
    return loadYaml(new Source(name, text)).value;
  } catch (error) {
    if (error instanceof YamlError) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}

/** `name=value` as a pair. @throws UsageError */
export function pairs(option: string, given: readonly string[]): [string, string][] {
  return given.map((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 1)
      throw new UsageError(`${option} ${pair}: give a name and a value, as in ${option} name=value`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
}
