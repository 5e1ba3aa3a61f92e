import { compileLiteral, isLiteral, isValidExpression } from "../../expression/index.ts";
import { type Fault, fault } from "../../problem/index.ts";
import { type GitLabVersion, knownBelow, NEWEST_VERSION } from "../../version/index.ts";
import { FloatValue, type Place, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { artifactDurationIsValid, parseDuration } from "../duration.ts";
import { joinTexts, keysInOrder, textOf } from "../ruby-text.ts";
import {
  isBoolean,
  isInteger,
  isList,
  isMap,
  isText,
  isTextual,
  listOf,
  must,
  nestedListOf,
  present,
  type Rule,
} from "./checks.ts";
import type { Entry } from "./entry.ts";

/*
 * The vocabulary of the tables: each rule is one of GitLab's validators (lib/gitlab/config/entry/validators.rb and Rails'
 * own, 18.11), with its message.
 */

/** How deep lists of commands, stages and rules may be nested. */
const NESTING = 10;

export const isHash = must(isMap, "should be a hash");
export const isArray = must(isList, "should be an array");
export const isString = must(isText, "should be a string");
export const isTrueOrFalse = must(isBoolean, "should be a boolean value");
export const notBlank = must(present, fault("value-missing", {}));
export const blank = must((value) => !present(value), fault("value-superfluous", {}));

export const hashOrString = must((value) => isMap(value) || isText(value), "should be a hash or a string");
export const hashOrBoolean = must(
  (value) => isMap(value) || isBoolean(value),
  "should be a hash or a boolean value",
);
export const arrayOrString = must(
  (value) => isList(value) || isText(value),
  "should be an array or a string",
);
export const arrayOfStrings = must((value) => listOf(value, isTextual), "should be an array of strings");
export const arrayOfHashes = must((value) => listOf(value, isMap), "should be an array of hashes");
export const arrayOfStringsOrString = must(
  (value) => isTextual(value) || listOf(value, isTextual),
  "should be an array of strings or a string",
);
export const arrayOfIntegersOrInteger = must(
  (value) => isInteger(value) || listOf(value, isInteger),
  "should be an array of integers or an integer",
);
const COMMANDS = `should be a string or a nested array of strings up to ${NESTING} levels deep`;
export const commands: Rule = (value) => {
  if (isTextual(value) || nestedListOf(value, NESTING, isTextual)) return undefined;
  return fault("commands-kind", { expected: COMMANDS }, firstWrongItem(value));
};
export const nestedArrayOfStrings = must(
  (value) => nestedListOf(value, NESTING, isTextual),
  `should be an array of strings or a nested array of strings up to ${NESTING} levels deep`,
);
export const nestedArrayOfHashes = must(
  (value) => nestedListOf(value, NESTING, isMap),
  "should be an array containing hashes and arrays of hashes",
);
export const alphanumeric = must(
  (value) => isTextual(value) || isInteger(value),
  "must be an alphanumeric string",
);
export const scalar = must(
  (value) => isTextual(value) || isInteger(value) || value instanceof FloatValue || isBoolean(value),
  "must be a scalar",
);
export const expression = must(
  (value) => isText(value) && isValidExpression(value),
  fault("condition-invalid", {}),
);
export const regularExpression = must(
  (value) => isText(value) && compileLiteral(value) !== undefined,
  fault("pattern-invalid", {}),
);
const REFS = "should be an array of strings or regular expressions using re2 syntax";
export const stringsOrPatterns = must((value) => listOf(value, isNameOrPattern), REFS);

export const artifactDuration = must(
  (value) => isText(value) && artifactDurationIsValid(value),
  fault("duration-invalid", {}),
);

export function allowedKeys(...keys: readonly string[]): Rule {
  const allowed = new Set<YamlValue>(keys);
  return (value) => {
    if (!(value instanceof YamlMap) || value.everyKey((key) => allowed.has(key))) return undefined;
    const unknown = keysOf(value).filter((key) => !allowed.has(key));
    return forKeys(value, unknown, (names, at) => fault("keys-unknown", { keys: names, allowed: keys }, at));
  };
}

/** The same, where not every GitLab knows every key: each has a row below `path` in the table of features. */
export function keysOfVersion(path: string, ...keys: readonly string[]): Rule {
  const byVersion = new Map<string, Rule>();
  return (value, entry) => {
    const known = knownBelow(path, keys, versionOf(entry));
    const id = known.length === keys.length ? "" : known.join();
    let rule = byVersion.get(id);
    if (rule === undefined) {
      rule = allowedKeys(...known);
      byVersion.set(id, rule);
    }
    return rule(value, entry);
  };
}

/** The same of a value: one of those that the GitLab that judges knows. `message` is made of their list. */
export function valueOfVersion(
  path: string,
  values: readonly string[],
  message: (known: readonly string[]) => string,
): Rule {
  return (value, entry) => {
    const known = knownBelow(path, values, versionOf(entry));
    return oneOf(known, message(known))(value, entry);
  };
}

/** The GitLab that judges. */
export function versionOf(entry: Entry): GitLabVersion {
  return (entry.option("version") as GitLabVersion | undefined) ?? NEWEST_VERSION;
}

/** A fault of several keys, at the first of them, with one for each. */
function forKeys(
  map: YamlMap,
  keys: readonly string[],
  wrong: (keys: readonly string[], at: Place | undefined) => Fault,
): Fault | undefined {
  if (keys.length === 0) return undefined;
  const placeOf = (name: string) =>
    [...map.entries()].find(({ key }) => keysOf(new YamlMap().set(key, null))[0] === name)?.keyPlace;
  const all = wrong(keys, placeOf(keys[0]!));
  return keys.length === 1 ? all : { ...all, each: keys.map((key) => wrong([key], placeOf(key))) };
}

export function requiredKeys(...keys: readonly string[]): Rule {
  return (value) => {
    const present = keysOf(value);
    const missing = keys.filter((key) => !present.includes(key));
    return missing.length > 0 ? fault("keys-missing", { keys: missing }) : undefined;
  };
}

export function disallowedKeys(
  keys: readonly string[],
  code: "keys-disallowed" | "keys-beside-rules" = "keys-disallowed",
): Rule {
  const ignoreNull = code === "keys-beside-rules";
  return (value) => {
    if (!(value instanceof YamlMap) || !keys.some((key) => value.has(key))) return undefined;
    const found = keysOf(value).filter((key) => {
      return keys.includes(key) && !(ignoreNull && (value as YamlMap).get(key) === null);
    });
    return forKeys(value, found, (names, at) =>
      code === "keys-disallowed"
        ? fault(code, { keys: names, why: "contains disallowed keys" }, at)
        : fault(code, { keys: names }, at),
    );
  };
}

export function exclusiveKeys(...keys: readonly string[]): Rule {
  return (value) => {
    if (!(value instanceof YamlMap) || keys.filter((key) => value.has(key)).length < 2) return undefined;
    const found = keysOf(value).filter((key) => keys.includes(key));
    const second = [...value.entries()].filter(({ key }) => keys.includes(key as string))[1];
    return found.length > 1 ? fault("keys-exclusive", { keys: found }, second?.keyPlace) : undefined;
  };
}

export function exactlyOneKey(...keys: readonly string[]): Rule {
  return (value) => {
    const found = keysOf(value).filter((key) => keys.includes(key));
    return found.length === 1 ? undefined : fault("keys-alternative", { keys });
  };
}

/** Text that is one of the values. Of a list, Rails asks whether all its items are. */
export function oneOf(values: readonly string[], message = "is not included in the list"): Rule {
  const isOne = (value: YamlValue) => isText(value) && values.includes(value);
  const wrong = fault("value-not-allowed", { allowed: values, says: message });
  return must((value) => isOne(value) || listOf(value, isOne), wrong);
}

/** A value whose text is one of the values; the message names it. */
export function knownValue(values: readonly string[]): Rule {
  return (value) => {
    if (values.includes(textOf(value))) return undefined;
    return fault("value-not-allowed", { allowed: values, says: `unknown value: ${textOf(value)}` });
  };
}

/** A list of nothing but these values. */
export function knownItems(values: readonly string[]): Rule {
  return (value) => {
    if (!(value instanceof YamlList)) return undefined;
    const unknown = value.items.filter((item) => !(isText(item) && values.includes(item)));
    if (unknown.length === 0) return undefined;
    const at = value.places[value.items.indexOf(unknown[0]!)];
    return fault(
      "value-not-allowed",
      { allowed: values, says: `contains unknown values: ${joinTexts(unknown)}` },
      at,
    );
  };
}

/** What Ruby's `Float()` reads, without the hexadecimal form, which Rails refuses. */
const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*)?(?:(?<=\d)|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

/** A whole number between two bounds, or its digits as text, in Rails' words. */
export function integerBetween(least: number, most: number): Rule {
  return (value) => {
    const says = numberProblem(value, least, most);
    return says === undefined ? undefined : fault("value-out-of-bounds", { says });
  };
}

function numberProblem(value: YamlValue, least: number, most: number): string | undefined {
  if (value instanceof FloatValue) return "must be an integer";
  if (!isInteger(value) && !(isText(value) && NUMBER.test(value))) return "is not a number";
  if (isText(value) && !/^[+-]?\d+$/.test(value)) return "must be an integer";
  const number = Number(value);
  if (number < least) return `must be greater than or equal to ${least}`;
  return number > most ? `must be less than or equal to ${most}` : undefined;
}

export function atMost(maximum: number, says: string): Rule {
  return (value) => (lengthOf(value) > maximum ? fault("value-out-of-bounds", { says }) : undefined);
}

export function atLeast(minimum: number, says: string): Rule {
  return (value) => (lengthOf(value) < minimum ? fault("value-out-of-bounds", { says }) : undefined);
}

export function matching(pattern: RegExp, says: string): Rule {
  return (value) => (pattern.test(textOf(value)) ? undefined : fault("value-malformed", { says }));
}

/** A duration, `1h 30m`, as text. */
export const duration = must(
  (value) => isText(value) && parseDuration(value) !== undefined,
  fault("duration-invalid", {}),
);

/** A duration shorter than a limit in seconds, or as long as it. */
export function durationWithin(seconds: number): Rule {
  return must(
    (value) => {
      const length = isText(value) ? parseDuration(value) : undefined;
      return length !== undefined && length <= seconds;
    },
    fault("duration-too-long", {}),
  );
}

/** The keys of a mapping as text; none for anything else. */
export function keysOf(value: YamlValue): string[] {
  return value instanceof YamlMap
    ? keysInOrder(value).map((key) => (key instanceof YamlList ? joinTexts(key.items) : textOf(key)))
    : [];
}

/** The first item of nested lists that is no text. */
function firstWrongItem(value: YamlValue): Place | undefined {
  if (!(value instanceof YamlList)) return undefined;
  for (const [index, item] of value.items.entries()) {
    if (isTextual(item)) continue;
    return firstWrongItem(item) ?? value.places[index];
  }
  return undefined;
}

function isNameOrPattern(value: YamlValue): boolean {
  if (!isText(value)) return false;
  return !isLiteral(value) || compileLiteral(value) !== undefined;
}

function lengthOf(value: YamlValue): number {
  if (value instanceof YamlList || value instanceof YamlMap) return value.size;
  if (value === null) return 0;
  return [...textOf(value)].length;
}
