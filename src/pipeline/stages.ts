import { YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";

/** The stages that every pipeline has around its own. */
export const FIRST_STAGE = ".pre";
export const LAST_STAGE = ".post";

/** The stages of a pipeline that names none (https://docs.gitlab.com/ci/yaml/#stages). */
export const DEFAULT_STAGES = [FIRST_STAGE, "build", "test", "deploy", LAST_STAGE];

/**
 * Stages for a configuration that names none: those of its jobs, in the order in which they appear. For a component or another
 * file that leaves the stages to the pipeline it is included in. Undefined where GitLab's own do.
 */
export function stagesOfJobs(config: YamlMap): readonly string[] | undefined {
  const stages = new Set<string>();
  for (const { key, value } of config.entries()) {
    const isJob = value instanceof YamlMap && JOB_KEYWORDS.some((keyword) => value.has(keyword));
    if (!isJob || String(key).startsWith(".")) continue;
    const stage = value.get("stage") ?? "test";
    if (typeof stage === "string") stages.add(stage);
  }
  if ([...stages].every((stage) => DEFAULT_STAGES.includes(stage))) return undefined;
  return [FIRST_STAGE, ...[...stages].filter((stage) => !isEdge(stage)), LAST_STAGE];
}

const JOB_KEYWORDS = ["script", "run", "trigger"];

/** Puts `.pre` and `.post` around the stages of a configuration, wherever they stood in it. */
export function addEdgeStages(config: YamlMap): YamlMap {
  const entry = config.entry("stages");
  if (!(entry?.value instanceof YamlList) || entry.value.size === 0) return config;
  const { items, places } = entry.value;
  const kept = items.map((_, index) => index).filter((index) => !isEdge(items[index]!));
  const wrapped = new YamlList(
    [FIRST_STAGE, ...kept.map((index) => items[index]!), LAST_STAGE],
    [undefined, ...kept.map((index) => places[index]), undefined],
  );
  return config.copy().setEntry({ ...entry, value: wrapped });
}

function isEdge(stage: YamlValue): boolean {
  return stage === FIRST_STAGE || stage === LAST_STAGE;
}
