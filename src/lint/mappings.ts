import { YamlList, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import { keyText, type Path } from "./blocks.ts";

/** A mapping of a document, and the way to it. */
export interface PlacedMapping {
  readonly map: YamlMap;
  readonly path: Path;
}

/** Lists every mapping below a value, each once: what aliases name is visited where it is written. Values that a key written again replaced are visited too. */
export function mappingsOf(root: YamlValue | undefined): PlacedMapping[] {
  const found: PlacedMapping[] = [];
  const seen = new Set<YamlMap>();
  const visit = (value: YamlValue | undefined, path: Path): void => {
    if (value instanceof YamlList)
      for (const [index, item] of value.items.entries()) visit(item, [...path, index]);
    if (!(value instanceof YamlMap) || seen.has(value)) return;
    seen.add(value);
    found.push({ map: value, path });
    for (const entry of [...value.replaced, ...value.entries()])
      visit(entry.value, [...path, keyText(entry)]);
  };
  visit(root, []);
  return found;
}
