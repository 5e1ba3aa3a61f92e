import { componentNameOf, SAMPLE_VERSION } from "../consumer/component.ts";
import {
  EXAMPLE_PROJECT,
  type FileTree,
  type Pipeline,
  predefinedVariables,
  readPipeline,
  stagesOfJobs,
  variableTable,
} from "../engine/pipeline/index.ts";
import { type Place, Source, toJson, type YamlMap } from "../engine/yaml/index.ts";
import { loadFile, sampleFor } from "./engine.ts";
import { hideIncludes, isConditional, NOTHING, NOTHING_TEXT, withoutConditions } from "./hide-includes.ts";
import { type Include, includesOf } from "./includes.ts";
import { jobsOf } from "./jobs.ts";
import { isReadable, type Readable, sourcesOf } from "./readable-includes.ts";

/** A pipeline with all files that it includes, as far as they can be read here. */
export interface IncludedPipeline {
  readonly pipeline: Pipeline;
  /** The file that it begins with; of a child pipeline the one whose job starts it. As the run names files. */
  readonly root: string;
  /** True where jobs, stages and keywords may come from what is not here: includes that cannot be read, or count only sometimes. */
  readonly isPartial: boolean;
  /** True for a file that no pipeline of the project includes: what belongs around it is not known. */
  readonly isAlone: boolean;
  /** What could not be read, such as `project group/shared`, each once. */
  readonly unread: readonly string[];
  /** The project's own files that it includes, as the run names them. */
  readonly reached: readonly string[];
  /** The project's own file that a place is in; undefined for files of others and for what stands in for a consumer's. */
  readonly fileOf: (place: Place) => string | undefined;
  /** Where a child pipeline is written down. */
  readonly at?: Place | undefined;
}

/** The pipelines of a project, and the files that they include. */
export interface ProjectGraph {
  /** Those of `.gitlab-ci.yml`, of components as a consumer includes them, and the children of all of them. */
  readonly pipelines: readonly IncludedPipeline[];
  /** The pipelines that include a file, or begin with it, in the order of `pipelines`. */
  readonly reaching: (path: string) => readonly IncludedPipeline[];
}

/** The name of the pipeline that stands in for a consumer's. */
export const MAIN = "\u0000main.yml";

const NOOP_JOB = "berth_lint_noop";

/** What every consumer's pipeline knows. */
function variablesAt(host = EXAMPLE_PROJECT.host) {
  return variableTable(predefinedVariables({}, { ...EXAMPLE_PROJECT, host }));
}

/** What a pipeline begins with. */
export interface Beginning {
  readonly root: string;
  readonly source: Source;
  /** True where the source is a file of the project as it is: includes in it that cannot be read here are left out. */
  readonly isFile?: boolean;
  readonly inputs?: YamlMap | undefined;
  /** True for a pipeline that declares its own stages; whoever includes a component can declare any, in any order. */
  readonly isWhole: boolean;
  readonly isAlone?: boolean;
  /** Includes of the beginning itself that were left out. */
  readonly hidden?: readonly Include[];
  readonly at?: Place | undefined;
}

/** Reads a pipeline with the project's files below `folder` and what else is readable. */
export function readIncluded(beginning: Beginning, folder: string, readable: Readable): IncludedPipeline {
  const { root, inputs, isWhole, isAlone = false, hidden = [], at } = beginning;
  const own = new OwnFiles(readable);
  const { file, text } = beginning.source;
  const source = beginning.isFile ? new Source(file, own.visible(text)) : beginning.source;
  const missed = new Set<string>();
  const pipeline = readPipeline({
    source,
    sources: sourcesOf({ ...readable, tree: own.tree }, (name) => missed.add(name)),
    variables: variablesAt(readable.host),
    inputs,
    edition: "enterprise",
    goesOn: true,
    stagesOf: isWhole ? undefined : stagesOfJobs,
  });
  const unread = [...hidden, ...own.hidden].map(({ kind, value }) => `${kind} ${value}`);
  const files = new WeakMap<Source, string | undefined>();
  const named = (inner: string) => (folder === "" ? inner : `${folder}/${inner}`);
  return {
    pipeline,
    root,
    isAlone,
    isPartial: isAlone || own.isConditional || unread.length + missed.size > 0,
    unread: [...new Set([...unread, ...missed])],
    reached: [...own.texts.keys()].map(named).filter((path) => path !== root),
    fileOf: ({ source: from }) => {
      if (from === source) return from.file === MAIN ? undefined : root;
      if (files.has(from)) return files.get(from);
      const inner = innerPath(from.file);
      const path = own.texts.get(inner) === from.text ? named(inner) : undefined;
      files.set(from, path);
      return path;
    },
    at,
  };
}

/** The beginning of a whole pipeline: the file itself. */
export function wholePipeline(path: string, inner: string, text: string): Beginning {
  const source = new Source(inner, text);
  const sample = sampleFor(text);
  return { root: path, source, isFile: true, inputs: sample.size > 0 ? sample : undefined, isWhole: true };
}

/** The beginning of a consumer's pipeline, which includes a component of the project beside a job of its own. */
export function consumersPipeline(
  path: string,
  inner: string,
  text: string,
  host = EXAMPLE_PROJECT.host,
): Beginning {
  const component = `${host}/${EXAMPLE_PROJECT.path}/${componentNameOf(inner)}@${SAMPLE_VERSION}`;
  return { root: path, source: standIn({ component }, text), isWhole: false };
}

/** The beginning of a pipeline around a file that nothing includes. */
export function pipelineAround(path: string, inner: string, text: string): Beginning {
  return { root: path, source: standIn({ local: `/${inner}` }, text), isWhole: false, isAlone: true };
}

function standIn(include: Readonly<Record<string, string>>, text: string): Source {
  const sample = sampleFor(text);
  const inputs = sample.size > 0 ? { inputs: toJson(sample) } : {};
  return new Source(MAIN, JSON.stringify(besideNoop([{ ...include, ...inputs }])));
}

/** A pipeline of some includes, beside a job of its own. */
export function besideNoop(include: readonly unknown[]): Readonly<Record<string, unknown>> {
  return { include, [NOOP_JOB]: { stage: ".pre", script: ["true"] } };
}

/** The project's own files, without the includes that cannot be read here. */
class OwnFiles {
  readonly texts = new Map<string, string>();
  readonly hidden: Include[] = [];
  isConditional = false;
  readonly tree: FileTree;
  readonly #readable: Readable;

  constructor(readable: Readable) {
    this.#readable = readable;
    this.tree = {
      read: (path) => {
        if (path === NOTHING) return NOTHING_TEXT;
        const known = this.texts.get(path);
        if (known !== undefined) return known;
        const text = readable.tree.read(path);
        if (text === undefined) return undefined;
        const shown = this.visible(text);
        this.texts.set(path, shown);
        return shown;
      },
      paths: () => readable.tree.paths(),
    };
  }

  /** A file's text as the engine reads it here. */
  visible(text: string): string {
    if (!text.includes("include")) return text;
    const { body } = loadFile(new Source("", text));
    const includes = includesOf({ body, jobs: jobsOf(body) }).filter((each) => !each.isChild);
    const unknown = includes.filter((each) => !isReadable(each, this.#readable));
    const conditional = includes.filter((each) => !unknown.includes(each) && isConditional(each));
    this.hidden.push(...unknown);
    this.isConditional ||= conditional.length > 0;
    return hideIncludes(withoutConditions(text, conditional), unknown);
  }
}

/** The path inside the project of a file that the engine names by the address of the project's component. */
function innerPath(name: string): string {
  return name.replace(/^[^:]*@[^:]*:/, "").replace(/^\/+/, "");
}
