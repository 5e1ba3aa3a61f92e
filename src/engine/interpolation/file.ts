import {
  type ComponentField,
  DocumentError,
  GitLabCrash,
  type Input,
  loadDocuments,
  loadHeader,
  type ProblemKind,
  type Resolution,
  readComponentFields,
  readInputs,
  resolveInputs,
  sampleValue,
  validateHeader,
} from "../contract/index.ts";
import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import type { GitLabVersion } from "../version/index.ts";
import { type HashKey, hashKey, type Source, YamlMap, type YamlValue } from "../yaml/index.ts";
import type { Accessible, InterpolationContext } from "./access.ts";
import type { Variable } from "./functions.ts";
import { interpolate } from "./template.ts";

/** What a component may know about itself, as far as the header asks for it (`spec:component`). Null where there is none. */
export type ComponentContext = Readonly<Partial<Record<ComponentField, string | null>>>;

/** What a file is interpolated with. */
export interface InterpolationOptions {
  /** The value of `include:inputs`; undefined or null when there is none. */
  readonly inputs?: YamlValue | undefined;
  readonly component?: ComponentContext | undefined;
  /** For `expand_vars`. */
  readonly variables?: readonly Variable[] | undefined;
  /** Looks at the header before anything else does; what it throws goes through. */
  readonly checkHeader?: ((header: YamlMap) => void) | undefined;
  /** Adds what the header's own `spec:include` brings in; what it throws goes through. */
  readonly completeHeader?: ((header: YamlMap) => YamlMap) | undefined;
  /**
   * Goes on behind a fault as far as possible: inputs that are wrong get a sample, blocks that are wrong stay. The file then has
   * a configuration beside its problems, and what GitLab would not say yet is marked as later.
   */
  readonly goesOn?: boolean | undefined;
  /** The GitLab that judges; the newest where it is left out. */
  readonly gitlabVersion?: GitLabVersion | undefined;
}

/** A file after interpolation; `extends`, `include` and `!reference` are not resolved yet. */
export interface InterpolatedFile {
  /** Undefined when there are problems, unless the work went on behind them. */
  readonly config: YamlMap | undefined;
  readonly problems: readonly Problem[];
  readonly kind: ProblemKind | undefined;
  /** The file has a `spec` header. */
  readonly header: boolean;
  /** The values of the declared inputs by their names; empty without a header or with problems. */
  readonly inputs: YamlMap;
  /** GitLab itself fails on this file. */
  readonly crashed: boolean;
}

/** Loads a file, checks its contract and fills its blocks (lib/gitlab/ci/config/yaml/loader.rb, 18.11). Never throws. */
export function interpolateFile(source: Source, options: InterpolationOptions = {}): InterpolatedFile {
  try {
    return interpolateDocuments(source, options);
  } catch (error) {
    if (error instanceof DocumentError)
      return failure([error.problem, ...behindUnreadable(source, options)], error.kind, false);
    if (error instanceof GitLabCrash) {
      const wrong = fault("server-error", { reason: error.message });
      const problem = problemOf(wrong, { subject: "", place: error.place });
      return { ...failure([problem], "interpolation", false), crashed: true };
    }
    throw error;
  }
}

/** What is wrong with the inputs that are given to a file of which only the header can be read. */
function behindUnreadable(
  source: Source,
  { inputs, goesOn, gitlabVersion }: InterpolationOptions,
): Problem[] {
  const header = goesOn && inputs instanceof YamlMap ? loadHeader(source) : undefined;
  if (header === undefined || validateHeader(header, { gitlabVersion }).length > 0) return [];
  const { problems } = resolveInputs(readInputs(header), inputs as YamlMap, gitlabVersion);
  return problems.map((each) => ({ ...each, later: true }));
}

function interpolateDocuments(source: Source, options: InterpolationOptions): InterpolatedFile {
  const { inputs, completeHeader, goesOn = false } = options;
  const given = inputs ?? new YamlMap();
  const { header: written, content } = loadDocuments(source);
  let header = written;
  if (!(given instanceof YamlMap)) return refuse(fault("inputs-not-map", {}), header !== undefined);
  if (header === undefined) {
    const problems = given.size > 0 ? [undeclared(given)] : [];
    return {
      config: problems.length > 0 && !goesOn ? undefined : content,
      problems,
      kind: problems.length > 0 ? "interpolation" : undefined,
      header: false,
      inputs: new YamlMap(),
      crashed: false,
    };
  }
  options.checkHeader?.(header);
  const rounds = new Rounds();
  rounds.add(validateHeader(header, options));
  if (rounds.stop(goesOn)) return failure(rounds.problems, "interpolation", true);
  if (completeHeader) header = completeHeader(header);
  try {
    return fill(header, content, rounds, options, given);
  } catch (error) {
    if (!(error instanceof GitLabCrash) || rounds.problems.length === 0) throw error;
    return failure(rounds.problems, "interpolation", true);
  }
}

/** The second half: values for the inputs, and the blocks filled with them. */
function fill(
  header: YamlMap,
  content: YamlMap,
  rounds: Rounds,
  { component, variables, goesOn = false, gitlabVersion }: InterpolationOptions,
  given: YamlMap,
): InterpolatedFile {
  const declared = readInputs(header);
  const resolution = resolveInputs(declared, given, gitlabVersion);
  rounds.add(resolution.problems.filter((each) => !isOfWrongDeclaration(each, rounds.problems)));
  if (rounds.stop(goesOn)) return failure(rounds.problems, "interpolation", true);
  const values = rounds.problems.length > 0 ? repaired(declared, resolution) : resolution.values;
  const context = contextOf(values, readComponentFields(header), component ?? {});
  const { config, problems } = interpolate(content, context, {
    variables: variables ?? [],
    goesOn,
    gitlabVersion,
  });
  rounds.add(problems);
  if (config === undefined || rounds.stop(goesOn)) return failure(rounds.problems, "interpolation", true);
  return {
    config,
    problems: rounds.problems,
    kind: rounds.problems.length > 0 ? "interpolation" : undefined,
    header: true,
    inputs: valuesOf(declared, context),
    crashed: false,
  };
}

/** What is wrong, in the order in which GitLab would find it out: it stops at the first step that goes wrong. */
class Rounds {
  readonly problems: Problem[] = [];

  add(problems: readonly Problem[]): void {
    const isLater = this.problems.length > 0;
    for (const each of problems) this.problems.push(isLater ? { ...each, later: true } : each);
  }

  stop(goesOn: boolean): boolean {
    return this.problems.length > 0 && !goesOn;
  }
}

/** What is wrong with an input whose declaration is wrong says nothing more. */
function isOfWrongDeclaration({ subject }: Problem, told: readonly Problem[]): boolean {
  const path = `header:spec:inputs:${subject}`;
  return told.some((each) => each.subject === path || each.subject.startsWith(`${path}:`));
}

/** Values to go on with: what is given or the default where that is right, else a sample. */
function repaired(declared: readonly Input[], { values, problems }: Resolution): Resolution["values"] {
  const wrong = new Set(problems.map(({ subject }) => subject));
  return new Map(
    declared.map((input) => {
      const key = hashKey(input.key);
      const known = values.get(key);
      if (known !== undefined && !wrong.has(input.name)) return [key, known];
      const place = known?.place ?? input.place;
      return [key, { value: sampleValue(input) ?? "example", keys: "indifferent" as const, place }];
    }),
  );
}

function valuesOf(declared: readonly Input[], context: InterpolationContext): YamlMap {
  const values = new YamlMap();
  for (const { key } of declared) {
    const resolved = context.inputs.get(key as HashKey);
    if (resolved !== undefined) values.set(key, resolved.value, resolved.place);
  }
  return values;
}

function contextOf(
  values: Resolution["values"],
  fields: readonly ComponentField[],
  component: ComponentContext,
): InterpolationContext {
  const inputs = new Map<HashKey, Accessible>();
  for (const [key, resolved] of values) inputs.set(key, { ...resolved, input: String(key) });
  const own = new Map<HashKey, Accessible>();
  for (const field of fields) {
    const value = component[field];
    if (value !== undefined) own.set(field, { value, keys: "text", place: undefined });
  }
  return { inputs, component: own };
}

/** Inputs for a file that has no header. */
function undeclared(given: YamlMap): Problem {
  const [first] = given.entries();
  return problemOf(fault("inputs-without-header", { inputs: given.names() }), {
    subject: "",
    place: first?.keyPlace,
  });
}

function refuse(wrong: Fault, header: boolean): InterpolatedFile {
  return failure([problemOf(wrong, { subject: "", place: undefined })], "interpolation", header);
}

function failure(problems: readonly Problem[], kind: ProblemKind, header: boolean): InterpolatedFile {
  return { config: undefined, problems, kind, header, inputs: new YamlMap(), crashed: false };
}
