import { fault } from "../../problem/index.ts";
import { isKnownTo } from "../../version/index.ts";
import { toJson, YamlList, type YamlValue } from "../../yaml/index.ts";
import { rubyPatternProblem } from "../events/ruby-pattern.ts";
import { check, isList, isMap, isText, optional, present, unknownForm } from "./checks.ts";
import { plainVariables } from "./common.ts";
import type { Definition, Entry } from "./entry.ts";
import { needs } from "./needs.ts";
import {
  allowedKeys,
  arrayOfStrings,
  atMost,
  disallowedKeys,
  duration,
  durationWithin,
  exactlyOneKey,
  expression,
  isArray,
  isHash,
  isString,
  isTrueOrFalse,
  keysOf,
  keysOfVersion,
  knownValue,
  notBlank,
  oneOf,
  requiredKeys,
  versionOf,
} from "./rules.ts";

/* The rules of jobs, workflows and includes (https://docs.gitlab.com/ci/yaml/#rules). */

const WEEK_IN_SECONDS = 7 * 24 * 60 * 60;
const MANY = "has too many entries (maximum 50)";
const TOO_MANY = atMost(50, MANY);

/** `regexp` beside `paths` came with 19.2, in `changes` and in `exists`. */
const hasRegexps = (entry: Entry) => isKnownTo(versionOf(entry), "rules:changes:regexp");
const LONGEST_REGEXP = 255;
const regexpChecks = [
  optional("regexp", isString, (value) => (isText(value) ? regexpProblem(value) : undefined)),
];

function regexpProblem(source: string) {
  if (source.length > LONGEST_REGEXP)
    return fault("value-out-of-bounds", { says: `is too long (maximum is ${LONGEST_REGEXP} characters)` });
  const problem = rubyPatternProblem(source);
  return problem === undefined
    ? undefined
    : fault("value-malformed", { says: `is invalid: ${problem}: /${source}/` });
}

const simpleChanges: Definition = {
  title: "simple changes",
  checks: [check("config", [arrayOfStrings, TOO_MANY])],
  value: ({ config }) => ({ paths: toJson(config) }),
};

const complexChanges: Definition = {
  title: "complex changes",
  checks: [
    check("config", keysOfVersion("rules:changes", "paths", "regexp", "compare_to")),
    check("config", requiredKeys("paths"), { when: (entry) => !hasRegexps(entry) }),
    check("config", exactlyOneKey("paths", "regexp"), { when: hasRegexps }),
    check("paths", [arrayOfStrings, (value, entry) => (value === null ? MANY : TOO_MANY(value, entry))], {
      when: (entry) => entry.has("paths") || !hasRegexps(entry),
    }),
    optional("compare_to", isString),
    ...regexpChecks,
  ],
};

const changes: Definition = {
  title: "changes",
  choose: (config) => {
    if (isList(config)) return simpleChanges;
    return isMap(config) ? complexChanges : unknownForm("changes", "should be an array or a hash");
  },
};

const simpleExists: Definition = {
  title: "simple exists",
  checks: [
    check("config", arrayOfStrings, { when: ({ config }) => isList(config) }),
    check("config", TOO_MANY, { when: (entry) => isList(entry.config) && !entry.option("manyPaths") }),
  ],
  value: ({ config }) => ({ paths: listed(config) }),
};

const complexExists: Definition = {
  title: "complex exists",
  checks: [
    check("config", keysOfVersion("rules:exists", "paths", "regexp", "project", "ref")),
    check("config", requiredKeys("paths"), { when: (entry) => !hasRegexps(entry) }),
    check("config", exactlyOneKey("paths", "regexp"), { when: hasRegexps }),
    ...regexpChecks,
    check("config", requiredKeys("project"), { when: (entry) => (entry.get("ref") ?? null) !== null }),
    optional("paths", arrayOfStrings, TOO_MANY),
    optional("project", isString),
    optional("ref", isString),
  ],
  value: (entry) =>
    compact({
      ...(toJson(entry.config) as object),
      ...((entry.has("paths") || !entry.has("regexp")) && { paths: listed(entry.get("paths") ?? null) }),
    }),
};

const exists: Definition = {
  title: "exists",
  choose: (config) => {
    if (isText(config) || isList(config) || !present(config)) return simpleExists;
    return isMap(config)
      ? complexExists
      : unknownForm("exists", "should be a string, an array of strings, or a hash");
  },
};

const AUTO_CANCEL_ON_NEW_COMMIT = ["conservative", "interruptible", "none"];
const AUTO_CANCEL_ON_JOB_FAILURE = ["none", "all"];

export const autoCancel: Definition = {
  title: "auto cancel",
  checks: [
    check("config", [isHash, allowedKeys("on_new_commit", "on_job_failure")]),
    optional(
      "on_new_commit",
      isString,
      oneOf(AUTO_CANCEL_ON_NEW_COMMIT, `must be one of: ${AUTO_CANCEL_ON_NEW_COMMIT.join(", ")}`),
    ),
    optional(
      "on_job_failure",
      isString,
      oneOf(AUTO_CANCEL_ON_JOB_FAILURE, `must be one of: ${AUTO_CANCEL_ON_JOB_FAILURE.join(", ")}`),
    ),
  ],
};

const isDelayed = (entry: Entry) => entry.get("when") === "delayed";

/** One rule of a job or a workflow. The options `when` and `keys` list what it may say. */
const rule: Definition = {
  title: "rule",
  checks: [
    check("config", [notBlank, isHash]),
    check("config", disallowedKeys(["start_in"]), { when: (entry) => !isDelayed(entry) }),
    check("start_in", [notBlank, duration, durationWithin(WEEK_IN_SECONDS)], { when: isDelayed }),
    optional("if", expression),
    optional("allow_failure", isTrueOrFalse),
    optional("interruptible", isTrueOrFalse),
    optional("when", (value, entry) => knownValue(entry.option("when") as string[])(value, entry)),
    check("config", (value, entry) => allowedKeys(...(entry.option("keys") as string[]))(value, entry)),
  ],
  children: {
    changes: { is: changes },
    exists: { is: exists },
    variables: { is: plainVariables, options: { data: undefined } },
    needs: { is: needs, options: { needs: ["job"] } },
    auto_cancel: { is: autoCancel },
  },
  value: ruleValue,
};

/** A list of rules, of which some may be lists of rules themselves. */
export const rules: Definition = {
  title: "rules",
  checks: [check("config", [notBlank, isArray])],
  items: rule,
};

/** One rule of an include. */
const includeRule: Definition = {
  title: "rule",
  checks: [
    check("config", [notBlank, isHash, allowedKeys("if", "exists", "when", "changes")]),
    optional("if", expression),
    optional("when", knownValue(["never", "always"])),
  ],
  children: { changes: { is: changes }, exists: { is: exists } },
  value: ruleValue,
};

export const includeRules: Definition = {
  title: "rules",
  checks: [check("config", [notBlank, isArray])],
  items: includeRule,
};

function ruleValue(entry: Entry): unknown {
  const result: Record<string, unknown> = { ...(toJson(entry.config) as object) };
  for (const [keyword] of Object.entries(entry.definition.children ?? {})) {
    if (keysOf(entry.config).includes(keyword)) {
      result[keyword] = entry.childSpecified(keyword) ? entry.childValue(keyword) : undefined;
    }
  }
  return compact(result);
}

/** Ruby's `Array()`. */
function listed(value: YamlValue): unknown[] {
  if (value === null || (isMap(value) && value.size === 0)) return [];
  return value instanceof YamlList ? (toJson(value) as unknown[]) : [toJson(value)];
}

function compact(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== null && value !== undefined),
  );
}
