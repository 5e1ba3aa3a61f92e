import { fault } from "../problem/index.ts";
import {
  inspectValue,
  loadYaml,
  type Place,
  Reference,
  Source,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../yaml/index.ts";
import { type Findings, refusal } from "./errors.ts";

/**
 * Replaces every `!reference [job, keyword]` by the value it points to (https://docs.gitlab.com/ci/yaml/yaml_optimization/).
 * Throws ConfigError for references that point to nothing, to themselves, or are not lists of names, and RangeError for a chain that
 * is too long.
 */
export function resolveReferences(config: YamlMap, findings: Findings): YamlMap {
  return new References(config, findings).resolveMap(config);
}

/**
 * Ours: so many references may lead from one to the next. Node's own stack would end near twice as many, in an error that is not
 * always the same one.
 */
const MOST_LINKS = 1_000;

class References {
  readonly #config: YamlMap;
  readonly #resolved = new Map<Reference, YamlValue>();
  readonly #resolving = new Set<Reference>();
  /** Mappings and lists that hold no reference at any depth, so that they are shared and not walked again. */
  readonly #plain = new WeakSet<YamlMap | YamlList>();

  readonly #findings: Findings;

  constructor(config: YamlMap, findings: Findings) {
    this.#config = config;
    this.#findings = findings;
  }

  resolveMap(map: YamlMap): YamlMap {
    if (this.#plain.has(map)) return map;
    let changed: YamlMap | undefined;
    for (const entry of map.entries()) {
      const value = this.#deep(entry.value, entry.valuePlace);
      if (value === entry.value) continue;
      changed ??= map.copy();
      changed.setEntry({ ...entry, value });
    }
    if (changed === undefined) this.#plain.add(map);
    return changed ?? map;
  }

  #deep(value: YamlValue, place: Place | undefined): YamlValue {
    if (value instanceof Reference)
      return this.#findings.attempt(() => this.#resolve(value, place), "keywords") ?? null;
    if (value instanceof YamlMap) return this.resolveMap(value);
    return value instanceof YamlList ? this.#deepList(value) : value;
  }

  #deepList(list: YamlList): YamlList {
    if (this.#plain.has(list)) return list;
    const items = list.items.map((item, index) => this.#deep(item, list.places[index]));
    if (items.some((item, index) => item !== list.items[index])) return new YamlList(items, list.places);
    this.#plain.add(list);
    return list;
  }

  #resolve(reference: Reference, place: Place | undefined): YamlValue {
    const { path } = reference;
    if (path.size === 0 || !path.items.every((name) => typeof name === "string")) {
      const shown = inspectContent(reference, place);
      throw refusal(fault("reference-invalid", { shown }), { subject: "", place });
    }
    const known = this.#resolved.get(reference);
    if (known !== undefined) return known;
    if (this.#resolving.has(reference)) {
      throw refusal(fault("reference-circular", { shown: inspectValue(path) }), { subject: "", place });
    }
    if (this.#resolving.size >= MOST_LINKS) throw new RangeError("too many references in a chain");
    this.#resolving.add(reference);
    let value: YamlValue | undefined;
    try {
      value = this.#found(this.#dig(path));
    } finally {
      this.#resolving.delete(reference);
    }
    if (value === undefined || value === null || value === false) {
      throw refusal(fault("reference-missing", { shown: inspectValue(path) }), { subject: "", place });
    }
    this.#resolved.set(reference, value);
    return value;
  }

  /** GitLab looks only at the items of a list themselves here, and at every depth of a mapping. */
  #found(value: YamlValue | undefined): YamlValue | undefined {
    if (!(value instanceof YamlList)) return value === undefined ? undefined : this.#deep(value, undefined);
    const items = value.items.map((item, index) => {
      return item instanceof Reference ? this.#resolve(item, value.places[index]) : item;
    });
    return new YamlList(items, value.places);
  }

  #dig(path: YamlList): YamlValue | undefined {
    let value: YamlValue | undefined = this.#config;
    for (const name of path.items) {
      if (!(value instanceof YamlMap)) return undefined;
      value = value.get(name);
    }
    return value;
  }
}

/** What stands under the tag, as Ruby prints it: the tree keeps lists only, so anything else is read again. */
function inspectContent({ path }: Reference, place: Place | undefined): string {
  if (path.size > 0 || place === undefined) return inspectValue(path);
  const text = place.source.text.slice(place.start, place.end).replace(/^!reference\s*/, "");
  const { value } = loadYaml(new Source(place.file, text));
  return value === null ? "[]" : inspectValue(value);
}
