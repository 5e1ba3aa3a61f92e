import { loadYaml, Source, YamlError, YamlMap } from "../engine/yaml/index.ts";
import { blanked, hideIncludes } from "./hide-includes.ts";
import type { Beginning, IncludedPipeline } from "./included-pipeline.ts";
import { includesIn } from "./includes.ts";
import { isReadable, type Readable } from "./readable-includes.ts";

/**
 * The child pipelines that the jobs of a pipeline start (`trigger:include`), each as GitLab reads it: a configuration of its own
 * that holds nothing but the include (https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#parent-child-pipelines).
 * Left out are those that an earlier job makes (`artifact`), that inputs have a word in, or that cannot be read here.
 */
export function childrenOf(parent: IncludedPipeline, readable: Readable): Beginning[] {
  return [...(parent.pipeline.config?.entries() ?? [])].flatMap(({ key, value }) => {
    if (String(key).startsWith(".") || !(value instanceof YamlMap)) return [];
    const trigger = value.get("trigger");
    return trigger instanceof YamlMap ? (childOf(trigger, parent, readable) ?? []) : [];
  });
}

function childOf(trigger: YamlMap, parent: IncludedPipeline, readable: Readable): Beginning | undefined {
  const entry = trigger.entry("include");
  const { keyPlace, valuePlace } = entry ?? {};
  if (entry === undefined || keyPlace === undefined || valuePlace === undefined) return undefined;
  const root = parent.fileOf(keyPlace);
  if (root === undefined || parent.fileOf(valuePlace) !== root) return undefined;
  const { text, file } = keyPlace.source;
  const written = text.slice(keyPlace.start, valuePlace.end);
  if (written.includes("$[[") || /(?:^|[\s[{,:-])(?:[*&][\w.-]|!reference|artifact\s*:)/.test(written))
    return undefined;
  const includes = includesIn(entry, true);
  const unknown = includes.filter((each) => !isReadable(each, readable));
  if (includes.length > 0 && unknown.length === includes.length) return undefined;
  const alone = blanked(text, 0, keyPlace.start) + written + blanked(text, valuePlace.end, text.length);
  const source = new Source(file, hideIncludes(alone, unknown));
  return isYaml(source) ? { root, source, isWhole: true, hidden: unknown, at: keyPlace } : undefined;
}

/** False where a value cannot do without what is around it. */
function isYaml(source: Source): boolean {
  try {
    loadYaml(source);
    return true;
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}
