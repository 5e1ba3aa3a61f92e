import { namesBelow, sinceOf, untilOf } from "../engine/version/index.ts";
import { type Entry, YamlList, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import { includesOf } from "./includes.ts";
import type { InputDeclaration } from "./inputs.ts";
import { itemsOf, type Job } from "./jobs.ts";
import type { At } from "./rule.ts";

/** Something that GitLab has not always known. */
export interface Feature {
  readonly name: string;
  /** The version that brought it, without a flag or with one that is on by default. */
  readonly since: string | undefined;
  /** The version that took it away. */
  readonly until?: string | undefined;
  readonly at: At | undefined;
}

/** A feature that is used at a place, by its row in the table; none where there is no such row. */
function feature(row: string, at: At | undefined, name = row.replace(/^job:/, "")): Feature[] {
  const [since, until] = [sinceOf(row), untilOf(row)];
  return since === undefined && until === undefined ? [] : [{ name, since, until, at }];
}

/** The keys of a mapping that have rows below a path. */
function keysBelow(map: YamlMap | undefined, path: string): Feature[] {
  return namesBelow(path).flatMap((key) => {
    const entry = map?.entry(key);
    return entry ? feature(`${path}:${key}`, entry.keyPlace) : [];
  });
}

/** Keys further down in a job that have rows; `*` is any key or item, and no part of the row's name. */
const NESTED_KEYS: readonly string[] = [
  "artifacts:access",
  "image:kubernetes",
  "services:*:kubernetes",
  "pages:path_prefix",
  "pages:expire_in",
  "pages:publish",
  "environment:kubernetes:agent",
  "environment:kubernetes:flux_resource_path",
  "environment:kubernetes:dashboard",
  "secrets:*:gitlab_secrets_manager",
];

/** The entries at a path below a value. */
function entriesAt(value: YamlValue, [first, ...rest]: readonly string[]): Entry[] {
  if (value instanceof YamlList) {
    return first === "*" ? value.items.flatMap((item) => entriesAt(item, rest)) : [];
  }
  if (!(value instanceof YamlMap) || first === undefined) return [];
  const named = value.entry(first);
  const entries = first === "*" ? [...value.entries()] : named ? [named] : [];
  return rest.length === 0 ? entries : entries.flatMap((entry) => entriesAt(entry.value, rest));
}

/** Lists the features of a file that not every GitLab knows. When each came is in the table of the room `version`. */
export function featuresOf(file: LintFile): Feature[] {
  return [
    ...headerFeatures(file),
    ...blockFeatures(file),
    ...includeFeatures(file),
    ...jobFeatures(file),
    ...variableFeatures(file),
  ];
}

function headerFeatures(file: LintFile): Feature[] {
  return [
    ...keysBelow(file.spec, "spec"),
    ...file.inputs.flatMap((input) => [
      ...namesBelow("spec:inputs").flatMap((key) => {
        const entry = input.entry(key);
        return entry ? feature(`spec:inputs:${key}`, entry.keyPlace) : [];
      }),
      ...arrayFeatures(input),
    ]),
  ];
}

function arrayFeatures(input: InputDeclaration): Feature[] {
  if (input.type !== "array") return [];
  const options = input.entry("options");
  return [
    ...feature("spec:inputs:type:array", input.entry("type")?.keyPlace, "an array input"),
    ...(options ? feature("spec:inputs:options:array", options.keyPlace, "options of an array input") : []),
  ];
}

function blockFeatures(file: LintFile): Feature[] {
  return file.blocks.flatMap((block) => [
    ...block.functions.flatMap(({ name }) => feature(`function:${name}`, block.place, `function ${name}`)),
    ...(/^inputs\.[^|]*\[/.test(block.expression)
      ? feature("block:items", block.place, "access to an array's items")
      : []),
  ]);
}

function includeFeatures(file: LintFile): Feature[] {
  return includesOf(file).flatMap(({ kind, value, map, at }) => [
    ...(kind === "component" ? feature("include:component", at) : []),
    ...(kind === "template" ? feature(`include:template:${value}`, at, `template ${value}`) : []),
    ...["integrity", "cache"].flatMap((key) => {
      const entry = map?.entry(key);
      return entry ? feature(`include:${key}`, entry.keyPlace) : [];
    }),
  ]);
}

function jobFeatures(file: LintFile): Feature[] {
  return file.jobs.flatMap((job) => [
    ...keysBelow(job.map, "job"),
    ...NESTED_KEYS.flatMap((path) =>
      entriesAt(job.map, path.split(":")).flatMap((entry) => feature(path.replace(":*", ""), entry.keyPlace)),
    ),
    ...triggerFeatures(job),
    ...valueFeatures(job),
    ...matrixFeatures(job, file),
  ]);
}

function triggerFeatures(job: Job): Feature[] {
  const trigger = job.map.get("trigger");
  if (!(trigger instanceof YamlMap)) return [];
  const strategy = trigger.entry("strategy");
  const included = itemsOf(trigger.entry("include")).flatMap(({ value }) =>
    value instanceof YamlMap ? keysBelow(value, "trigger:include") : [],
  );
  return [
    ...keysBelow(trigger, "trigger"),
    ...included,
    ...(strategy?.value === "mirror"
      ? feature("trigger:strategy:mirror", strategy.valuePlace, "trigger:strategy: mirror")
      : []),
  ];
}

function matrixFeatures(job: Job, file: LintFile): Feature[] {
  const parallel = job.map.get("parallel");
  const matrix = parallel instanceof YamlMap ? parallel.entry("matrix") : undefined;
  const block = file.blocks.find((each) => each.context === "matrix" && each.node.path[0] === job.name);
  return matrix?.value instanceof YamlList && block
    ? feature("block:matrix", block.place, "$[[ matrix.… ]]")
    : [];
}

/** Values that came later than their keywords. */
function valueFeatures(job: Job): Feature[] {
  const retry = job.map.get("retry");
  const reasons = retry instanceof YamlMap ? itemsOf(retry.entry("when")) : [];
  const artifacts = job.map.get("artifacts");
  const access = artifacts instanceof YamlMap ? artifacts.entry("access") : undefined;
  const reports = artifacts instanceof YamlMap ? artifacts.get("reports") : undefined;
  const caches = itemsOf(job.entry("cache")).map(({ value }) =>
    value instanceof YamlMap ? value.get("key") : undefined,
  );
  const rules = itemsOf(job.entry("rules")).map(({ value }) => value);
  return [
    ...reasons.flatMap(({ value, place }) =>
      feature(`retry:when:${String(value)}`, place, `retry:when: ${String(value)}`),
    ),
    ...(typeof access?.value === "string"
      ? feature(`artifacts:access:${access.value}`, access.valuePlace, `artifacts:access: ${access.value}`)
      : []),
    ...keysBelow(reports instanceof YamlMap ? reports : undefined, "artifacts:reports"),
    ...caches.flatMap((key) => {
      const files = key instanceof YamlMap ? key.entry("files") : undefined;
      const isLong = files?.value instanceof YamlList && files.value.size > 2;
      return isLong ? feature("cache:key:files:10", files.keyPlace, "more than 2 cache:key:files") : [];
    }),
    ...rules.flatMap((rule) =>
      ["changes", "exists"].flatMap((keyword) => {
        const clause = rule instanceof YamlMap ? rule.get(keyword) : undefined;
        return keysBelow(clause instanceof YamlMap ? clause : undefined, `rules:${keyword}`);
      }),
    ),
  ];
}

/** Predefined variables that a text reads, unless it says what is to be taken where there is none: `${NAME:-0}`. */
function variableFeatures(file: LintFile): Feature[] {
  const names = namesBelow("variable");
  return file.nodes.flatMap(({ value, isKey, place }) => {
    if (isKey || !value.includes("$")) return [];
    return names.flatMap((name) =>
      new RegExp(`\\$(?:${name}\\b|\\{${name}\\b(?!:?-))`).test(value)
        ? feature(`variable:${name}`, place, `variable ${name}`)
        : [],
    );
  });
}
