import { FloatValue, toJson, YamlList, YamlMap } from "../../yaml/index.ts";
import {
  type Check,
  check,
  isInteger,
  isList,
  isMap,
  isText,
  optional,
  unknownForm,
  verify,
} from "./checks.ts";
import { isEnterprise } from "./enterprise.ts";
import type { Definition, Entry } from "./entry.ts";
import { parallel } from "./parallel.ts";
import { allowedKeys, isString, isTrueOrFalse, notBlank } from "./rules.ts";

/* `needs` (https://docs.gitlab.com/ci/yaml/#needs). Each need has a type: `job` or `cross_dependency`. */

const CROSS_PIPELINE_LIMIT = 5;

/** The jobs that a job needs, by type of need. The option `needs` lists the types that are allowed here. */
export const needs: Definition = {
  title: "needs",
  checks: [
    verify("config", ({ config }) =>
      isMap(config) || isList(config) ? undefined : "can only be a hash or an array",
    ),
    verify("config", ({ config }) =>
      isMap(config) && config.size === 0 ? "can not be an empty hash" : undefined,
    ),
    verify("config", noNumbersOfJobs),
  ],
  composedChecks: [verify("config", onlyAllowedTypes), verify("config", notTooManyPipelines)],
  get items() {
    return need;
  },
  value: (entry) => byType(entry),
};

const jobName: Definition = {
  title: "job string",
  checks: [check("config", [notBlank, isString])],
  value: ({ config }) => ({ name: config, artifacts: true, optional: false }),
};

const jobWithOptions: Definition = {
  title: "job hash",
  checks: [
    check("config", [notBlank, allowedKeys("job", "artifacts", "optional", "parallel")]),
    check("job", [isString, notBlank]),
    optional("artifacts", isTrueOrFalse),
    optional("optional", isTrueOrFalse),
  ],
  children: { parallel: { is: parallel } },
  value: (entry) => ({
    name: toJson(entry.get("job") ?? null),
    artifacts: entry.get("artifacts") ?? true,
    optional: entry.get("optional") ?? false,
    ...(entry.childSpecified("parallel") && { parallel: entry.childValue("parallel") }),
  }),
};

const crossPipeline: Definition = {
  title: "cross pipeline dependency",
  checks: [
    check("config", [notBlank, allowedKeys("pipeline", "job", "artifacts")]),
    check("pipeline", [isString, notBlank]),
    check("job", [isString, notBlank]),
    optional("artifacts", isTrueOrFalse),
  ],
  value: (entry) => ({
    ...(toJson(entry.config) as object),
    artifacts: entry.get("artifacts") ?? true,
  }),
};

const UNSUPPORTED = "has an unsupported type";
const unsupported: Definition = unknownForm("need", UNSUPPORTED);

/** A need that only the Enterprise edition knows; the FOSS edition takes it for a form of its own that it lacks. */
function enterpriseOnly(title: string, checks: readonly Check[]): Definition {
  return {
    title,
    checks: [
      (entry) => {
        if (!isEnterprise(entry)) entry.report("", UNSUPPORTED);
        else for (const each of checks) each(entry);
      },
    ],
  };
}

/** A job of another project whose artifacts are wanted (https://docs.gitlab.com/ci/yaml/#needsproject). */
const crossProject: Definition = {
  ...enterpriseOnly("cross project dependency", [
    check("config", allowedKeys("project", "ref", "job", "artifacts")),
    check("project", [isString, notBlank]),
    check("ref", [isString, notBlank]),
    check("job", [isString, notBlank]),
    optional("artifacts", isTrueOrFalse),
  ]),
  value: (entry) => ({ ...(toJson(entry.config) as object), artifacts: entry.get("artifacts") ?? true }),
};

/** A pipeline of another project whose state a trigger job mirrors (https://docs.gitlab.com/ci/yaml/#needspipeline). */
const upstreamPipeline: Definition = {
  ...enterpriseOnly("bridge hash", [
    check("config", allowedKeys("pipeline")),
    check("pipeline", [isString, notBlank]),
  ]),
  value: (entry) => toJson(entry.config),
};

const need: Definition = {
  title: "need",
  choose: (config) => {
    if (isText(config)) return jobName;
    if (!(config instanceof YamlMap)) return unsupported;
    if (config.has("project")) return crossProject;
    if (config.has("pipeline")) return config.has("job") ? crossPipeline : upstreamPipeline;
    if (!config.has("job")) return unsupported;
    return config.has("ref") ? unsupported : jobWithOptions;
  },
};

function byType(entry: Entry): Record<string, unknown[]> {
  const typed = entry.items.flatMap((item) => {
    const type = typeOf(item);
    return type === undefined ? [] : [{ type, value: item.value() }];
  });
  const types = [...new Set(typed.map(({ type }) => type))];
  return Object.fromEntries(
    types.map((type) => [type, typed.filter((each) => each.type === type).map(({ value }) => value)]),
  );
}

function typeOf(entry: Entry): string | undefined {
  const { definition } = entry;
  if (definition === jobName || definition === jobWithOptions) return "job";
  if (definition === crossPipeline) return "cross_dependency";
  if (!isEnterprise(entry)) return undefined;
  if (definition === crossProject) return "cross_dependency";
  return definition === upstreamPipeline ? "bridge" : undefined;
}

function onlyAllowedTypes(entry: Entry): string | undefined {
  const allowed = entry.option("needs") as readonly string[];
  const extra = Object.keys(byType(entry)).filter((type) => !allowed.includes(type));
  return extra.length > 0 ? `uses invalid types: ${extra.join(", ")}` : undefined;
}

function notTooManyPipelines(entry: Entry): string | undefined {
  const found = entry.items.filter((item) => item.definition === crossPipeline);
  return found.length > CROSS_PIPELINE_LIMIT
    ? `must be less than or equal to ${CROSS_PIPELINE_LIMIT}`
    : undefined;
}

/** A need names instances by their variables, never by a number. */
function noNumbersOfJobs({ config }: Entry): string | undefined {
  const list = config instanceof YamlList ? config.items : [config];
  const numbered = list.some((item) => {
    const parallel = item instanceof YamlMap ? item.get("parallel") : undefined;
    return isInteger(parallel) || parallel instanceof FloatValue;
  });
  return numbered ? 'cannot use "parallel: <number>".' : undefined;
}
