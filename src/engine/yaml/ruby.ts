import {
  BinaryValue,
  DecimalValue,
  FloatValue,
  Reference,
  SymbolValue,
  YamlList,
  type YamlMap,
  type YamlValue,
} from "./values.ts";

/** How keys that are plain strings are shown: GitLab turns the keys of most hashes into symbols. */
export interface InspectOptions {
  readonly symbolKeys?: boolean;
}

/** Ruby's `to_s` (3.3), which is what interpolation writes into a longer string: null is empty, containers are inspected. */
export function toRubyString(value: YamlValue, options: InspectOptions = {}): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (value instanceof SymbolValue) return value.name;
  if (value instanceof BinaryValue) return Buffer.from(value.bytes).toString("utf8");
  return inspectValue(value, options);
}

/** Ruby's `inspect` (3.3): `["a", 1, nil, {:k=>"v"}]`. */
export function inspectValue(value: YamlValue, options: InspectOptions = {}): string {
  if (value === null) return "nil";
  if (typeof value === "string") return inspectString(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof FloatValue) return formatFloat(value.value);
  if (value instanceof DecimalValue) return value.text;
  if (value instanceof SymbolValue) return inspectSymbol(value.name);
  if (value instanceof BinaryValue) return inspectBytes(value.bytes);
  if (value instanceof Reference) return inspectValue(value.path, options);
  if (value instanceof YamlList)
    return `[${value.items.map((item) => inspectValue(item, options)).join(", ")}]`;
  return inspectMap(value, options);
}

function inspectMap(map: YamlMap, options: InspectOptions): string {
  const pairs = [...map.entries()].map(({ key, value }) => {
    const shown =
      options.symbolKeys && typeof key === "string" ? inspectSymbol(key) : inspectValue(key, options);
    return `${shown}=>${inspectValue(value, options)}`;
  });
  return `{${pairs.join(", ")}}`;
}

const PLAIN_SYMBOL =
  /^(?:(?:\$|@@?)?[\p{L}_][\p{L}\p{N}_]*|[\p{L}_][\p{L}\p{N}_]*[?!=]?|\[\]=?|\*\*|[+\-~!]@?|[*/%<>&|^`]|<=>|===?|=~|![=~]|<<|>>|<=|>=)$/u;

function inspectSymbol(name: string): string {
  return PLAIN_SYMBOL.test(name) ? `:${name}` : `:${inspectString(name)}`;
}

const STRING_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\v": "\\v",
  "\b": "\\b",
  "\x07": "\\a",
  "\x1b": "\\e",
};

/** Ruby's `String#inspect`: `#` is escaped where it would begin an interpolation. */
export function inspectString(text: string): string {
  const escaped = text.replace(
    UNPRINTABLE,
    (character) => STRING_ESCAPES[character] ?? escapeCode(character),
  );
  return `"${escaped}"`;
}

const UNPRINTABLE = /["\\]|#(?=[{$@])|[\p{C}\p{Zl}\p{Zp}]/gu;

function escapeCode(character: string): string {
  if (character === "#") return "\\#";
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  if (code < 0x80) return `\\x${digits.padStart(2, "0")}`;
  return code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}

function inspectBytes(bytes: Uint8Array): string {
  const shown = [...bytes].map((byte) => {
    const character = String.fromCharCode(byte);
    if (byte >= 0x20 && byte < 0x7f) return STRING_ESCAPES[character] ?? character;
    return STRING_ESCAPES[character] ?? `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return `"${shown.join("")}"`;
}

/** Ruby's `Float#to_s`: always with a fraction; an exponent below 1e-4 and from 1e15. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e15) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const sign = exponent.startsWith("-") ? "-" : "+";
  const digits = exponent.replace(/^[-+]/, "").padStart(2, "0");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}e${sign}${digits}`;
}
