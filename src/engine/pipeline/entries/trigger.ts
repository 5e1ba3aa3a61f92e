import { isKnownTo } from "../../version/index.ts";
import { toJson, YamlList } from "../../yaml/index.ts";
import { check, isMap, isText, optional, present, type Rule, unknownForm, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import { includeRules } from "./rule-clauses.ts";
import {
  allowedKeys,
  arrayOfHashes,
  arrayOrString,
  hashOrString,
  isHash,
  isString,
  isTrueOrFalse,
  keysOfVersion,
  notBlank,
  oneOf,
  versionOf,
} from "./rules.ts";

/* `trigger` (https://docs.gitlab.com/ci/yaml/#trigger), and `include` where GitLab still sees it. */

const CHILD_INCLUDES = 3;
const STRATEGIES = oneOf(["depend", "mirror"], "should be depend or mirror");
const OLD_STRATEGIES = oneOf(["depend"], "should be depend");
const STRATEGY: Rule = (value, entry) =>
  (isKnownTo(versionOf(entry), "trigger:strategy:mirror") ? STRATEGIES : OLD_STRATEGIES)(value, entry);

const include: Definition = {
  title: "include",
  checks: [
    check("config", hashOrString),
    check(
      "config",
      allowedKeys(
        "local",
        "file",
        "remote",
        "project",
        "ref",
        "integrity",
        "template",
        "component",
        "artifact",
        "inputs",
        "job",
        "rules",
      ),
    ),
    verify("config", fileIsNamed),
    checkIntegrity,
    verify("config", jobIsNamed),
    optional("rules", arrayOfHashes),
  ],
  children: { rules: { is: includeRules, options: { manyPaths: true } } },
};

/** The files that are included. The option `most` limits how many there may be. */
export const includes: Definition = {
  title: "includes",
  checks: [
    check("config", arrayOrString),
    verify("config", (entry) => {
      const most = entry.option("most");
      if (typeof most !== "number" || !(entry.config instanceof YamlList) || entry.config.size <= most) {
        return undefined;
      }
      return `is too long (maximum is ${most})`;
    }),
  ],
  items: include,
};

const forward: Definition = {
  title: "forward",
  checks: [
    check("config", allowedKeys("yaml_variables", "pipeline_variables")),
    optional("yaml_variables", isTrueOrFalse),
    optional("pipeline_variables", isTrueOrFalse),
  ],
};

const simple: Definition = {
  title: "simple trigger",
  checks: [check("config", notBlank)],
  value: ({ config }) => ({ project: config }),
};

const crossProject: Definition = {
  title: "cross project trigger",
  checks: [
    check("config", [
      notBlank,
      keysOfVersion("trigger", "project", "branch", "strategy", "forward", "inputs"),
    ]),
    check("project", [isString, notBlank]),
    optional("branch", isString),
    optional("strategy", isString, STRATEGY),
    optional("inputs", isHash),
  ],
  children: { forward: { is: forward } },
  value: (entry) => ({
    ...given(entry, "project", "branch", "strategy", "inputs"),
    ...(entry.childSpecified("forward") && { forward: entry.childValue("forward") }),
  }),
};

const sameProject: Definition = {
  title: "same project trigger",
  checks: [
    check("config", [notBlank, allowedKeys("strategy", "include", "forward")]),
    optional("strategy", isString, STRATEGY),
  ],
  children: { include: { is: includes, options: { most: CHILD_INCLUDES } }, forward: { is: forward } },
  value: (entry) => ({
    ...given(entry, "include", "strategy"),
    ...(entry.childSpecified("forward") && { forward: entry.childValue("forward") }),
  }),
};

export const trigger: Definition = {
  title: "trigger",
  choose: (config) => {
    if (isText(config)) return simple;
    if (!isMap(config)) return unknownForm("trigger", "has to be either a string or a hash");
    return config.has("include") ? sameProject : crossProject;
  },
};

function given(entry: Entry, ...keywords: readonly string[]): Record<string, unknown> {
  const pairs = keywords.map((keyword) => [keyword, toJson(entry.get(keyword) ?? null)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null));
}

const isTrue = (entry: Entry, keyword: string) =>
  ![undefined, null, false].includes(entry.get(keyword) as never);

function fileIsNamed(entry: Entry): string | undefined {
  if (!isTrue(entry, "project") || present(entry.get("file"))) return undefined;
  return "must specify the file where to fetch the config from";
}

function jobIsNamed(entry: Entry): string | undefined {
  if (!isTrue(entry, "artifact") || present(entry.get("job"))) return undefined;
  return "must specify the job where to fetch the artifact from";
}

function checkIntegrity(entry: Entry): void {
  if (!isTrue(entry, "integrity")) return;
  if (!present(entry.get("remote")))
    entry.report("config", "integrity can only be specified for remote includes");
  const integrity = entry.get("integrity");
  if (!isText(integrity) || !integrity.startsWith("sha256-")) {
    entry.report("config", "integrity hash must start with 'sha256-'");
  } else if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(integrity.slice(7))) {
    entry.report("config", "integrity hash must be base64 encoded");
  }
}
