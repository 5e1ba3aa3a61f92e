import { DecimalValue, FloatValue, toRubyString, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { type InputType, inputTypeOf } from "./input-types.ts";
import { type KeyStyle, keyStyleOptions } from "./key-style.ts";

/** A value of an input, and how the keys of maps inside it are kept. */
export interface InputValue {
  readonly value: YamlValue;
  readonly keys: KeyStyle;
}

/**
 * What GitLab makes of a given or default value (lib/ci/inputs/base_input.rb, 18.11): text for string inputs;
 * for the others whatever the value's text says as JSON, or the value itself when that is no JSON.
 */
export function coerce(type: InputType, given: InputValue): InputValue {
  const { value, keys } = given;
  if (inputTypeOf(type).reads === "text")
    return { value: toRubyString(value, keyStyleOptions(keys)), keys: "text" };
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return given;
  const parsed = parseLenientJson(toRubyString(value, keyStyleOptions(keys)));
  return parsed === undefined ? given : { value: parsed, keys: "text" };
}

/** Our own limit: converting a number takes more than linear time. */
const MOST_DIGITS = 10_000;

/** Significant digits that GitLab's JSON parser (Oj) still keeps as a double. */
const DOUBLE_DIGITS = 16;

/**
 * Parses JSON as leniently as Oj does: comments before and inside a value, leading zeros, `+5`, `5.`, a lone sign for 0,
 * NaN and Infinity. Undefined when it is none.
 */
export function parseLenientJson(text: string): YamlValue | undefined {
  const reader = new JsonReader(text);
  try {
    return reader.readDocument();
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

class JsonFault extends Error {}

const DEEPEST_LEVEL = 100;

class JsonReader {
  private readonly text: string;
  private offset = 0;
  private level = 0;

  constructor(text: string) {
    this.text = text;
  }

  readDocument(): YamlValue {
    this.skipBlanks();
    const value = this.readValue();
    // Comments may stand before a value and inside of it, not behind it.
    this.match(/[ \t\r\n\f]+/y);
    if (this.offset < this.text.length) throw new JsonFault();
    return value;
  }

  private readValue(): YamlValue {
    const character = this.text.charAt(this.offset);
    if (character === "[") return this.nested(() => this.readArray());
    if (character === "{") return this.nested(() => this.readObject());
    if (character === '"') return this.readString();
    const word = this.match(/(?:true|false|null|[-+]?[Nn]a[Nn]|[-+]?Infinity)(?![A-Za-z0-9_])/y);
    if (word !== undefined) return WORDS[word.replace(/^[-+](?=[Nn])|^\+/, "")]?.() ?? null;
    return this.readNumber();
  }

  private nested<T>(read: () => T): T {
    if (++this.level > DEEPEST_LEVEL) throw new JsonFault();
    const value = read();
    this.level--;
    return value;
  }

  private readArray(): YamlList {
    const items: YamlValue[] = [];
    this.readMembers("]", () => items.push(this.readValue()));
    return new YamlList(items);
  }

  private readObject(): YamlMap {
    const map = new YamlMap();
    this.readMembers("}", () => {
      if (this.text.charAt(this.offset) !== '"') throw new JsonFault();
      const key = this.readString();
      this.skipBlanks();
      this.expect(":");
      this.skipBlanks();
      map.set(key, this.readValue());
    });
    return map;
  }

  private readMembers(end: string, readMember: () => void): void {
    this.offset++;
    this.skipBlanks();
    if (this.text.charAt(this.offset) === end) {
      this.offset++;
      return;
    }
    for (;;) {
      readMember();
      this.skipBlanks();
      if (this.text.charAt(this.offset) === end) break;
      this.expect(",");
      this.skipBlanks();
    }
    this.offset++;
  }

  private readString(): string {
    const literal = this.match(/"(?:[^"\\\0]|\\[^\0])*"/y);
    if (literal === undefined) throw new JsonFault();
    const text = this.parseString(literal);
    if (/\p{Surrogate}/u.test(text)) throw new JsonFault();
    return text;
  }

  /** Oj accepts raw control characters, which JSON.parse does not. */
  private parseString(literal: string): string {
    try {
      return JSON.parse(literal.replace(RAW_CONTROL, escapeControl)) as string;
    } catch {
      throw new JsonFault();
    }
  }

  /** Digits may be missing behind a sign, not behind a point or an exponent that needs them. */
  private readNumber(): YamlValue {
    const literal = this.match(/(?:[-+]\d*|\d+)(?:\.\d*)?(?:[eE][-+]?\d*)?/y);
    if (literal === undefined || literal.length > MOST_DIGITS) throw new JsonFault();
    if (/^[-+]?\d*\.?$/.test(literal))
      return wholeNumber(BigInt(literal.replace(/[+.]/g, "").replace(/^-?$/, "0")));
    if (/[-+.eE]$|(?:^|[-+.])[eE]/.test(literal)) throw new JsonFault();
    const digits = literal
      .replace(/[eE].*$/, "")
      .replaceAll(/[-+.]/g, "")
      .replace(/^0+/, "");
    if (digits.length > DOUBLE_DIGITS) return new DecimalValue(decimalText(literal));
    return new FloatValue(Number(literal));
  }

  private skipBlanks(): void {
    this.match(/(?:[ \t\r\n\f]+|\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n|$))+/y);
  }

  private expect(character: string): void {
    if (this.text.charAt(this.offset) !== character) throw new JsonFault();
    this.offset++;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.offset += found.length;
    return found;
  }
}

const WORDS: Readonly<Record<string, () => YamlValue>> = {
  true: () => true,
  false: () => false,
  null: () => null,
  NaN: notANumber,
  nan: notANumber,
  Nan: notANumber,
  naN: notANumber,
  Infinity: () => new FloatValue(Number.POSITIVE_INFINITY),
  "-Infinity": () => new FloatValue(Number.NEGATIVE_INFINITY),
};

function notANumber(): YamlValue {
  return new FloatValue(Number.NaN);
}

const RAW_CONTROL = /(?![\u0080-\u009f])\p{Cc}/gu;

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number || 0 : value;
}

/** BigDecimal's `to_s("F")`: digits without an exponent, and always a fraction. */
function decimalText(literal: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^\+?(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(literal) ?? [];
  const shift = Math.max(-1000, Math.min(1000, Number(exponent)));
  let digits = whole + fraction;
  let point = whole.length + shift;
  if (point <= 0) {
    digits = "0".repeat(1 - point) + digits;
    point = 1;
  }
  digits = digits.padEnd(point, "0");
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const right = digits.slice(point).replace(/0+$/, "");
  return `${sign}${left}.${right === "" ? "0" : right}`;
}
