import type { FileTree } from "../engine/pipeline/index.ts";
import { YamlMap } from "../engine/yaml/index.ts";
import { readGraph } from "./graph.ts";
import { pipelineKinds } from "./pipeline-kinds.ts";
import { isNeverIn, knownRules } from "./reachability.ts";
import { ownVariables } from "./surroundings.ts";

/** Whether a project's pipeline for a tag has a job with the keyword `release`; `unknown` where includes cannot be read here. */
export type ReleaseJob = "there" | "missing" | "unknown";

const ofTags = pipelineKinds.filter(({ subject }) => subject === "tag");

/** Looks for the job that publishes releases, through all that `.gitlab-ci.yml` includes. Components of the project itself are read as they are. */
export function releaseJobIn(tree: FileTree): ReleaseJob {
  const { pipelines } = readGraph("", [".gitlab-ci.yml"], { tree, others: {} });
  const isThere = pipelines.some(({ pipeline: { config } }) =>
    [...(config?.entries() ?? [])].some(
      ({ key, value }) =>
        !String(key).startsWith(".") &&
        value instanceof YamlMap &&
        value.has("release") &&
        mayRunForTag(value, config as YamlMap),
    ),
  );
  if (isThere) return "there";
  return pipelines.some(({ isPartial }) => isPartial) ? "unknown" : "missing";
}

function mayRunForTag(job: YamlMap, config: YamlMap): boolean {
  const workflow = config.get("workflow");
  const rules = knownRules(job.entry("rules"));
  if (rules === undefined) return true;
  const ofWorkflow = workflow instanceof YamlMap ? knownRules(workflow.entry("rules")) : undefined;
  return !isNeverIn(rules, { workflow: ofWorkflow, own: ownVariables(config) }, ofTags);
}
