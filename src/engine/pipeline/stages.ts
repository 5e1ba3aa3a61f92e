import { YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { JOB_STARTERS } from "./keywords.ts";

/** The stages that every pipeline has around its own. */
export const FIRST_STAGE = ".pre";
export const LAST_STAGE = ".post";

/** The stages of a pipeline that names none (https://docs.gitlab.com/ci/yaml/#stages). */
export const DEFAULT_STAGES = [FIRST_STAGE, "build", "test", "deploy", LAST_STAGE];

/**
 * Stages for a configuration that names none: those of its jobs, in an order in which each job comes behind those that it needs,
 * else in the order in which they appear. For a component or another file that leaves the stages to the pipeline it is included
 * in. Undefined where GitLab's own do.
 */
export function stagesOfJobs(config: YamlMap): readonly string[] | undefined {
  const stageOf = new Map<string, string>();
  for (const { key, value } of config.entries()) {
    const isJob = value instanceof YamlMap && JOB_STARTERS.some((keyword) => value.has(keyword));
    if (!isJob || String(key).startsWith(".")) continue;
    const stage = value.get("stage") ?? "test";
    if (typeof stage === "string") stageOf.set(String(key), stage);
  }
  const stages = [...new Set(stageOf.values())];
  if (stages.every((stage) => DEFAULT_STAGES.includes(stage))) return undefined;
  const own = stages.filter((stage) => !isEdge(stage));
  return [FIRST_STAGE, ...inOrderOfNeeds(own, neededStages(config, stageOf)), LAST_STAGE];
}

/** Pairs of stages of which the first must come before the second: by what jobs need, then as GitLab's own are ordered. */
function neededStages(config: YamlMap, stageOf: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const [job, stage] of stageOf) {
    const map = config.get(job);
    if (!(map instanceof YamlMap)) continue;
    for (const name of [...namesUnder(map.get("needs")), ...namesUnder(map.get("dependencies"))]) {
      const needed = stageOf.get(name);
      if (needed !== undefined && needed !== stage) pairs.push([needed, stage]);
    }
  }
  return [...pairs, ["build", "test"], ["test", "deploy"], ["build", "deploy"]];
}

/** The names of jobs in a list of needs. */
function namesUnder(value: YamlValue | undefined): string[] {
  if (typeof value === "string") return [value];
  if (value instanceof YamlMap) return namesUnder(value.get("job"));
  return value instanceof YamlList ? value.items.flatMap(namesUnder) : [];
}

/** Sorts stages so that each pair holds; a pair that would close a circle with earlier ones is left out. */
function inOrderOfNeeds(stages: readonly string[], pairs: readonly (readonly [string, string])[]): string[] {
  const behind = new Map(stages.map((stage) => [stage, new Set<string>()]));
  const leadsTo = (from: string, to: string): boolean =>
    from === to || [...(behind.get(from) ?? [])].some((next) => leadsTo(next, to));
  for (const [first, second] of pairs) {
    if (behind.has(first) && behind.has(second) && !leadsTo(second, first)) behind.get(first)!.add(second);
  }
  const left = [...stages];
  const sorted: string[] = [];
  while (left.length > 0) {
    const next = left.findIndex((stage) => !left.some((other) => behind.get(other)!.has(stage)));
    sorted.push(...left.splice(next, 1));
  }
  return sorted;
}

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
