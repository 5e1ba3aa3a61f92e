import {
  type Entry,
  loadYaml,
  Place,
  Source,
  SymbolValue,
  toRubyString,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../engine/yaml/index.ts";

/** A plain scalar that YAML 1.1 reads as something else than text. */
export interface PlainValue {
  readonly place: Place;
  readonly value: YamlValue;
  /** As it stands in the file. */
  readonly written: string;
  /** The text that GitLab makes of the value. */
  readonly handedOn: string;
  /** What YAML takes it for. */
  readonly kind: "boolean" | "number" | "number in base 60" | "octal number" | "symbol";
}

/** Lists the plain values that are no text to YAML, at the entry and in the lists below it. Nulls are left out: they are written on purpose. */
export function plainValues(entry: Pick<Entry, "value" | "valuePlace"> | undefined): PlainValue[] {
  return entry === undefined ? [] : inside(entry.value, entry.valuePlace);
}

/** What stands at a place, if it is one plain value that is no text to YAML: `3.10`, `on`, a date. */
export function plainTextAt(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const written = place.source.text.slice(place.start, place.end);
  if (!/^[\w.:+-][\w.:,+-]*$/.test(written)) return undefined;
  try {
    return typeof loadYaml(new Source("", written)).value === "string" ? undefined : written;
  } catch {
    return written;
  }
}

function inside(value: YamlValue, place: Place | undefined): PlainValue[] {
  if (value instanceof YamlList)
    return value.items.flatMap((item, index) => inside(item, value.places[index]));
  if (value === null || typeof value === "string" || value instanceof YamlMap || place === undefined)
    return [];
  const text = place.source.text.slice(place.start, place.end);
  const anchor = /^&\S+\s+/.exec(text)?.[0] ?? "";
  const written = text.slice(anchor.length);
  // an alias, a tag, a block: what is handed on is not written here, or on purpose
  if (!/^[\w.:+-][\w.:,+-]*$/.test(written)) return [];
  return [
    {
      place: new Place(place.source, place.start + anchor.length, place.end),
      value,
      written,
      handedOn: toRubyString(value),
      kind: kindOf(value, written),
    },
  ];
}

function kindOf(value: YamlValue, written: string): PlainValue["kind"] {
  if (typeof value === "boolean") return "boolean";
  if (value instanceof SymbolValue) return "symbol";
  if (written.includes(":")) return "number in base 60";
  return /^[-+]?0[0-7_,]+$/.test(written) ? "octal number" : "number";
}
