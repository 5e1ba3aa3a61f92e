import { YamlList, YamlMap } from "../yaml/index.ts";
import type { LintFile } from "./file.ts";
import { includesOf } from "./includes.ts";
import type { InputDeclaration } from "./inputs.ts";
import { itemsOf, type Job } from "./jobs.ts";
import type { At } from "./rule.ts";

/** Something that GitLab has not always known. */
export interface Feature {
  readonly name: string;
  /** The version that brought it, without a flag or with one that is on by default. */
  readonly since: string;
  readonly at: At | undefined;
}

/**
 * Lists the features of a file that not every GitLab knows. The versions are those of the history notes in GitLab's documentation:
 * doc/ci/yaml/_index.md, doc/ci/inputs/_index.md, doc/ci/components/_index.md, doc/ci/jobs/job_inputs.md and
 * doc/ci/yaml/expressions.md of gitlab-org/gitlab; `split` and items of arrays are those of its 19.2 and 18.11 release.
 */
export function featuresOf(file: LintFile): Feature[] {
  return [...headerFeatures(file), ...blockFeatures(file), ...includeFeatures(file), ...jobFeatures(file)];
}

/** Keys of the header's `spec`. */
const specKeys: Versions = {
  // beta until 17.0, but there
  inputs: "15.11",
  // on by default as a beta, without a flag since 18.7
  component: "18.6",
  // behind a flag that is off by default since 18.6
  include: "18.9",
  description: "18.10",
};

/** Keys of one input. */
const inputKeys: Versions = { description: "16.5", regex: "16.5", options: "16.6", rules: "18.7" };

/** Functions in a block; the block form itself came with `truncate`. */
const functions: Versions = { truncate: "16.3", expand_vars: "16.5", posix_escape: "18.6", split: "19.2" };

/** Keys of an include; `cache` is behind a flag that is off by default since 18.9. */
const includeKeys: Versions = { integrity: "17.9", cache: "19.0" };

/** Keys of a job; `run` is behind a flag since 17.3. */
const jobKeys: Versions = { manual_confirmation: "17.1", run: "17.5", inputs: "18.10" };

type Versions = Readonly<Record<string, string>>;

function headerFeatures(file: LintFile): Feature[] {
  return [
    ...keysOf(file.spec, "spec:", specKeys),
    ...file.inputs.flatMap((input) => [
      ...Object.entries(inputKeys).flatMap(([key, since]) => {
        const entry = input.entry(key);
        return entry ? [{ name: `spec:inputs:${key}`, since, at: entry.keyPlace }] : [];
      }),
      ...arrayFeatures(input),
    ]),
  ];
}

function arrayFeatures(input: InputDeclaration): Feature[] {
  if (input.type !== "array") return [];
  const options = input.entry("options");
  return [
    { name: "an array input", since: "16.11", at: input.entry("type")?.keyPlace },
    ...(options ? [{ name: "options of an array input", since: "19.0", at: options.keyPlace }] : []),
  ];
}

function blockFeatures(file: LintFile): Feature[] {
  return file.blocks.flatMap((block) => [
    ...block.functions.flatMap(({ name }) => {
      const since = Object.hasOwn(functions, name) ? functions[name] : undefined;
      return since === undefined ? [] : [{ name: `function ${name}`, since, at: block.place }];
    }),
    ...(/^inputs\.[^|]*\[/.test(block.expression)
      ? [{ name: "access to an array's items", since: "18.11", at: block.place }]
      : []),
  ]);
}

function includeFeatures(file: LintFile): Feature[] {
  return includesOf(file).flatMap(({ kind, map, at }) => [
    ...(kind === "component" ? [{ name: "include:component", since: "16.2", at }] : []),
    ...keysOf(map, "include:", includeKeys),
  ]);
}

function jobFeatures(file: LintFile): Feature[] {
  return file.jobs.flatMap((job) => [
    ...keysOf(job.map, "", jobKeys),
    ...triggerFeatures(job),
    ...matrixFeatures(job, file),
  ]);
}

function triggerFeatures(job: Job): Feature[] {
  const trigger = job.map.get("trigger");
  if (!(trigger instanceof YamlMap)) return [];
  const strategy = trigger.entry("strategy");
  const included = itemsOf(trigger.entry("include")).flatMap(({ value }) =>
    value instanceof YamlMap ? keysOf(value, "trigger:include:", { inputs: "17.11" }) : [],
  );
  return [
    ...keysOf(trigger, "trigger:", { inputs: "17.11" }),
    ...included,
    ...(strategy?.value === "mirror"
      ? [{ name: "trigger:strategy: mirror", since: "18.2", at: strategy.valuePlace }]
      : []),
  ];
}

function matrixFeatures(job: Job, file: LintFile): Feature[] {
  const parallel = job.map.get("parallel");
  const matrix = parallel instanceof YamlMap ? parallel.entry("matrix") : undefined;
  const block = file.blocks.find((each) => each.context === "matrix" && each.node.path[0] === job.name);
  return matrix?.value instanceof YamlList && block
    ? [{ name: "$[[ matrix.… ]]", since: "18.6", at: block.place }]
    : [];
}

function keysOf(map: YamlMap | undefined, prefix: string, versions: Versions): Feature[] {
  return Object.entries(versions).flatMap(([key, since]) => {
    const entry = map?.entry(key);
    return entry ? [{ name: `${prefix}${key}`, since, at: entry.keyPlace }] : [];
  });
}
