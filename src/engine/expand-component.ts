import type { ProblemKind } from "./contract/index.ts";
import { type ComponentContext, interpolateFile, type Variable } from "./interpolation/index.ts";
import type { Known, Problem } from "./problem/index.ts";
import type { GitLabVersion } from "./version/index.ts";
import {
  fromJson,
  type JsonValue,
  type Origin,
  type PlainPlace,
  Source,
  toJson,
  YamlMap,
} from "./yaml/index.ts";

export type { ComponentContext, Variable };

/** What a component is expanded with. */
export interface ExpandComponentOptions {
  /** The value of `include:inputs`; null and undefined are the same as none. */
  readonly inputs?: unknown;
  readonly component?: ComponentContext;
  /** Variables for `expand_vars`. */
  readonly variables?: readonly Variable[];
  /** The file's name in places; default `template.yml`. */
  readonly path?: string;
  /** The GitLab that judges, such as `{major: 18, minor: 11}`; the newest where it is left out. */
  readonly gitlabVersion?: GitLabVersion;
}

/** A message of GitLab with what GitLab lacks: a code, the place, and where the faulty value came from. */
export type ComponentError = Known & {
  /** The input that it speaks of; empty where it speaks of none, or of several. */
  readonly subject: string;
  /** The message without its subject. */
  readonly text: string;
  readonly message: string;
  readonly place?: PlainPlace;
  readonly origin?: { readonly input: string; readonly place?: PlainPlace };
};

/** GitLab's verdict on a component file with the given inputs. */
export interface ComponentExpansion {
  readonly valid: boolean;
  /** GitLab's messages, in its order and wording. */
  readonly errors: string[];
  /** The same messages with places. */
  readonly diagnostics: ComponentError[];
  /** What is wrong: `yaml`, `not_hash`, `too_large` or `interpolation`; undefined when nothing is. */
  readonly errorKind: ProblemKind | undefined;
  /** GitLab does not answer with a message here but fails with a server error. */
  readonly crashed: boolean;
  /** The file has a `spec` header. */
  readonly header: boolean;
  /** Blocks were filled: the file is valid and has a header. */
  readonly interpolated: boolean;
  /** The configuration after interpolation, before `extends`, `include` and `!reference`; undefined when not valid. */
  readonly config: JsonValue | undefined;
  /** The value of each declared input; undefined when not valid or without a header. */
  readonly inputs: JsonValue | undefined;
}

/**
 * Expands one component file with inputs, exactly as GitLab 18.11 would. Never throws for what is wrong with the file.
 * Throws TypeError and RangeError for `inputs` that are no plain data or nested more than 500 levels deep.
 */
export function expandComponent(text: string, options: ExpandComponentOptions = {}): ComponentExpansion {
  const { inputs, component, variables, path = "template.yml", gitlabVersion } = options;
  const file = interpolateFile(new Source(path, text), {
    inputs: fromJson(inputs ?? null),
    component,
    variables,
    gitlabVersion,
  });
  const valid = file.config !== undefined;
  return {
    valid,
    errors: file.problems.map(({ message }) => message),
    diagnostics: file.problems.map(describe),
    errorKind: file.kind,
    crashed: file.crashed,
    header: file.header,
    interpolated: valid && file.header,
    config: file.config && toJson(file.config),
    inputs: valid && file.header ? toJson(file.inputs ?? new YamlMap()) : undefined,
  };
}

function describe({ code, subject, facts, text, message, place, origin }: Problem): ComponentError {
  return {
    code,
    subject,
    facts,
    text,
    message,
    ...(place && { place: place.toJSON() }),
    ...(origin && { origin: describeOrigin(origin) }),
  } as ComponentError;
}

function describeOrigin({ input, place }: Origin): { input: string; place?: PlainPlace } {
  return { input, ...(place && { place: place.toJSON() }) };
}
