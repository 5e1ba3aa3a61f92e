import {
  type ComponentField,
  DocumentError,
  GitLabCrash,
  loadDocuments,
  type Problem,
  type ProblemKind,
  type Resolution,
  readComponentFields,
  readInputs,
  resolveInputs,
  validateHeader,
} from "../contract/index.ts";
import { type HashKey, type Source, YamlMap, type YamlValue } from "../yaml/index.ts";
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
  /** Adds what the header's own `spec:include` brings in; what it throws goes through. */
  readonly completeHeader?: ((header: YamlMap) => YamlMap) | undefined;
}

/** A file after interpolation; `extends`, `include` and `!reference` are not resolved yet. */
export interface InterpolatedFile {
  /** Undefined when there are problems. */
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
    if (error instanceof DocumentError) return failure([error.problem], error.kind, false);
    if (error instanceof GitLabCrash) {
      const message = `GitLab fails with a server error: ${error.message}`;
      return { ...failure([{ message, place: error.place }], "interpolation", false), crashed: true };
    }
    throw error;
  }
}

function interpolateDocuments(
  source: Source,
  { inputs, component, variables, completeHeader }: InterpolationOptions,
): InterpolatedFile {
  const given = inputs ?? new YamlMap();
  const { header: written, content } = loadDocuments(source);
  let header = written;
  if (!(given instanceof YamlMap)) return refuse("Given inputs must be a hash", header !== undefined);
  if (header === undefined) {
    if (given.size > 0) {
      return refuse(
        "Given inputs not defined in the `spec` section of the included configuration file",
        false,
      );
    }
    return {
      config: content,
      problems: [],
      kind: undefined,
      header: false,
      inputs: new YamlMap(),
      crashed: false,
    };
  }
  const headerProblems = validateHeader(header);
  if (headerProblems.length > 0) return failure(headerProblems, "interpolation", true);
  if (completeHeader) header = completeHeader(header);
  const declared = readInputs(header);
  const resolution = resolveInputs(declared, given);
  if (resolution.problems.length > 0) return failure(resolution.problems, "interpolation", true);
  const context = contextOf(resolution, readComponentFields(header), component ?? {});
  const { config, problems } = interpolate(content, context, variables ?? []);
  if (config === undefined) return failure(problems, "interpolation", true);
  const values = new YamlMap();
  for (const { key } of declared) {
    const resolved = context.inputs.get(key as HashKey);
    if (resolved !== undefined) values.set(key, resolved.value, resolved.place);
  }
  return { config, problems: [], kind: undefined, header: true, inputs: values, crashed: false };
}

function contextOf(
  { values }: Resolution,
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

function refuse(message: string, header: boolean): InterpolatedFile {
  return failure([{ message, place: undefined }], "interpolation", header);
}

function failure(problems: readonly Problem[], kind: ProblemKind, header: boolean): InterpolatedFile {
  return { config: undefined, problems, kind, header, inputs: new YamlMap(), crashed: false };
}
