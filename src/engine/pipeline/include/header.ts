import { fault, joined } from "../../problem/index.ts";
import {
  inspectValue,
  type Place,
  Source,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../../yaml/index.ts";
import { ConfigError, refusal } from "../errors.ts";
import { deepMerge } from "../merge.ts";
import type { IncludeContext } from "./context.ts";
import { fileAt, HEADER_KINDS } from "./files.ts";
import type { LoadFile } from "./loaded.ts";
import { locationsOf } from "./locations.ts";
import { readAll, Urgent } from "./read-all.ts";

/**
 * A header with the inputs of the files under its `spec:include` (https://docs.gitlab.com/ci/inputs/#define-inputs-in-external-files,
 * 18.6). `loadFile` reads them. Throws ConfigError for files that are not there, that hold more than inputs, or that declare an input again.
 */
export function completeHeader(header: YamlMap, context: IncludeContext, loadFile: LoadFile): YamlMap {
  try {
    return withIncludedInputs(header, context, loadFile);
  } catch (error) {
    if (!(error instanceof ConfigError) || error instanceof Urgent) throw error;
    throw new Urgent(error.problem);
  }
}

function withIncludedInputs(header: YamlMap, context: IncludeContext, loadFile: LoadFile): YamlMap {
  const spec = header.get("spec");
  if (!(spec instanceof YamlMap) || !spec.has("include")) return header;
  const files = locationsOf(withFlatIncludes(spec), context).flatMap((location) => {
    return context.findings.attempt(() => fileAt(location, context, HEADER_KINDS)) ?? [];
  });
  const contents = readAll(files, context, (file, { text, file: name }) => {
    const loaded = loadFile(new Source(name, text, file.place), context, {});
    if (loaded.value === undefined || loaded.problems.length > 0)
      throw new ConfigError(joined(loaded.problems, file.location));
    if (loaded.value.size === 0) {
      const wrong = fault("included-file-empty", { location: file.location });
      throw refusal(wrong, { subject: file.location, place: file.place });
    }
    requireOnlyInputs(loaded.value, file.location);
    return loaded.value;
  });
  requireUniqueInputs([...contents, spec]);
  let merged = new YamlMap();
  for (const content of contents) merged = deepMerge(merged, content);
  const complete = deepMerge(merged, spec).copy();
  complete.delete("include");
  return header.copy().set("spec", complete, header.entry("spec")?.valuePlace);
}

/** Lists in the list of includes are taken apart. */
function withFlatIncludes(spec: YamlMap): YamlMap {
  const entry = spec.entry("include");
  if (!(entry?.value instanceof YamlList)) return spec;
  const items: YamlValue[] = [];
  const places: (Place | undefined)[] = [];
  const flatten = (list: YamlList) => {
    list.items.forEach((item, index) => {
      if (item instanceof YamlList) flatten(item);
      else {
        items.push(item);
        places.push(list.places[index]);
      }
    });
  };
  flatten(entry.value);
  return spec.copy().setEntry({ ...entry, value: new YamlList(items, places) });
}

function requireOnlyInputs(content: YamlMap, location: string): void {
  const unknown = [...content.entries()].filter(({ key }) => key !== "inputs");
  if (unknown.length === 0) return;
  const keys = unknown.map(({ key }) => (typeof key === "string" ? new SymbolValue(key) : key));
  const wrong = fault("header-include-keys-unknown", {
    location,
    keys: unknown.map(({ key }) => String(key)),
    shown: inspectValue(new YamlList(keys)),
  });
  throw refusal(wrong, { subject: location, place: unknown[0]?.keyPlace });
}

function requireUniqueInputs(contents: readonly YamlMap[]): void {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const content of contents) {
    const inputs = content.get("inputs");
    for (const name of inputs instanceof YamlMap ? inputs.names() : []) {
      if (seen.has(name)) repeated.add(name);
      seen.add(name);
    }
  }
  if (repeated.size === 0) return;
  throw refusal(fault("inputs-duplicate", { inputs: [...repeated] }), {
    subject: "",
    place: contents.at(-1)?.entry("inputs")?.valuePlace,
  });
}
