import type { Place } from "../engine/yaml/source.ts";
import { type Entry, YamlList, YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import type { LintFile } from "./file.ts";
import type { At } from "./rule.ts";

/** An image that a job or a service runs in, as far as it is known without running anything. */
export interface Image {
  readonly name: string;
  readonly at: At | undefined;
  readonly isService: boolean;
}

/** Lists the images of a file. Blocks are replaced by their inputs' defaults; names that still hold a variable are left out. */
export function imagesOf(file: LintFile): Image[] {
  const owners: YamlMap[] = [...(file.body ? [file.body] : []), ...file.jobs.map((job) => job.map)];
  const defaults = file.body?.get("default");
  if (defaults instanceof YamlMap) owners.push(defaults);
  const found = owners.flatMap((owner) => [
    ...nameOf(owner.entry("image"), file, false),
    ...servicesOf(owner.entry("services"), file),
  ]);
  const seen = new Set<string>();
  return found.filter((image) => {
    const key = `${image.at?.line}:${image.at?.column}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function servicesOf(entry: Entry | undefined, file: LintFile): Image[] {
  const list = entry?.value;
  if (!(list instanceof YamlList)) return [];
  return list.items.flatMap((value, index) => nameOf({ value, valuePlace: list.places[index] }, file, true));
}

function nameOf(
  entry: { readonly value: YamlValue; readonly valuePlace: Place | undefined } | undefined,
  file: LintFile,
  isService: boolean,
): Image[] {
  if (entry === undefined) return [];
  if (entry.value instanceof YamlMap) return nameOf(entry.value.entry("name"), file, isService);
  if (typeof entry.value !== "string") return [];
  const resolved = file.withDefaults(entry.value);
  if (resolved === undefined || resolved.text.includes("$") || resolved.text.trim() === "") return [];
  return [{ name: resolved.text.trim(), at: resolved.at ?? entry.valuePlace, isService }];
}
