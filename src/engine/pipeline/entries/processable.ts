import { fault } from "../../problem/index.ts";
import { toJson, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { type Check, check, isText, must, optional } from "./checks.ts";
import { boolean, stage, variables } from "./common.ts";
import type { Child, Entry } from "./entry.ts";
import { environment } from "./environment.ts";
import { inherit } from "./inherit.ts";
import { DEFAULT_ONLY, policy } from "./policy.ts";
import { rules } from "./rule-clauses.ts";
import {
  arrayOfStringsOrString,
  atMost,
  disallowedKeys,
  exclusiveKeys,
  isHash,
  isString,
  nestedArrayOfHashes,
  notBlank,
} from "./rules.ts";

/* What jobs and trigger jobs have in common. */

export const COMMON_KEYS = [
  "extends",
  "stage",
  "only",
  "except",
  "rules",
  "variables",
  "inherit",
  "allow_failure",
  "when",
  "needs",
  "resource_group",
  "environment",
  "interruptible",
];

const RULE_WHEN = ["on_success", "on_failure", "always", "never", "manual", "delayed"];
const RULE_KEYS = [
  "if",
  "changes",
  "exists",
  "when",
  "start_in",
  "allow_failure",
  "variables",
  "needs",
  "interruptible",
];

const nameOf = (entry: Entry): YamlValue => entry.key ?? null;
const nameIsText = must(isText, fault("job-name-kind", { expected: "should be a symbol" }));

export const commonChecks: readonly Check[] = [
  check("config", [isHash, notBlank]),
  check(
    "name",
    [
      must((name) => name !== "" && name !== null, fault("job-name-kind", { expected: "can't be blank" })),
      nameIsText,
    ],
    {
      read: nameOf,
    },
  ),
  check("name", atMost(255, "is too long (maximum is 255 characters)"), { read: nameOf }),
  check("config", [exclusiveKeys("script", "trigger"), exclusiveKeys("run", "trigger")]),
  check("config", disallowedKeys(["only", "except", "start_in"], "keys-beside-rules"), {
    when: (entry) => (entry.get("rules") ?? null) !== null,
  }),
  optional("extends", arrayOfStringsOrString),
  optional("rules", nestedArrayOfHashes),
  optional("resource_group", isString),
];

export const commonChildren: Readonly<Record<string, Child>> = {
  stage: { is: stage },
  only: { is: policy },
  except: { is: policy },
  rules: { is: rules, options: { when: RULE_WHEN, keys: RULE_KEYS } },
  variables: { is: variables, options: { data: ["value", "expand"] } },
  inherit: { is: inherit },
  environment: { is: environment },
  interruptible: { is: boolean },
};

/** The stage of a job that names none. */
const DEFAULT_STAGE = "test";
const NO_VARIABLES: ReadonlyMap<string, unknown> = new Map();

/** The values that jobs and trigger jobs share, in GitLab's names; null and undefined are left out by the caller. */
export function commonValues(entry: Entry, root: Entry): Record<string, unknown> {
  const environmentValue = entry.childSpecified("environment") ? entry.childValue("environment") : undefined;
  return {
    stage: entry.childValue("stage") ?? DEFAULT_STAGE,
    extends: toJson(entry.get("extends") ?? null),
    rules: entry.childValue("rules"),
    job_variables: entry.childValue("variables") ?? NO_VARIABLES,
    root_variables_inheritance:
      (entry.children.get("inherit")?.value() as { variables?: unknown })?.variables ?? true,
    only: entry.childValue("only") ?? (usesOnly(entry, root) ? DEFAULT_ONLY : undefined),
    except: entry.childValue("except"),
    environment: environmentValue,
    environment_name: (environmentValue as { name?: unknown } | undefined)?.name,
    resource_group: toJson(entry.get("resource_group") ?? null),
    interruptible: entry.childSpecified("interruptible") ? entry.childValue("interruptible") : undefined,
  };
}

/** `only` has a default where neither the job nor the workflow has rules. */
function usesOnly(entry: Entry, root: Entry): boolean {
  return !entry.has("rules") && !workflowHasRules(root);
}

/** Whether `workflow:rules` is written. */
export function workflowHasRules(root: Entry): boolean {
  const workflow = root.get("workflow");
  return workflow instanceof YamlMap && workflow.has("rules");
}

const DOUBLE_PIPELINES =
  "may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - " +
  "read more: https://docs.gitlab.com/ee/ci/jobs/job_troubleshooting.html#job-may-allow-multiple-pipelines-to-run-for-a-single-action-warning";

/** GitLab's warning of a job whose last rule lets it into branch and merge request pipelines alike. */
export function warningOf(entry: Entry): string | undefined {
  const written = entry.get("rules");
  if (!(written instanceof YamlList)) return undefined;
  const lastWritten = written.items.at(-1);
  if (lastWritten instanceof YamlMap && (lastWritten.get("if") ?? null) !== null) return undefined;
  const list = entry.childValue("rules") as Record<string, unknown>[] | undefined;
  const last = list?.at(-1);
  if (last === undefined || last === null || last.when === "never") return undefined;
  const keys = Object.keys(last);
  return keys.length === 1 && keys[0] === "when" ? `${entry.location()} ${DOUBLE_PIPELINES}` : undefined;
}

/** Null and undefined left out, as GitLab's `compact` does. */
export function compact(record: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key in record) if (record[key] !== undefined && record[key] !== null) result[key] = record[key];
  return result;
}

/** What of a job decides how it fits with the others; the rest is worked out only when it is asked for. */
export function outlineOf(entry: Entry): Record<string, unknown> {
  const needs = entry.childSpecified("needs") ? entry.childValue("needs") : undefined;
  const ruleNeeds = entry.children.get("rules")?.items.some((rule) => rule.has("needs"));
  return compact({
    stage: entry.childValue("stage") ?? DEFAULT_STAGE,
    job_variables: entry.childValue("variables") ?? NO_VARIABLES,
    needs,
    dependencies: toJson(entry.get("dependencies") ?? null),
    parallel: entry.childValue("parallel"),
    trigger: entry.childValue("trigger"),
    environment: entry.childSpecified("environment") ? entry.childValue("environment") : undefined,
    rules: ruleNeeds ? entry.childValue("rules") : undefined,
    publish: toJson(entry.get("publish") ?? null),
    pages: toJson(entry.get("pages") ?? null),
  });
}
