import type { Place } from "./source.ts";

/**
 * A value of the tree. Scalars are plain JavaScript values wherever JavaScript can tell them apart as Ruby does:
 * string, boolean, null, whole numbers (`number` while safe, `bigint` above 2^53-1). The rest are small classes:
 * `FloatValue` (1.0 is not 1), `DecimalValue`, `SymbolValue` (`:name`), `BinaryValue`, `Reference`.
 * Containers are `YamlMap` and `YamlList`; they hold the place of each key and value beside it.
 * Trees are read-only once loaded: transformations build new containers and may share entries.
 */
export type YamlValue = YamlScalar | YamlMap | YamlList | Reference;
export type YamlScalar =
  | string
  | number
  | bigint
  | boolean
  | null
  | FloatValue
  | DecimalValue
  | SymbolValue
  | BinaryValue;

/** What a mapping is indexed by: the key itself where JavaScript compares it as Ruby's `eql?`, else a canonical text. */
export type HashKey = string | number | bigint | boolean | null;

/** Ruby's Float. Whole numbers without a fraction are integers and stay plain numbers. */
export class FloatValue {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Ruby's BigDecimal, from JSON numbers with more digits than a double holds. `text` is its `to_s`, such as `0.1e1`. */
export class DecimalValue {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A Ruby symbol, written `:name` in YAML. */
export class SymbolValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A `!!binary` value whose bytes are not UTF-8. */
export class BinaryValue {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** An unresolved `!reference [job, keyword]`. A scalar or mapping under the tag leaves the path empty, as in GitLab. */
export class Reference {
  readonly path: YamlList;
  constructor(path: YamlList) {
    this.path = path;
  }
}

/** One key of a mapping with its value and both places (undefined for values that no text holds). */
export interface Entry {
  readonly key: YamlValue;
  readonly value: YamlValue;
  readonly keyPlace: Place | undefined;
  readonly valuePlace: Place | undefined;
}

/** A mapping: ordered; a key given twice keeps its first position and its last value, as in a Ruby Hash. */
export class YamlMap {
  private readonly table = new Map<HashKey, Entry>();
  private lost: Entry[] | undefined;

  static of(entries: Iterable<Entry>): YamlMap {
    const map = new YamlMap();
    for (const entry of entries) map.setEntry(entry);
    return map;
  }

  get size(): number {
    return this.table.size;
  }
  has(key: YamlValue): boolean {
    return this.table.has(hashKey(key));
  }
  /** The value of a key, or undefined when the key is absent (null is YAML's null). */
  get(key: YamlValue): YamlValue | undefined {
    return this.table.get(hashKey(key))?.value;
  }
  entry(key: YamlValue): Entry | undefined {
    return this.table.get(hashKey(key));
  }
  entries(): IterableIterator<Entry> {
    return this.table.values();
  }
  everyKey(test: (key: YamlValue) => boolean): boolean {
    for (const { key } of this.table.values()) if (!test(key)) return false;
    return true;
  }
  /** The keys that are strings or symbols, as text, in order. */
  names(): string[] {
    const names: string[] = [];
    for (const { key } of this.table.values()) {
      if (typeof key === "string") names.push(key);
      else if (key instanceof SymbolValue) names.push(key.name);
    }
    return names;
  }

  /** The entries that the text of this mapping wrote and then replaced by a later one with the same key, in order. */
  get replaced(): readonly Entry[] {
    return this.lost ?? [];
  }
  /** Only while building a new map: notes an entry that is about to be replaced. */
  noteReplaced(entry: Entry): void {
    this.lost = [...this.replaced, entry];
  }

  /** Only while building a new map. */
  setEntry(entry: Entry): this {
    this.table.set(hashKey(entry.key), entry);
    return this;
  }
  /** Only while building a new map. */
  set(key: YamlValue, value: YamlValue, valuePlace?: Place, keyPlace?: Place): this {
    return this.setEntry({ key, value, keyPlace, valuePlace });
  }
  /** Only while building a new map. */
  delete(key: YamlValue): boolean {
    return this.table.delete(hashKey(key));
  }
  /** A shallow copy, sharing the entries. */
  copy(): YamlMap {
    return YamlMap.of(this.table.values());
  }
}

/** A sequence; `places[i]` is the place of `items[i]`. */
export class YamlList {
  readonly items: readonly YamlValue[];
  readonly places: readonly (Place | undefined)[];

  constructor(items: readonly YamlValue[], places: readonly (Place | undefined)[] = []) {
    this.items = items;
    this.places = places;
  }
  get size(): number {
    return this.items.length;
  }
}

/** The index of a key: strings, whole numbers, booleans and null are themselves; other keys a canonical text. */
export function hashKey(key: YamlValue): HashKey {
  if (typeof key !== "object" || key === null) return key;
  return `\u0000${canonical(key)}`;
}

function canonical(value: YamlValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof FloatValue) return `float ${value.value}`;
  if (value instanceof DecimalValue) return `decimal ${value.text}`;
  if (value instanceof SymbolValue) return `symbol ${JSON.stringify(value.name)}`;
  if (value instanceof BinaryValue) return `binary ${Buffer.from(value.bytes).toString("base64")}`;
  if (value instanceof Reference) return `reference ${canonical(value.path)}`;
  if (value instanceof YamlList) return `[${value.items.map(canonical).join(",")}]`;
  return `{${[...value.entries()]
    .map(({ key, value: each }) => `${canonical(key)}:${canonical(each)}`)
    .sort()
    .join(",")}}`;
}
