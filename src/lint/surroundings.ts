import { type Entry, YamlList, YamlMap } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import { pipelinesOf } from "./graph.ts";
import type { IncludedPipeline } from "./included-pipeline.ts";
import type { LintProject } from "./project.ts";
import { knownRules, type Presence, type Surroundings } from "./reachability.ts";

/** A pipeline with all that rules of its jobs are judged by. */
export interface JudgedPipeline extends Surroundings {
  readonly config: YamlMap;
  readonly included: IncludedPipeline;
}

const cache = new WeakMap<IncludedPipeline, JudgedPipeline>();

/** The pipelines that a file is judged in, as far as they can be read. */
export function judgedPipelines(file: LintFile, project: LintProject): readonly JudgedPipeline[] {
  return pipelinesOf(file, project).flatMap((included) => {
    const { config } = included.pipeline;
    if (config === undefined) return [];
    const known = cache.get(included) ?? {
      included,
      config,
      workflow: workflowRules(config),
      own: ownVariables(config),
    };
    cache.set(included, known);
    return [known];
  });
}

function workflowRules(config: YamlMap) {
  const workflow = config.get("workflow");
  return workflow instanceof YamlMap ? knownRules(workflow.entry("rules")) : undefined;
}

/** The names below `variables:` anywhere: of the pipeline, of `workflow`, of jobs, of rules. */
export function ownVariables(config: YamlMap): ReadonlySet<string> {
  const names = new Set<string>();
  const addFrom = (entry: Entry | undefined) => {
    if (entry?.value instanceof YamlMap) for (const { key } of entry.value.entries()) names.add(String(key));
  };
  const owners = [
    config,
    ...[...config.entries()].flatMap(({ value }) => (value instanceof YamlMap ? [value] : [])),
  ];
  for (const owner of owners) {
    addFrom(owner.entry("variables"));
    const rules = owner.get("rules");
    if (!(rules instanceof YamlList)) continue;
    for (const rule of rules.items) if (rule instanceof YamlMap) addFrom(rule.entry("variables"));
  }
  return names;
}

/** When a job of the pipeline is in it. */
export function presenceOf(job: YamlMap, { workflow }: Surroundings): Presence {
  const rules = knownRules(job.entry("rules"));
  if (rules !== undefined) return rules;
  if (job.has("rules") || job.has("only") || job.has("except")) return () => "maybe";
  // Without rules, and without rules of workflow, a job is for branches and tags (Gitlab::Ci::Config::Entry::Processable).
  return ({ subject }) => (workflow === undefined && subject === "merge request" ? "never" : "always");
}
