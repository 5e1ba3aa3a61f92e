import { describe, expect, it } from "vitest";
import { YamlList, YamlMap, type YamlValue } from "../../src/engine/yaml/index.ts";
import { featuresOf } from "../../src/lint/features.ts";
import { readFile } from "../../src/lint/file.ts";
import { templates } from "./consumer.ts";

/** The oldest GitLab that may include the components. */
const oldest = [17, 0] as const;

/**
 * The keywords of jobs that GitLab 17.0 knows, of those that components use, by the way to them; `*` is a key of the author's own and
 * a list's items are under `[]`. Source: doc/ci/yaml/index.md of gitlab-org/gitlab at v17.0.0-ee. A keyword that is not here is not
 * wrong: look up since when GitLab has it, and put it here or into src/lint/features.ts.
 */
const known = new Set([
  ...[
    "script",
    "before_script",
    "after_script",
    "stage",
    "extends",
    "image",
    "needs",
    "dependencies",
    "tags",
  ],
  ...["variables", "variables:*", "variables:*:value", "variables:*:expand", "variables:*:description"],
  ...[
    "rules",
    "rules:[]:if",
    "rules:[]:when",
    "rules:[]:changes",
    "rules:[]:exists",
    "rules:[]:allow_failure",
  ],
  ...[
    "rules:[]:variables",
    "rules:[]:variables:*",
    "when",
    "allow_failure",
    "allow_failure:exit_codes",
    "timeout",
  ],
  ...["image:name", "image:entrypoint", "image:pull_policy", "interruptible", "resource_group", "coverage"],
  ...[
    "needs:[]:job",
    "needs:[]:artifacts",
    "needs:[]:optional",
    "parallel",
    "parallel:matrix",
    "parallel:matrix:[]:*",
  ],
  ...[
    "artifacts",
    "artifacts:paths",
    "artifacts:exclude",
    "artifacts:name",
    "artifacts:when",
    "artifacts:expire_in",
  ],
  ...["artifacts:expose_as", "artifacts:reports", "artifacts:reports:junit", "artifacts:reports:codequality"],
  ...["artifacts:reports:dotenv", "artifacts:reports:coverage_report", "artifacts:reports:cyclonedx"],
  ...["artifacts:reports:coverage_report:coverage_format", "artifacts:reports:coverage_report:path"],
  ...["artifacts:access", "services"],
  ...[
    "cache",
    "cache:key",
    "cache:key:files",
    "cache:key:prefix",
    "cache:paths",
    "cache:policy",
    "cache:when",
  ],
  ...["cache:fallback_keys", "environment", "environment:name", "environment:url", "environment:action"],
  ...["environment:deployment_tier", "retry", "retry:max", "retry:when", "retry:exit_codes"],
]);

/** What 17.0 takes outside of jobs, likewise. */
const knownElsewhere = new Set([
  ...[
    "stages",
    "include",
    "include:[]:local",
    "include:[]:inputs",
    "include:[]:inputs:*",
    "include:[]:rules",
  ],
]);

/** The jobs that templates extend. */
const extended = new Set(
  Object.values(templates).flatMap((text) =>
    [...text.matchAll(/^ +extends: (\S+)/gm)].map(([, name]) => name),
  ),
);

const functionsOfThen = ["truncate", "expand_vars"];
const inputKeysOfThen = ["type", "description", "default", "options", "regex"];
const typesOfThen = ["string", "number", "boolean", "array"];

/** What a template holds that GitLab 17.0 does not know. */
function newer(path: string, text: string): string[] {
  const file = readFile(path, text);
  const features = featuresOf(file)
    .filter(({ since }) => since !== undefined && isLater(since))
    .map(({ name, since }) => `${name} (${since})`);
  const functions = file.blocks.flatMap((block) => block.functions.map(({ name }) => name));
  const inputs = [...(inputsOf(file.spec)?.entries() ?? [])].flatMap(({ key, value }) =>
    value instanceof YamlMap
      ? [...keysOf(value)].map((each) => [`${key}`, each, value.get("type")] as const)
      : [],
  );
  // Nobody extends a job that only lends parts of scripts by !reference: GitLab never takes its keys for keywords.
  const judged = file.jobs.filter(({ name, isHidden }) => !isHidden || extended.has(name));
  const jobs = judged.flatMap((job) => [...waysIn(job.map)].filter((way) => !isKnown(known, way)));
  const others = YamlMap.of(
    [...(file.body?.entries() ?? [])].filter(({ key }) => knownElsewhere.has(`${key}`)),
  );
  return [
    ...features,
    ...functions.filter((name) => !functionsOfThen.includes(name)),
    ...keysOf(file.spec).filter((key) => key !== "inputs"),
    ...inputs.filter(([, key]) => !inputKeysOfThen.includes(key)).map(([name, key]) => `${name}:${key}`),
    ...inputs.flatMap(([name, , type]) =>
      type === undefined || typesOfThen.includes(`${type}`) ? [] : [`${name}: type ${type}`],
    ),
    ...jobs,
    ...[...waysIn(others)].filter((way) => !isKnown(knownElsewhere, way)),
  ];
}

describe("nothing in a template is newer than GitLab 17.0", () => {
  it.each(Object.entries(templates).filter(([path]) => path.endsWith(".yml")))("%s", (path, text) => {
    expect(newer(path, text)).toEqual([]);
  });
});

describe("what is newer is found", () => {
  const header = "spec:\n  inputs:\n    name:\n      default: a\n---\n";
  it.each([
    ["a key of the header", "spec:\n  description: A.\n  inputs:\n    name:\n---\njob:\n  script: a\n"],
    [
      "an input's rules",
      "spec:\n  inputs:\n    name:\n      rules: [{ default: a }]\n---\njob:\n  script: a\n",
    ],
    [
      "an input's key of tomorrow",
      "spec:\n  inputs:\n    name:\n      secret: true\n---\njob:\n  script: a\n",
    ],
    [
      "an input's type of tomorrow",
      "spec:\n  inputs:\n    name:\n      type: hash\n---\njob:\n  script: a\n",
    ],
    ["a function", `${header}job:\n  script: $[[ inputs.name | posix_escape ]]\n`],
    ["a function of tomorrow", `${header}job:\n  script: $[[ inputs.name | reverse ]]\n`],
    ["an array's item", `${header}job:\n  script: $[[ inputs.name[0] ]]\n`],
    ["a job's keyword", `${header}job:\n  script: a\n  manual_confirmation: Sure?\n`],
    ["a keyword of tomorrow", `${header}job:\n  script: a\n  patience: 5\n`],
    ["a keyword of tomorrow further down", `${header}job:\n  script: a\n  rules: [{ if: $A, weight: 5 }]\n`],
    ["a value", `${header}job:\n  script: a\n  artifacts: { access: maintainer }\n`],
    [
      "a key of an include",
      `${header}include: [{ remote: "https://example.com/a.yml", integrity: sha256-a }]\n`,
    ],
  ])("%s", (_, text) => {
    expect(newer("templates/example.yml", text)).not.toEqual([]);
  });
});

function isLater(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor > oldest[1]);
}

function inputsOf(spec: YamlMap | undefined): YamlMap | undefined {
  const inputs = spec?.get("inputs");
  return inputs instanceof YamlMap ? inputs : undefined;
}

function keysOf(map: YamlMap | undefined): string[] {
  return map ? [...map.entries()].map(({ key }) => `${key}`) : [];
}

/** The ways to all keys: `rules:[]:if`. */
function* waysIn(value: YamlValue, before = ""): Generator<string> {
  if (value instanceof YamlList) for (const item of value.items) yield* waysIn(item, `${before}[]:`);
  if (!(value instanceof YamlMap)) return;
  for (const { key, value: inner } of value.entries()) {
    yield `${before}${key}`;
    yield* waysIn(inner, `${before}${key}:`);
  }
}

function isKnown(ways: ReadonlySet<string>, way: string): boolean {
  if (ways.has(way)) return true;
  const parts = way.split(":");
  return parts.some(
    (part, index) =>
      part !== "[]" && ways.has([...parts.slice(0, index), "*", ...parts.slice(index + 1)].join(":")),
  );
}
