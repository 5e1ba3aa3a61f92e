import { FloatValue, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { keysInOrder, textOf } from "../ruby-text.ts";
import { check, isInteger, isMap, isTextual, unknownForm, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import { allowedKeys, arrayOfHashes, atLeast, integerBetween, isHash, requiredKeys } from "./rules.ts";

/* `parallel` (https://docs.gitlab.com/ci/yaml/#parallel), for jobs and for the jobs that are needed. */

const LIMIT = 200;

const matrixVariables: Definition = {
  title: "variables",
  checks: [
    check("config", (value) =>
      isTable(value) ? undefined : "should be a hash of key value pairs, value can be an array",
    ),
    check("config", atLeast(1, "requires at least 1 items")),
  ],
  value: ({ config }) => {
    const result = new Map<string, string[]>();
    for (const key of keysInOrder(config as YamlMap))
      result.set(textOf(key), listOfTexts((config as YamlMap).get(key)!));
    return result;
  },
};

const matrix: Definition = {
  title: "matrix",
  checks: [check("config", arrayOfHashes)],
  composedChecks: [verify("config", notTooManyJobs)],
  items: matrixVariables,
};

const numbered: Definition = {
  title: "parallel builds",
  checks: [check("config", integerBetween(1, LIMIT)), verify("config", strategyAllowed("numeric"))],
  value: ({ config }) => ({ number: Number(config instanceof FloatValue ? config.value : config) }),
};

const byMatrix: Definition = {
  title: "matrix builds",
  checks: [
    check("config", isHash),
    check("config", [allowedKeys("matrix"), requiredKeys("matrix")]),
    verify("config", strategyAllowed("matrix")),
  ],
  children: { matrix: { is: matrix } },
};

/** How often a job runs. The option `strategies` limits the ways: `numeric`, `matrix`. */
export const parallel: Definition = {
  title: "parallel",
  choose: (config) => {
    if (isInteger(config) || config instanceof FloatValue) return numbered;
    return isMap(config) ? byMatrix : unknownForm("parallel", "should be an integer or a hash");
  },
};

function strategyAllowed(strategy: string) {
  const shown = strategy === "numeric" ? "<number>" : "matrix";
  return (entry: Entry): string | undefined => {
    const allowed = entry.option("strategies") as readonly string[] | undefined;
    return allowed && !allowed.includes(strategy) ? `cannot use "parallel: ${shown}".` : undefined;
  };
}

/** A mapping of names to values or lists of values. An empty list makes no job at all. */
function isTable(value: YamlValue): boolean {
  if (!(value instanceof YamlMap)) return false;
  for (const { key, value: each } of value.entries()) {
    if (!isAlphanumeric(key) || each === null) return false;
    const values = each instanceof YamlList ? each.items : [each];
    if (!values.every(isAlphanumeric)) return false;
  }
  return true;
}

function isAlphanumeric(value: YamlValue): boolean {
  return isTextual(value) || isInteger(value);
}

function listOfTexts(value: YamlValue): string[] {
  return value instanceof YamlList ? value.items.map((item) => textOf(item)) : [textOf(value)];
}

/** GitLab counts also what the variables of a wrong table would make. */
function notTooManyJobs(entry: Entry): string | undefined {
  let total = 0;
  for (const { config } of entry.items) {
    if (!(config instanceof YamlMap)) continue;
    total += [...config.entries()].reduce((product, { value }) => product * countOf(value), 1);
  }
  return total > LIMIT ? `generates too many jobs (maximum is ${LIMIT})` : undefined;
}

function countOf(value: YamlValue): number {
  if (value === null) return 0;
  return value instanceof YamlList || value instanceof YamlMap ? value.size : 1;
}
