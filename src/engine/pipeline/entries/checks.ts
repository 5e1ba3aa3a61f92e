import { type Fault, fault } from "../../problem/index.ts";
import { SymbolValue, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import type { Check, Entry } from "./entry.ts";

export type { Check };

/** Looks at one value: what is wrong with it, or nothing. GitLab's words alone stand for a fault without a code of its own. */
export type Rule = (value: YamlValue, entry: Entry) => Fault | string | undefined;

interface Conditions {
  /** Null and missing values are not looked at. */
  readonly optional?: boolean;
  readonly when?: (entry: Entry) => boolean;
  /** Reads the value in another way than as a keyword of the entry. */
  readonly read?: (entry: Entry) => YamlValue;
}

/** Applies rules to an attribute: `config` is the value of the entry itself, any other name a keyword inside it. */
export function check(attribute: string, rules: Rule | readonly Rule[], conditions: Conditions = {}): Check {
  const list = typeof rules === "function" ? [rules] : rules;
  const read = conditions.read ?? reader(attribute);
  const { when, optional: isOptional = false } = conditions;
  return (entry) => {
    if (when !== undefined && !when(entry)) return;
    const value = read(entry);
    if (isOptional && value === null) return;
    for (const rule of list) {
      const wrong = rule(value, entry);
      if (wrong !== undefined) entry.report(attribute, wrong);
    }
  };
}

function reader(attribute: string): (entry: Entry) => YamlValue {
  if (attribute === "config") return (entry) => entry.config;
  return (entry) => entry.get(attribute) ?? null;
}

/** The same checks, each of them only for values that are set. */
export function optional(attribute: string, ...rules: Rule[]): Check {
  return check(attribute, rules, { optional: true });
}

/** A form that no value may have: the message follows the path. */
export function unknownForm(title: string, message: string): { title: string; checks: Check[] } {
  return { title, checks: [(entry) => entry.report("", fault("value-kind", { expected: message }))] };
}

export const isMap = (value: YamlValue | undefined): value is YamlMap => value instanceof YamlMap;
export const isList = (value: YamlValue | undefined): value is YamlList => value instanceof YamlList;
export const isText = (value: YamlValue | undefined): value is string => typeof value === "string";
export const isBoolean = (value: YamlValue | undefined): value is boolean => typeof value === "boolean";
/** Text or a symbol: what GitLab's validators call a string. */
export const isTextual = (value: YamlValue | undefined): boolean =>
  isText(value) || value instanceof SymbolValue;
export const isInteger = (value: YamlValue | undefined): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

/** Rails' `present?` of a value of the tree. */
export function present(value: YamlValue | undefined): boolean {
  if (value instanceof YamlMap || value instanceof YamlList) return value.size > 0;
  if (value instanceof SymbolValue) return value.name !== "";
  if (typeof value === "string") return !/^[\s\u0085]*$/u.test(value);
  return value !== null && value !== undefined && value !== false;
}

/** A list all of whose items pass. */
export function listOf(value: YamlValue | undefined, passes: (item: YamlValue) => boolean): boolean {
  return value instanceof YamlList && value.items.every(passes);
}

/** A list that may hold lists, so many levels deep. */
export function nestedListOf(
  value: YamlValue,
  levels: number,
  passes: (item: YamlValue) => boolean,
): boolean {
  const inner = (each: YamlValue, left: number): boolean => {
    if (passes(each)) return true;
    return left > 0 && each instanceof YamlList && each.items.every((item) => inner(item, left - 1));
  };
  return value instanceof YamlList && inner(value, levels);
}

/** A check by hand, of the whole entry. */
export function verify(attribute: string, problem: (entry: Entry) => Fault | string | undefined): Check {
  return (entry) => {
    const wrong = problem(entry);
    if (wrong !== undefined) entry.report(attribute, wrong);
  };
}

/** A rule from a test and what it says of values that do not pass: a fault, or GitLab's phrase about the kind of value. */
export function must(passes: (value: YamlValue) => boolean, wrong: Fault | string): Rule {
  const told = typeof wrong === "string" ? fault("value-kind", { expected: wrong }) : wrong;
  return (value) => (passes(value) ? undefined : told);
}
