import { toRubyString } from "./ruby.ts";
import {
  BinaryValue,
  DecimalValue,
  FloatValue,
  Reference,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlValue,
} from "./values.ts";

/** Plain JSON data. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * The tree as plain JSON data, for programs that do not care what Ruby would call a value. What JSON lacks is written as
 * `{"!reference": […]}`, `{"!int": "…"}` (beyond 2^53-1), `{"!float": "inf" | "-inf" | "nan"}`, `{"!decimal": "…"}` and
 * `{"!binary": base64}`; symbols are strings, and so are keys that YAML reads as something else (null is "").
 */
export function toJson(value: YamlValue): JsonValue {
  if (typeof value === "bigint") return { "!int": String(value) };
  if (value === null || typeof value !== "object") return value;
  if (value instanceof FloatValue) return floatToJson(value.value);
  if (value instanceof DecimalValue) return { "!decimal": value.text };
  if (value instanceof SymbolValue) return value.name;
  if (value instanceof BinaryValue) return { "!binary": Buffer.from(value.bytes).toString("base64") };
  if (value instanceof Reference) return { "!reference": toJson(value.path) };
  if (value instanceof YamlList) return value.items.map(toJson);
  return mapToJson(value);
}

function mapToJson(map: YamlMap): JsonValue {
  const object: { [key: string]: JsonValue } = {};
  for (const { key, value } of map.entries()) {
    const name = key instanceof Reference ? "!reference" : toRubyString(key);
    if (name === "__proto__") Object.defineProperty(object, name, { value: toJson(value), enumerable: true });
    else object[name] = toJson(value);
  }
  return object;
}

function floatToJson(value: number): JsonValue {
  if (Number.isFinite(value)) return value;
  return { "!float": Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
}

/**
 * Plain data as a tree without places; the inverse of `toJson`. Numbers with a fraction become floats.
 * Throws TypeError for functions and symbols, and RangeError for data nested more than 500 levels deep.
 */
export function fromJson(data: unknown): YamlValue {
  return convert(data, 0);
}

const DEEPEST_LEVEL = 500;

function convert(data: unknown, level: number): YamlValue {
  if (data === null || data === undefined) return null;
  if (typeof data === "string" || typeof data === "boolean" || typeof data === "bigint") return data;
  if (typeof data === "number") return fromNumber(data);
  if (level > DEEPEST_LEVEL) throw new RangeError(`data nested more than ${DEEPEST_LEVEL} levels deep`);
  if (Array.isArray(data)) return new YamlList(data.map((item) => convert(item, level + 1)));
  if (typeof data !== "object") throw new TypeError(`no YAML value can be made of a ${typeof data}`);
  const names = Object.keys(data);
  const special =
    names.length === 1 ? specialFromJson(names[0]!, (data as Record<string, unknown>)[names[0]!]) : undefined;
  if (special !== undefined) return special;
  const map = new YamlMap();
  for (const name of names) map.set(name, convert((data as Record<string, unknown>)[name], level + 1));
  return map;
}

/** JSON text shows whole numbers below 1e21 without an exponent: those are integers to Ruby. */
function fromNumber(data: number): YamlValue {
  if (Number.isSafeInteger(data)) return data || 0;
  return Number.isInteger(data) && Math.abs(data) < 1e21 ? BigInt(data) : new FloatValue(data);
}

function specialFromJson(name: string, content: unknown): YamlValue | undefined {
  if (name === "!reference") {
    const path = fromJson(content);
    return path instanceof YamlList ? new Reference(path) : undefined;
  }
  if (typeof content !== "string") return undefined;
  if (name === "!int") return BigInt(content);
  if (name === "!decimal") return new DecimalValue(content);
  if (name === "!binary") return new BinaryValue(Buffer.from(content, "base64"));
  if (name !== "!float") return undefined;
  const values: Record<string, number> = { inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };
  return new FloatValue(values[content] ?? Number(content));
}
