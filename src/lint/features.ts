import { YamlList, YamlMap } from "../yaml/index.ts";
import type { LintFile } from "./file.ts";
import { includesOf } from "./includes.ts";
import type { At } from "./rule.ts";

/** Something that GitLab has not always known. */
export interface Feature {
  readonly name: string;
  /** The version that brought it, as GitLab's documentation of each keyword says. */
  readonly since: string;
  readonly at: At | undefined;
}

/** Lists the features of a file that not every supported GitLab knows. */
export function featuresOf(file: LintFile): Feature[] {
  return [...headerFeatures(file), ...blockFeatures(file), ...includeFeatures(file), ...jobFeatures(file)];
}

function headerFeatures(file: LintFile): Feature[] {
  const found: Feature[] = [];
  const spec = file.spec;
  if (spec !== undefined)
    found.push({ name: "spec:inputs", since: "17.0", at: file.header?.entry("spec")?.keyPlace });
  for (const [key, since] of [
    ["component", "18.6"],
    ["description", "18.10"],
    ["include", "18.6"],
  ] as const) {
    const entry = spec?.entry(key);
    if (entry) found.push({ name: `spec:${key}`, since, at: entry.keyPlace });
  }
  for (const input of file.inputs) {
    const rules = input.entry("rules");
    if (rules) found.push({ name: "spec:inputs:rules", since: "18.7", at: rules.keyPlace });
    const options = input.entry("options");
    if (options && input.type === "array")
      found.push({ name: "options of an array input", since: "19.0", at: options.keyPlace });
  }
  return found;
}

const functions: Readonly<Record<string, string>> = { posix_escape: "18.6", split: "19.2" };

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
  return includesOf(file).flatMap(({ map }) => {
    const integrity = map?.entry("integrity");
    const cache = map?.entry("cache");
    return [
      ...(integrity ? [{ name: "include:integrity", since: "17.9", at: integrity.keyPlace }] : []),
      ...(cache ? [{ name: "include:cache", since: "18.9", at: cache.keyPlace }] : []),
    ];
  });
}

function jobFeatures(file: LintFile): Feature[] {
  return file.jobs.flatMap((job) => {
    const found: Feature[] = [];
    const run = job.entry("run");
    if (run) found.push({ name: "run", since: "17.3", at: run.keyPlace });
    const inputs = job.entry("inputs");
    if (inputs) found.push({ name: "inputs of a job", since: "18.4", at: inputs.keyPlace });
    const trigger = job.map.get("trigger");
    const triggerInputs = trigger instanceof YamlMap ? trigger.entry("inputs") : undefined;
    if (triggerInputs) found.push({ name: "trigger:inputs", since: "17.11", at: triggerInputs.keyPlace });
    const parallel = job.map.get("parallel");
    const matrix = parallel instanceof YamlMap ? parallel.entry("matrix") : undefined;
    if (
      matrix?.value instanceof YamlList &&
      file.nodes.some((node) => node.path[0] === job.name && node.value.includes("$[[ matrix."))
    ) {
      found.push({ name: "$[[ matrix.… ]]", since: "18.6", at: matrix.keyPlace });
    }
    return found;
  });
}
