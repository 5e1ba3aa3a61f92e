import { fault } from "../../problem/index.ts";
import type { GitLabVersion } from "../../version/index.ts";
import { toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { RESERVED_NAMES, TOP_LEVEL_KEYWORDS } from "../keywords.ts";
import { textOf } from "../ruby-text.ts";
import { bridge } from "./bridge.ts";
import { caches } from "./cache.ts";
import { check, optional, present } from "./checks.ts";
import { commandList, stages, variables } from "./common.ts";
import type { Edition } from "./enterprise.ts";
import { type Definition, Entry } from "./entry.ts";
import { image, services } from "./image.ts";
import { defaults } from "./inherit.ts";
import { JOB_KEYWORDS, job, partialJob } from "./job.ts";
import { autoCancel, rules } from "./rule-clauses.ts";
import { allowedKeys, atMost, isHash, isString, notBlank } from "./rules.ts";
import { includes } from "./trigger.ts";

/* The whole file: the global keywords and the jobs. */

/** Some of them mean nothing here, but GitLab lets them pass. */
const WORKFLOW_RULE_KEYS = [
  "if",
  "changes",
  "exists",
  "when",
  "start_in",
  "allow_failure",
  "variables",
  "needs",
  "auto_cancel",
];

const workflow: Definition = {
  title: "workflow",
  default: new YamlMap(),
  checks: [
    check("config", [isHash, allowedKeys("rules", "name", "auto_cancel")]),
    optional("name", isString, atMost(255, "is too long (maximum is 255 characters)")),
  ],
  children: {
    rules: { is: rules, options: { when: ["always", "never"], keys: WORKFLOW_RULE_KEYS } },
    auto_cancel: { is: autoCancel },
  },
  value: (entry) => {
    const name = toJson(entry.get("name") ?? null);
    return {
      ...(typeof name === "string" && { name: name.trim() }),
      ...(entry.childSpecified("rules") && { rules: entry.childValue("rules") }),
      ...(entry.childSpecified("auto_cancel") && { auto_cancel: entry.childValue("auto_cancel") }),
    };
  },
};

const hidden: Definition = { title: "hidden", checks: [check("config", notBlank)] };

const jobs: Definition = {
  title: "jobs",
  checks: [checkJobs],
  members: (key, config, entry) =>
    kindOf(key, config) ?? (entry.option("goesOn") === true && looksLikeJob(config) ? partialJob : undefined),
};

const root: Definition = {
  title: "root",
  checks: [check("config", isHash)],
  children: {
    default: { is: defaults },
    include: { is: includes },
    before_script: { is: commandList },
    image: { is: image },
    services: { is: services },
    after_script: { is: commandList },
    variables: { is: variables, options: { data: ["value", "description", "expand", "options"] } },
    stages: { is: stages },
    cache: { is: caches },
    workflow: { is: workflow },
  },
  inherit: (entry) => {
    const config = (entry as RootEntry).jobs;
    entry.setChild("jobs", new Entry(jobs, config, { key: "jobs", parent: entry, place: entry.place }));
  },
};

class RootEntry extends Entry {
  jobs: YamlMap = new YamlMap();
}

/** Checks a configuration whose includes, `extends` and references are resolved. */
export function composeRoot(
  config: YamlMap,
  {
    edition = "foss",
    goesOn,
    version,
  }: { edition?: Edition | undefined; goesOn: boolean; version: GitLabVersion },
): Entry {
  const globals = new YamlMap();
  const named = new YamlMap();
  for (const entry of config.entries()) (isJobKey(entry.key, entry.value) ? named : globals).setEntry(entry);
  const rootEntry = new RootEntry(root, globals, { options: { edition, goesOn, version } });
  rootEntry.jobs = named;
  rootEntry.compose(rootEntry);
  return rootEntry;
}

/** The entries of the visible jobs, by name. */
export function visibleJobs(rootEntry: Entry): Entry[] {
  const all = rootEntry.children.get("jobs");
  return all
    ? [...all.children.values()].filter(({ definition }) => definition === job || definition === bridge)
    : [];
}

/** Whether the entry is a trigger job. */
export function isBridge({ definition }: Entry): boolean {
  return definition === bridge;
}

function isJobKey(key: YamlValue, config: YamlValue): boolean {
  const name = textOf(key);
  if (RESERVED_NAMES.includes(name)) return false;
  return kindOf(key, config) !== undefined || !TOP_LEVEL_KEYWORDS.includes(name);
}

function kindOf(key: YamlValue, config: YamlValue): Definition | undefined {
  if (textOf(key).startsWith(".")) return hidden;
  if (!(config instanceof YamlMap)) return undefined;
  if (config.has("script") || config.has("run")) return job;
  return config.has("trigger") || config.has("needs") ? bridge : undefined;
}

/** A mapping with keywords of a job, though without what would make it one. */
function looksLikeJob(config: YamlValue): boolean {
  return config instanceof YamlMap && JOB_KEYWORDS.some((keyword) => config.has(keyword));
}

function checkJobs(entry: Entry): void {
  const { config } = entry;
  let visible = false;
  for (const { key, value, valuePlace, keyPlace } of (config as YamlMap).entries()) {
    const kind = kindOf(key, value);
    if (kind === undefined) {
      const place = present(value) ? valuePlace : keyPlace;
      // The name is shown as it is where Rails does not take it for the name of an attribute.
      const name = textOf(key);
      const wrong = fault("job-without-script", { job: name }, place);
      if (/^_|\./.test(name)) entry.report("", { ...wrong, text: `${name} ${wrong.text}` });
      else entry.report(name, wrong);
    } else if (kind !== hidden) visible = true;
  }
  if (!visible) entry.report("", fault("jobs-missing", {}));
}
