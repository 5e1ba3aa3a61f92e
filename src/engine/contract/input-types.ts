import { YamlList, type YamlValue } from "../yaml/index.ts";
import { isNumber } from "./equality.ts";

/** What an input of a type is. */
interface InputTypeRow {
  /** Whether a value that was read is of the type. */
  readonly fits: (value: YamlValue) => boolean;
  /** A value given is taken as text, or as what its text says in JSON. */
  readonly reads: "text" | "json";
  /** What `options` list: the values, the items of a value (19.0), or nothing: GitLab refuses them. */
  readonly options: "values" | "items" | "none";
  readonly hasRegex: boolean;
  /** A value that a caller might give; undefined for a text, which a regex may rule. */
  readonly sample: YamlValue | undefined;
  /** The plainest values, as text: they mean nothing to a shell. Undefined where values may be any text. */
  readonly words: readonly string[] | undefined;
}

/**
 * The types of inputs, one row each (https://docs.gitlab.com/ci/inputs/#input-types): contract, sample values, lint, schemas and the
 * job's own inputs read this table.
 */
const ROWS = {
  array: {
    fits: (value) => value instanceof YamlList,
    reads: "json",
    options: "items",
    hasRegex: false,
    sample: new YamlList([]),
    words: undefined,
  },
  boolean: {
    fits: (value) => typeof value === "boolean",
    reads: "json",
    options: "none",
    hasRegex: false,
    sample: true,
    words: ["true", "false"],
  },
  number: { fits: isNumber, reads: "json", options: "values", hasRegex: false, sample: 1, words: ["1"] },
  string: {
    fits: () => true,
    reads: "text",
    options: "values",
    hasRegex: true,
    sample: undefined,
    words: undefined,
  },
} as const satisfies Readonly<Record<string, InputTypeRow>>;

export type InputType = keyof typeof ROWS;

/** The names of all types, in alphabetical order. */
export const INPUT_TYPES = Object.keys(ROWS) as readonly InputType[];

/** What an input of a type is; undefined for a name that is none. */
export function inputTypeOf(name: InputType): InputTypeRow;
export function inputTypeOf(name: string): InputTypeRow | undefined;
export function inputTypeOf(name: string): InputTypeRow | undefined {
  return Object.hasOwn(ROWS, name) ? ROWS[name as InputType] : undefined;
}
