import { YamlList, type YamlMap, type YamlValue } from "../yaml/index.ts";

/** The stages that every pipeline has around its own. */
export const FIRST_STAGE = ".pre";
export const LAST_STAGE = ".post";

/** The stages of a pipeline that names none (https://docs.gitlab.com/ci/yaml/#stages). */
export const DEFAULT_STAGES = [FIRST_STAGE, "build", "test", "deploy", LAST_STAGE];

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
