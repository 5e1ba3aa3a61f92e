import { toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { parseDuration } from "../duration.ts";
import { check, isMap, optional, present, type Rule } from "./checks.ts";
import { commandList } from "./common.ts";
import { enterpriseKeywords, isEnterprise } from "./enterprise.ts";
import type { Definition, Entry } from "./entry.ts";
import { inheritable, inheritDefaults } from "./inherit.ts";
import { checkInputDefaults, jobInputs } from "./job-inputs.ts";
import { needs } from "./needs.ts";
import { parallel } from "./parallel.ts";
import { COMMON_KEYS, commonChecks, commonChildren, commonValues, compact } from "./processable.ts";
import { release } from "./release.ts";
import {
  allowedKeys,
  arrayOfIntegersOrInteger,
  arrayOfStrings,
  artifactDuration,
  blank,
  duration,
  durationWithin,
  exclusiveKeys,
  hashOrBoolean,
  isHash,
  isString,
  keysOfVersion,
  notBlank,
  oneOf,
  regularExpression,
} from "./rules.ts";
import { checkRun } from "./run.ts";

/* A job with a script (https://docs.gitlab.com/ci/yaml/#job-keywords). */

const WHEN = ["on_success", "on_failure", "always", "manual", "delayed"];
const WEEK = 7 * 24 * 60 * 60;

const KEYS = [
  "tags",
  "script",
  "image",
  "services",
  "start_in",
  "artifacts",
  "cache",
  "dependencies",
  "before_script",
  "after_script",
  "hooks",
  "coverage",
  "retry",
  "parallel",
  "timeout",
  "release",
  "id_tokens",
  "publish",
  "pages",
  "manual_confirmation",
  "run",
  "inputs",
];

const coverage: Definition = {
  title: "coverage",
  checks: [check("config", regularExpression)],
  value: ({ config }) => String(config).slice(1, -1),
};

const allowFailure: Definition = {
  title: "allow failure",
  checks: [
    check("config", [hashOrBoolean, allowedKeys("exit_codes")]),
    optional("exit_codes", arrayOfIntegersOrInteger),
  ],
  value: (entry) => {
    if (!(entry.config instanceof YamlMap)) return entry.config;
    const codes = entry.get("exit_codes");
    const value = toJson(entry.config) as Record<string, unknown>;
    return present(codes) ? { ...value, exit_codes: [toJson(codes!)].flat() } : value;
  },
};

const publish: Definition = { title: "publish", checks: [check("config", isString)] };

const pages: Definition = {
  title: "pages",
  checks: [
    check("config", [hashOrBoolean, keysOfVersion("pages", "path_prefix", "expire_in", "publish")]),
    optional("path_prefix", isString),
    optional("expire_in", (value, entry) => (isVariable(value) ? undefined : artifactDuration(value, entry))),
    optional("publish", isString),
  ],
};

/** All that a job with a script can hold, in the Enterprise edition. */
export const JOB_KEYWORDS: readonly string[] = [...KEYS, ...COMMON_KEYS, ...Object.keys(enterpriseKeywords)];

/** `expire_in` of a Pages site may hold variables (17.11). */
function isVariable(value: YamlValue): boolean {
  return typeof value === "string" && /[$%]/.test(value);
}

const fossKeys = keysOfVersion("job", ...KEYS, ...COMMON_KEYS);
const enterpriseKeys = keysOfVersion("job", ...KEYS, ...COMMON_KEYS, ...Object.keys(enterpriseKeywords));

function knownKeys(value: YamlValue, entry: Entry): ReturnType<Rule> {
  return (isEnterprise(entry) ? enterpriseKeys : fossKeys)(value, entry);
}

const isDelayed = (entry: Entry) => entry.get("when") === "delayed";

export const job: Definition = {
  title: "job",
  checks: [
    ...commonChecks,
    check("config", [
      knownKeys,
      exclusiveKeys("script", "run"),
      exclusiveKeys("before_script", "run"),
      exclusiveKeys("after_script", "run"),
    ]),
    check("script", notBlank, { when: (entry) => isMap(entry.config) && !entry.has("run") }),
    optional("when", isString, oneOf(WHEN, `should be one of: ${WHEN.join(", ")}`)),
    checkRun,
    optional("dependencies", arrayOfStrings),
    optional("allow_failure", hashOrBoolean),
    optional("manual_confirmation", isString),
    check("start_in", [duration, durationWithin(WEEK)], { when: isDelayed }),
    check("start_in", blank, { when: (entry) => entry.has("rules") || !isDelayed(entry) }),
    check("publish", (value) => (present(value) ? "can only be used within a `pages` job" : undefined), {
      when: (entry) => !isPagesJob(entry),
    }),
  ],
  composedChecks: [checkDependencies, checkInputDefaults],
  children: {
    ...commonChildren,
    ...inheritable,
    ...enterpriseKeywords,
    script: { is: commandList },
    needs: { is: needs, options: { needs: ["job", "cross_dependency"] } },
    coverage: { is: coverage },
    release: { is: release },
    parallel: { is: parallel },
    allow_failure: { is: allowFailure },
    publish: { is: publish },
    pages: { is: pages },
    inputs: { is: jobInputs },
  },
  inherit: (entry, root) => inheritDefaults(entry, root, [...Object.keys(inheritable), "identity"]),
};

/** A mapping that lacks what would make it a job: what stands in it can be judged all the same. */
export const partialJob: Definition = {
  ...job,
  checks: [check("config", [isHash, knownKeys])],
  composedChecks: [],
};

/** What a job comes to, in GitLab's names. */
export function jobValues(entry: Entry, root: Entry): Record<string, unknown> {
  const failure = entry.childSpecified("allow_failure") ? entry.childValue("allow_failure") : undefined;
  const hasCriteria = typeof failure === "object";
  const needsDefined = entry.childSpecified("needs");
  return compact({
    ...commonValues(entry, root),
    before_script: entry.childValue("before_script"),
    script: entry.childValue("script"),
    image: entry.childValue("image"),
    services: entry.childValue("services"),
    cache: entry.childValue("cache"),
    tags: entry.childValue("tags"),
    when: toJson(entry.get("when") ?? null) ?? "on_success",
    start_in: toJson(entry.get("start_in") ?? null),
    dependencies: toJson(entry.get("dependencies") ?? null),
    coverage: entry.childValue("coverage"),
    retry: entry.childValue("retry"),
    parallel: entry.childValue("parallel"),
    timeout: parseDuration(String(toJson(entry.get("timeout") ?? null) ?? "")),
    artifacts: withPages(entry, entry.childValue("artifacts")),
    release: entry.childValue("release"),
    after_script: entry.childValue("after_script"),
    hooks: entry.childValue("hooks"),
    allow_failure: failure === undefined ? entry.get("when") === "manual" : hasCriteria ? false : failure,
    allow_failure_criteria: hasCriteria ? failure : undefined,
    needs: needsDefined ? entry.childValue("needs") : undefined,
    scheduling_type: needsDefined ? "dag" : "stage",
    id_tokens: entry.childValue("id_tokens"),
    publish: toJson(entry.get("publish") ?? null),
    pages: toJson(entry.get("pages") ?? null),
    manual_confirmation: toJson(entry.get("manual_confirmation") ?? null),
    run: toJson(entry.get("run") ?? null),
    inputs: entry.childValue("inputs"),
    secrets: entry.childValue("secrets"),
    dast_configuration: entry.childValue("dast_configuration"),
    identity: entry.childValue("identity"),
  });
}

/** Whether the job publishes a Pages site: it says so, or has the name that once meant it. */
function isPagesJob(entry: Entry): boolean {
  return present(entry.get("pages")) || (entry.key === "pages" && entry.get("pages") !== false);
}

/** GitLab adds the published folder to the artifacts of a Pages job. */
function withPages(entry: Entry, artifacts: unknown): unknown {
  if (!isPagesJob(entry)) return artifacts;
  const settings = entry.get("pages");
  const folder =
    (settings instanceof YamlMap ? settings.get("publish") : undefined) ?? entry.get("publish") ?? "public";
  const given = (artifacts ?? {}) as Record<string, unknown>;
  const paths = (given.paths ?? []) as unknown[];
  return paths.includes(folder) ? given : { ...given, paths: [...paths, folder] };
}

function checkDependencies(entry: Entry): void {
  const dependencies = toJson(entry.get("dependencies") ?? null);
  const list = entry.childValue("needs") as
    | { job?: { name: string }[]; cross_dependency?: unknown[] }
    | undefined;
  if (!Array.isArray(dependencies) || dependencies.length === 0 || !list || Object.keys(list).length === 0)
    return;
  if (list.job === undefined && list.cross_dependency) {
    entry.report("needs", "corresponding to dependencies must be from the same pipeline");
    return;
  }
  const names = (list.job ?? []).map((need) => need.name);
  const missing = dependencies.filter((name) => !names.includes(name as string));
  if (missing.length > 0) entry.report("dependencies", `the ${missing.join(", ")} should be part of needs`);
}
