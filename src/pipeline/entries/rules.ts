import { compileLiteral, isLiteral, isValidExpression } from "../../expression/index.ts";
import { FloatValue, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
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
export const notBlank = must(present, "can't be blank");
export const blank = must((value) => !present(value), "must be blank");

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
export const commands = must(
  (value) => isTextual(value) || nestedListOf(value, NESTING, isTextual),
  `should be a string or a nested array of strings up to ${NESTING} levels deep`,
);
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
  "invalid expression syntax",
);
export const regularExpression = must(
  (value) => isText(value) && compileLiteral(value) !== undefined,
  "must be a regular expression with re2 syntax",
);
const REFS = "should be an array of strings or regular expressions using re2 syntax";
export const stringsOrPatterns = must((value) => listOf(value, isNameOrPattern), REFS);

export const artifactDuration = must(
  (value) => isText(value) && artifactDurationIsValid(value),
  "should be a duration",
);

export function allowedKeys(...keys: readonly string[]): Rule {
  const allowed = new Set<YamlValue>(keys);
  return (value) => {
    if (!(value instanceof YamlMap) || value.everyKey((key) => allowed.has(key))) return undefined;
    const unknown = keysOf(value).filter((key) => !allowed.has(key));
    return unknown.length > 0 ? `contains unknown keys: ${unknown.join(", ")}` : undefined;
  };
}

export function requiredKeys(...keys: readonly string[]): Rule {
  return (value) => {
    const present = keysOf(value);
    const missing = keys.filter((key) => !present.includes(key));
    return missing.length > 0 ? `missing required keys: ${missing.join(", ")}` : undefined;
  };
}

export function disallowedKeys(
  keys: readonly string[],
  message = "contains disallowed keys",
  ignoreNull = false,
): Rule {
  return (value) => {
    if (!(value instanceof YamlMap) || !keys.some((key) => value.has(key))) return undefined;
    const found = keysOf(value).filter((key) => {
      return keys.includes(key) && !(ignoreNull && (value as YamlMap).get(key) === null);
    });
    return found.length > 0 ? `${message}: ${found.join(", ")}` : undefined;
  };
}

export function exclusiveKeys(...keys: readonly string[]): Rule {
  return (value) => {
    if (!(value instanceof YamlMap) || keys.filter((key) => value.has(key)).length < 2) return undefined;
    const found = keysOf(value).filter((key) => keys.includes(key));
    return found.length > 1 ? `these keys cannot be used together: ${found.join(", ")}` : undefined;
  };
}

export function exactlyOneKey(...keys: readonly string[]): Rule {
  return (value) => {
    const found = keysOf(value).filter((key) => keys.includes(key));
    return found.length === 1 ? undefined : `must use exactly one of these keys: ${keys.join(", ")}`;
  };
}

/** Text that is one of the values. Of a list, Rails asks whether all its items are. */
export function oneOf(values: readonly string[], message = "is not included in the list"): Rule {
  const isOne = (value: YamlValue) => isText(value) && values.includes(value);
  return must((value) => isOne(value) || listOf(value, isOne), message);
}

/** A value whose text is one of the values; the message names it. */
export function knownValue(values: readonly string[]): Rule {
  return (value) => (values.includes(textOf(value)) ? undefined : `unknown value: ${textOf(value)}`);
}

/** A list of nothing but these values. */
export function knownItems(values: readonly string[]): Rule {
  return (value) => {
    if (!(value instanceof YamlList)) return undefined;
    const unknown = value.items.filter((item) => !(isText(item) && values.includes(item)));
    return unknown.length > 0 ? `contains unknown values: ${joinTexts(unknown)}` : undefined;
  };
}

/** What Ruby's `Float()` reads, without the hexadecimal form, which Rails refuses. */
const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*)?(?:(?<=\d)|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

/** A whole number between two bounds, or its digits as text, in Rails' words. */
export function integerBetween(least: number, most: number): Rule {
  return (value) => {
    if (value instanceof FloatValue) return "must be an integer";
    if (!isInteger(value) && !(isText(value) && NUMBER.test(value))) return "is not a number";
    if (isText(value) && !/^[+-]?\d+$/.test(value)) return "must be an integer";
    const number = Number(value);
    if (number < least) return `must be greater than or equal to ${least}`;
    return number > most ? `must be less than or equal to ${most}` : undefined;
  };
}

export function atMost(maximum: number, message: string): Rule {
  return (value) => (lengthOf(value) > maximum ? message : undefined);
}

export function atLeast(minimum: number, message: string): Rule {
  return (value) => (lengthOf(value) < minimum ? message : undefined);
}

export function matching(pattern: RegExp, message: string): Rule {
  return (value) => (pattern.test(textOf(value)) ? undefined : message);
}

/** A duration, `1h 30m`, as text. */
export const duration = must(
  (value) => isText(value) && parseDuration(value) !== undefined,
  "should be a duration",
);

/** A duration shorter than a limit in seconds, or as long as it. */
export function durationWithin(seconds: number): Rule {
  return must((value) => {
    const length = isText(value) ? parseDuration(value) : undefined;
    return length !== undefined && length <= seconds;
  }, "should not exceed the limit");
}

/** The keys of a mapping as text; none for anything else. */
export function keysOf(value: YamlValue): string[] {
  return value instanceof YamlMap
    ? keysInOrder(value).map((key) => (key instanceof YamlList ? joinTexts(key.items) : textOf(key)))
    : [];
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
