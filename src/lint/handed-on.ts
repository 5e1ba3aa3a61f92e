import { type Entry, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import { keyText } from "./blocks.ts";
import type { LintFile } from "./file.ts";
import { itemsOf } from "./jobs.ts";

/** A value that GitLab hands on as text: of a variable, of an include's input, of a matrix. */
export interface HandedOn {
  /** What gets it, such as `variable "PYTHON"`. */
  readonly name: string;
  readonly entry: Entry;
  /** True where a boolean may be meant: `yes` for an input of that type. */
  readonly takesBooleans: boolean;
}

/** Lists the values of a file that become text. Those of an input's contract are not among them. */
export function textsToHandOn(file: LintFile): HandedOn[] {
  const { body, jobs } = file;
  if (body === undefined) return [];
  const maps = jobs.map(({ map }) => map);
  const ruled = [...maps, ...maybe(body.get("workflow")), ...maybe(body.get("default"))];
  const rules = ruled.flatMap((owner) => itemsOf(owner.entry("rules")).flatMap(({ value }) => maybe(value)));
  const triggers = maps.flatMap((job) => maybe(job.get("trigger")));
  const includes = [body, ...triggers].flatMap((owner) =>
    itemsOf(owner.entry("include")).flatMap(({ value }) => maybe(value)),
  );
  return [
    ...[body, ...maps, ...rules].flatMap((owner) => variablesOf(owner)),
    ...[...includes, ...triggers].flatMap((owner) => below(owner, "inputs", "input", true)),
    ...includes.flatMap((include) => named(include, "ref")),
    ...maps.flatMap((job) => matrixOf(job)),
  ];
}

function maybe(value: YamlValue | undefined): YamlMap[] {
  return value instanceof YamlMap ? [value] : [];
}

/** A variable may be a mapping with a value, and options of which it is one. */
function variablesOf(owner: YamlMap): HandedOn[] {
  return below(owner, "variables", "variable", false).flatMap((variable) => {
    const { value } = variable.entry;
    if (!(value instanceof YamlMap)) return [variable];
    return ["value", "options"].flatMap((key) => {
      const entry = value.entry(key);
      return entry === undefined ? [] : [{ ...variable, entry }];
    });
  });
}

function below(owner: YamlMap, key: string, what: string, takesBooleans: boolean): HandedOn[] {
  return maybe(owner.get(key)).flatMap((map) =>
    [...map.entries()].map((entry) => ({ name: `${what} "${keyText(entry)}"`, entry, takesBooleans })),
  );
}

function named(owner: YamlMap, key: string): HandedOn[] {
  const entry = owner.entry(key);
  return entry === undefined ? [] : [{ name: `"${key}"`, entry, takesBooleans: false }];
}

function matrixOf(job: YamlMap): HandedOn[] {
  const rows = maybe(job.get("parallel")).flatMap((parallel) => itemsOf(parallel.entry("matrix")));
  return rows.flatMap(({ value }) =>
    maybe(value).flatMap((row) =>
      [...row.entries()].map((entry) => ({
        name: `variable "${keyText(entry)}" of the matrix`,
        entry,
        takesBooleans: false,
      })),
    ),
  );
}
