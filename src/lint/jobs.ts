import { TOP_LEVEL_KEYWORDS } from "../engine/pipeline/index.ts";
import type { Place } from "../engine/yaml/source.ts";
import { type Entry, YamlList, YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import { keyText } from "./blocks.ts";

/** Top-level keys that are not jobs: GitLab's, the header's and one that is long gone. */
const noJobs = new Set([...TOP_LEVEL_KEYWORDS, "spec", "types"]);

/** One job as the file writes it, before `extends` and includes. */
export interface Job {
  readonly name: string;
  readonly place: Place | undefined;
  readonly map: YamlMap;
  /** A name with a leading dot: a template for other jobs. */
  readonly isHidden: boolean;
  readonly entry: (key: string) => Entry | undefined;
}

/** Lists the jobs of a document, hidden ones included. */
export function jobsOf(body: YamlMap | undefined): Job[] {
  if (body === undefined) return [];
  return [...body.entries()].flatMap((entry) => {
    const name = keyText(entry);
    if (noJobs.has(name) || !(entry.value instanceof YamlMap)) return [];
    const map = entry.value;
    return [
      {
        name,
        place: entry.keyPlace,
        map,
        isHidden: name.startsWith("."),
        entry: (key: string) => map.entry(key),
      },
    ];
  });
}

/** The items of a value that may be a list or stand alone, each with its place. Nested lists are flattened. */
export function itemsOf(entry: Entry | undefined): { value: YamlValue; place: Place | undefined }[] {
  if (entry === undefined || entry.value === null) return [];
  return flatten(entry.value, entry.valuePlace);
}

function flatten(
  value: YamlValue,
  place: Place | undefined,
): { value: YamlValue; place: Place | undefined }[] {
  if (!(value instanceof YamlList)) return [{ value, place }];
  return value.items.flatMap((item, index) => flatten(item, value.places[index]));
}
