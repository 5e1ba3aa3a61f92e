import { YamlMap } from "../yaml/index.ts";

/**
 * One mapping laid over another, as Rails' `deep_merge`: mappings are merged key by key, any other value replaces the one
 * below it. Keys keep the position of the first mapping that has them; the places are those of the values that remain.
 */
export function deepMerge(below: YamlMap, above: YamlMap): YamlMap {
  if (below.size === 0) return above;
  const merged = below.copy();
  for (const entry of above.entries()) {
    const under = merged.entry(entry.key);
    if (under?.value instanceof YamlMap && entry.value instanceof YamlMap) {
      merged.setEntry({ ...entry, value: deepMerge(under.value, entry.value) });
    } else merged.setEntry(entry);
  }
  return merged;
}
