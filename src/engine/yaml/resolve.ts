import { FloatValue, SymbolValue, type YamlScalar } from "./values.ts";

/** A value that Psych knows but GitLab does not allow: dates, times and Ruby objects. */
export class DisallowedClassError extends Error {
  override readonly name = "DisallowedClassError";
  constructor(className: string) {
    super(`Tried to load unspecified class: ${className}`);
  }
}

/**
 * What an unquoted scalar means to Psych (its ScalarScanner, with the lenient integers of `safe_load`).
 * Throws DisallowedClassError for dates (also days that do not exist) and times, RangeError where Psych itself fails.
 */
export function resolvePlain(text: string): YamlScalar {
  if (text === "") return null;
  if (startsWithLetter(text)) return resolveWord(text);
  if (WORD.test(text) || text.includes("\n")) return resolveWord(text);
  if (TIME.test(text)) throw new DisallowedClassError("Time");
  if (DATE.test(text)) throw new DisallowedClassError("Date");
  if (/^\+?\.inf$/im.test(text)) return new FloatValue(Number.POSITIVE_INFINITY);
  if (/^-\.inf$/im.test(text)) return new FloatValue(Number.NEGATIVE_INFINITY);
  if (/^\.nan$/im.test(text)) return new FloatValue(Number.NaN);
  if (/^:./.test(text)) return resolveSymbol(text);
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}$/.test(text)) return resolveSexagesimal(text, toInteger);
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}\.[0-9_]*$/.test(text)) {
    return new FloatValue(resolveSexagesimal(text, toFloat));
  }
  if (FLOAT.test(text)) return resolveFloat(text);
  if (INTEGER.test(text)) return parseInteger(text.replaceAll(/[,_]/g, ""));
  return text;
}

/** Most scalars do, and `WORD` holds for all of them. */
function startsWithLetter(text: string): boolean {
  const code = text.charCodeAt(0) | 32;
  return code >= 97 && code <= 122;
}

/** Begins like a word; never a number, a date or a symbol. */
const WORD = /^[^\d.:-]?[\p{Alphabetic}_\s!@#$%^&*(){}<>|/\\~;=]+/u;
const TIME =
  /^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$/;
const DATE = /^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$/;
const FLOAT = /^(?:[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?)$/;
const INTEGER =
  /^(?:[-+]?0[b][01_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)$/;

function resolveWord(text: string): YamlScalar {
  if (text.length > 5 || /^[^ytonf~]/im.test(text)) return text;
  if (text === "~" || /^null$/im.test(text)) return null;
  if (/^(?:yes|true|on)$/im.test(text)) return true;
  if (/^(?:no|false|off)$/im.test(text)) return false;
  return text;
}

/** What follows the closing quote of `:"name"` is dropped. */
function resolveSymbol(text: string): YamlScalar {
  const quoted = /^:(["'])(.*)\1/.exec(text)?.[2];
  return new SymbolValue(quoted === undefined ? text.slice(1) : quoted.replace(/^:/, ""));
}

/** A lone point is text; an exponent behind a point without digits is more than Ruby's `Float()` takes. */
function resolveFloat(text: string): YamlScalar {
  if (/^[-+]?\.$/.test(text)) return text;
  if (/^[-+]?\.[eE]/.test(text)) throw new RangeError(`invalid value for Float(): "${text}"`);
  return new FloatValue(Number(text.replaceAll(/[,_]/g, "")));
}

function resolveSexagesimal(text: string, convert: (part: string) => number): number {
  return text.split(":").reduce((sum, part, index) => sum + convert(part) * 60 ** Math.abs(index - 2), 0);
}

function toInteger(part: string): number {
  return Number.parseInt(part.replaceAll("_", ""), 10) || 0;
}

function toFloat(part: string): number {
  return Number.parseFloat(part.replaceAll("_", "")) || 0;
}

/** Our own limit: converting a number takes more than linear time. */
const MOST_DIGITS = 10_000;

/** Ruby's `Integer(text)`: a prefix gives the base, and needs digits; a leading zero means octal. Throws RangeError. */
function parseInteger(text: string): number | bigint | string {
  const negative = text.startsWith("-");
  const digits = text.replace(/^[-+]/, "");
  if (/^0[xb]$/.test(digits)) throw new RangeError(`invalid value for Integer(): "${text}"`);
  if (digits.length > MOST_DIGITS) return text;
  const literal = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = negative ? -BigInt(literal) : BigInt(literal);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number || 0 : value;
}
