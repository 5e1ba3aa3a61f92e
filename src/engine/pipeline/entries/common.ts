import { fault } from "../../problem/index.ts";
import {
  FloatValue,
  hashKey,
  SymbolValue,
  toJson,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../../yaml/index.ts";
import { textOf } from "../ruby-text.ts";
import type { VariableData } from "../yaml-variables.ts";
import {
  check,
  isBoolean,
  isInteger,
  isMap,
  present as isPresent,
  isText,
  isTextual,
  verify,
} from "./checks.ts";
import { type Definition, type Entry, flatten } from "./entry.ts";
import {
  allowedKeys,
  alphanumeric,
  arrayOfStrings,
  commands,
  isHash,
  isTrueOrFalse,
  nestedArrayOfStrings,
  scalar,
} from "./rules.ts";

/** Keywords of one scalar or list that several others share. */

export const boolean: Definition = { title: "boolean", checks: [check("config", isTrueOrFalse)] };

export const stringList: Definition = {
  title: "array of strings",
  checks: [check("config", arrayOfStrings)],
};

/** `script`, `before_script`, `after_script` and hooks: commands in lists of any shape. */
export const commandList: Definition = {
  title: "commands",
  checks: [check("config", commands)],
  value: (entry) => flatten(entry.config, entry.place).map(({ value }) => toJson(value)),
};

export const hooks: Definition = {
  title: "hooks",
  checks: [check("config", [isHash, allowedKeys("pre_get_sources_script")])],
  children: { pre_get_sources_script: { is: commandList } },
};

export const stage: Definition = {
  title: "stage",
  checks: [check("config", (value) => (typeof value === "string" ? undefined : "should be a string"))],
};

export const stages: Definition = {
  title: "stages",
  checks: [check("config", nestedArrayOfStrings)],
  value: (entry) => flatten(entry.config, entry.place).map(({ value }) => toJson(value)),
};

const tagLimit = 50;

export const tags: Definition = {
  title: "tags",
  checks: [
    check("config", arrayOfStrings),
    verify("config", ({ config }) => {
      return config instanceof YamlList && new Set(config.items.map(hashKey)).size >= tagLimit
        ? `must be less than the limit of ${tagLimit} tags`
        : undefined;
    }),
  ],
};

const simpleVariable: Definition = {
  title: "simple variable",
  checks: [keyIsName(), check("config", scalar)],
  value: ({ config }) => ({ value: textOf(config) }),
};

const complexVariable: Definition = {
  title: "complex variable",
  checks: [
    keyIsName(),
    check("config_value", scalar, { optional: true, read: (entry) => entry.get("value") ?? null }),
    check("config_description", alphanumeric, {
      optional: true,
      read: (entry) => entry.get("description") ?? null,
    }),
    check("config_expand", isTrueOrFalse, { optional: true, read: (entry) => entry.get("expand") ?? null }),
    check("config_options", arrayOfStrings, {
      optional: true,
      read: (entry) => entry.get("options") ?? null,
    }),
    verify("config", onlyAllowedData),
    verify("config", valueIsAnOption),
  ],
  value: (entry) => ({
    value: textOf(entry.get("value") ?? null),
    ...(typeof entry.get("expand") === "boolean" && { raw: !entry.get("expand") }),
    ...present("description", entry),
    ...present("options", entry),
  }),
};

const unknownVariable: Definition = {
  title: "variable",
  checks: [(entry) => entry.complain(fault("variable-kind", {}))],
};

const variable: Definition = {
  title: "variable",
  choose: (config) => (isMap(config) ? complexVariable : isScalar(config) ? simpleVariable : unknownVariable),
};

/** Variables by name. The option `data` lists what a variable given as a mapping may hold. */
export const variables: Definition = {
  title: "variables",
  checks: [check("config", isHash)],
  members: () => variable,
  value: (entry) => mapChildren(entry, (data) => data),
};

/** Variables by name, each only its text. */
export const plainVariables: Definition = {
  ...variables,
  value: (entry) => mapChildren(entry, (data) => data.value),
};

function mapChildren<Value>(entry: Entry, transform: (data: VariableData) => Value): Map<string, Value> {
  const result = new Map<string, Value>();
  for (const [name, child] of entry.children) result.set(name, transform(child.value() as VariableData));
  return result;
}

function keyIsName() {
  return check("key", alphanumeric, { read: (entry) => entry.key ?? null });
}

function onlyAllowedData(entry: Entry): string | undefined {
  const allowed = entry.option("data") as readonly string[] | undefined;
  if (allowed === undefined) return "must be a string";
  const extra =
    entry.config instanceof YamlMap ? [...entry.config.entries()].map(({ key }) => textOf(key)) : [];
  const unknown = extra.filter((key) => !allowed.includes(key));
  return unknown.length > 0 ? `uses invalid data keys: ${unknown.join(", ")}` : undefined;
}

/** GitLab asks for the value in whatever stands under `options`: a text holds its parts, a mapping its keys. */
function valueIsAnOption(entry: Entry): string | undefined {
  const options = entry.get("options");
  const value = entry.get("value") ?? null;
  const isOption =
    (options instanceof YamlList && options.items.some((option) => equals(option, value))) ||
    (isText(options) && isText(value) && options.includes(value)) ||
    (isMap(options) && value instanceof SymbolValue && options.has(value.name));
  return isOption || !isPresent(options) || isBoolean(options)
    ? undefined
    : "value must be present in options";
}

function equals(option: YamlValue, value: YamlValue): boolean {
  if (option instanceof FloatValue || value instanceof FloatValue) return toJson(option) === toJson(value);
  return hashKey(option) === hashKey(value);
}

function present(keyword: string, entry: Entry): Record<string, unknown> {
  const value = entry.get(keyword);
  return value === undefined || value === null ? {} : { [keyword]: toJson(value) };
}

function isScalar(value: YamlValue): boolean {
  return (
    isTextual(value) || isInteger(value) || isBoolean(value) || value instanceof FloatValue || value === null
  );
}
