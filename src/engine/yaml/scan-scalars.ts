import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, SPACE, TAB } from "./characters.ts";
import type { Cursor } from "./cursor.ts";
import { type Mark, type Token, YamlSyntaxError } from "./tokens.ts";

const [HASH, SINGLE, DOUBLE, BACKSLASH, COLON, PLUS, MINUS] = [35, 39, 34, 92, 58, 43, 45];

/** Scans `|` and `>` scalars; `parentIndent` is the indentation of the surrounding block (-1 at the top). */
export function scanBlockScalar(cursor: Cursor, literal: boolean, parentIndent: number): Token {
  const start = cursor.mark();
  cursor.skip();
  const { chomping, increment } = readBlockHeader(cursor, start);
  let indent = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  const leading = readBlockBreaks(cursor, indent, parentIndent, start);
  indent = leading.indent;
  let { breaks, end } = leading;
  const parts: string[] = [];
  let lineBreak = "";
  let afterBlank = false;
  while (cursor.column === indent && !cursor.atEnd) {
    const startsBlank = isBlank(cursor.code());
    if (!literal && lineBreak === "\n" && !afterBlank && !startsBlank) {
      if (breaks === "") parts.push(" ");
    } else {
      parts.push(lineBreak);
    }
    parts.push(breaks);
    afterBlank = startsBlank;
    const lineEnd = findLineEnd(cursor);
    parts.push(cursor.text.slice(cursor.offset, lineEnd));
    cursor.skipTo(lineEnd);
    lineBreak = cursor.readBreak();
    ({ breaks, end } = readBlockBreaks(cursor, indent, parentIndent, start));
  }
  if (chomping !== "strip") parts.push(lineBreak);
  if (chomping === "keep") parts.push(breaks);
  return { kind: "scalar", start, end, value: parts.join(""), handle: "", plain: false };
}

type Chomping = "clip" | "strip" | "keep";

function readBlockHeader(cursor: Cursor, start: Mark): { chomping: Chomping; increment: number } {
  const fail = (problem: string) => {
    throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a block scalar", start);
  };
  let chomping: Chomping = "clip";
  let increment = 0;
  const readChomping = () => {
    const code = cursor.code();
    if (code !== PLUS && code !== MINUS) return false;
    chomping = code === PLUS ? "keep" : "strip";
    cursor.skip();
    return true;
  };
  const readIncrement = () => {
    const code = cursor.code();
    if (!(code >= 48 && code <= 57)) return false;
    if (code === 48) fail("found an indentation indicator equal to 0");
    increment = code - 48;
    cursor.skip();
    return true;
  };
  if (readChomping()) readIncrement();
  else if (readIncrement()) readChomping();
  while (isBlank(cursor.code())) cursor.skip();
  if (cursor.code() === HASH) cursor.skipTo(findLineEnd(cursor));
  if (!isBreakOrEnd(cursor.code())) fail("did not find expected comment or line break");
  cursor.readBreak();
  return { chomping, increment };
}

/** Eats indentation and empty lines; with indent 0 the indentation is found out here. */
function readBlockBreaks(cursor: Cursor, indent: number, parentIndent: number, start: Mark) {
  let breaks = "";
  let deepest = 0;
  let end = cursor.mark();
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.code() === SPACE) cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if ((indent === 0 || cursor.column < indent) && cursor.code() === TAB) {
      const problem = "found a tab character where an indentation space is expected";
      throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a block scalar", start);
    }
    if (!isBreak(cursor.code())) break;
    breaks += cursor.readBreak();
    end = cursor.mark();
  }
  return { breaks, end, indent: indent === 0 ? Math.max(deepest, parentIndent + 1, 1) : indent };
}

function findLineEnd(cursor: Cursor): number {
  let offset = cursor.offset;
  while (!isBreakOrEnd(cursor.text.charCodeAt(offset))) offset++;
  return offset;
}

/** Scans a quoted scalar. */
export function scanQuotedScalar(cursor: Cursor): Token {
  const start = cursor.mark();
  const quote = cursor.code();
  const fail = (problem: string) => {
    throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a quoted scalar", start);
  };
  const parts: string[] = [];
  cursor.skip();
  for (;;) {
    if (cursor.atDocumentIndicator()) fail("found unexpected document indicator");
    if (cursor.atEnd) fail("found unexpected end of stream");
    const folded = readQuotedWord(cursor, quote, parts, start);
    if (cursor.code() === quote) break;
    parts.push(readFolding(cursor, folded));
  }
  cursor.skip();
  return { kind: "scalar", start, end: cursor.mark(), value: parts.join(""), handle: "", plain: false };
}

/** Reads up to a blank, a break or the closing quote. Returns whether an escaped line break ended the word. */
function readQuotedWord(cursor: Cursor, quote: number, parts: string[], start: Mark): boolean {
  const { text } = cursor;
  for (;;) {
    let offset = cursor.offset;
    let code = text.charCodeAt(offset);
    while (!isBlankOrEnd(code) && code !== quote && !(code === BACKSLASH && quote === DOUBLE)) {
      code = text.charCodeAt(++offset);
    }
    if (offset > cursor.offset) {
      parts.push(text.slice(cursor.offset, offset));
      cursor.skipTo(offset);
    }
    if (code === SINGLE && quote === SINGLE && cursor.code(1) === SINGLE) {
      parts.push("'");
      cursor.skip(2);
    } else if (code === BACKSLASH && quote === DOUBLE) {
      if (isBreak(cursor.code(1))) {
        cursor.skip();
        cursor.readBreak();
        return true;
      }
      parts.push(readEscape(cursor, start));
    } else {
      return false;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "/": "/",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(cursor: Cursor, start: Mark): string {
  const fail = (problem: string): never => {
    throw new YamlSyntaxError(problem, cursor.mark(), "while parsing a quoted scalar", start);
  };
  const letter = cursor.text.charAt(cursor.offset + 1);
  const length = HEX_LENGTHS[letter];
  if (length === undefined) {
    const character = ESCAPES[letter] ?? fail("found unknown escape character");
    cursor.skip(2);
    return character;
  }
  cursor.skip(2);
  const digits = cursor.text.slice(cursor.offset, cursor.offset + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== length)
    fail("did not find expected hexdecimal number");
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    fail("found invalid Unicode character escape code");
  cursor.skip(length);
  return String.fromCodePoint(value);
}

/** Reads blanks and breaks between two words of a quoted scalar, and returns what they fold into. */
function readFolding(cursor: Cursor, afterEscapedBreak: boolean): string {
  let folding = afterEscapedBreak;
  let firstBreak = "";
  let furtherBreaks = "";
  const blanksStart = cursor.offset;
  let blanksEnd = cursor.offset;
  for (let code = cursor.code(); isBlank(code) || isBreak(code); code = cursor.code()) {
    if (isBlank(code)) {
      cursor.skip();
      if (!folding) blanksEnd = cursor.offset;
    } else if (folding) {
      furtherBreaks += cursor.readBreak();
    } else {
      firstBreak = cursor.readBreak();
      folding = true;
    }
  }
  return folding ? fold(firstBreak, furtherBreaks) : cursor.text.slice(blanksStart, blanksEnd);
}

function fold(firstBreak: string, furtherBreaks: string): string {
  if (firstBreak !== "\n") return firstBreak + furtherBreaks;
  return furtherBreaks === "" ? " " : furtherBreaks;
}

/** Scans a scalar without quotes. `endsOnNewLine` tells whether a simple key may follow. */
export function scanPlainScalar(
  cursor: Cursor,
  flow: boolean,
  indent: number,
): { token: Token; endsOnNewLine: boolean } {
  const start = cursor.mark();
  const { text } = cursor;
  let parts = "";
  /** Where the words begin that stand on the current line and are not in `parts` yet. */
  let lineStart = cursor.offset;
  let end = start;
  let separator = "";
  let folding = false;
  for (;;) {
    if (cursor.atDocumentIndicator() || cursor.code() === HASH) break;
    const wordEnd = findPlainWordEnd(cursor, flow, start);
    if (wordEnd > cursor.offset) {
      if (folding) {
        parts += text.slice(lineStart, end.offset) + separator;
        lineStart = cursor.offset;
      }
      cursor.skipTo(wordEnd);
      end = cursor.mark();
      folding = false;
    }
    if (!isBlank(cursor.code()) && !isBreak(cursor.code())) break;
    const gap = readPlainGap(cursor, indent, start);
    separator = gap.separator;
    folding = gap.folding;
    if (!flow && cursor.column < indent) break;
  }
  const value = parts + text.slice(lineStart, end.offset);
  const token: Token = { kind: "scalar", start, end, value, handle: "", plain: true };
  return { token, endsOnNewLine: folding };
}

/** The end of the words that follow on this line; a pattern of the engine reads them faster than a loop over characters. */
function findPlainWordEnd(cursor: Cursor, flow: boolean, start: Mark): number {
  const pattern = flow ? FLOW_WORDS : BLOCK_WORDS;
  pattern.lastIndex = cursor.offset;
  pattern.exec(cursor.text);
  const offset = pattern.lastIndex;
  if (flow && cursor.code(offset - cursor.offset) === COLON) {
    const next = cursor.code(offset + 1 - cursor.offset);
    if (isFlowIndicatorAfterColon(next)) {
      cursor.skipTo(offset);
      const problem = "found unexpected ':'";
      throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a plain scalar", start);
    }
  }
  return offset;
}

/** Words of a plain scalar up to the end of the line: no `: `, no ` #`, in flow collections no indicator of theirs. */
const BLOCK_WORDS = plainWords("[^ \\t\\n\\r\\x85\\u2028\\u2029:]", "[^ \\t\\n\\r\\x85\\u2028\\u2029]");
const FLOW_WORDS = plainWords(
  "[^ \\t\\n\\r\\x85\\u2028\\u2029:,[\\]{}]",
  "[^ \\t\\n\\r\\x85\\u2028\\u2029,[\\]{}?]",
);

function plainWords(character: string, afterColon: string): RegExp {
  const word = `(?:${character}+|:(?=${afterColon}))`;
  return new RegExp(`(?:${word}+(?:[ \\t]+(?!#)${word}+)*)?`, "y");
}

function isFlowIndicator(code: number): boolean {
  return code === 44 || code === 91 || code === 93 || code === 123 || code === 125;
}

function isFlowIndicatorAfterColon(code: number): boolean {
  return isFlowIndicator(code) || code === 63;
}

function readPlainGap(cursor: Cursor, indent: number, start: Mark): { separator: string; folding: boolean } {
  const blanksStart = cursor.offset;
  let folding = false;
  let firstBreak = "";
  let furtherBreaks = "";
  for (let code = cursor.code(); isBlank(code) || isBreak(code); code = cursor.code()) {
    if (isBlank(code)) {
      if (folding && code === TAB && cursor.column < indent) {
        const problem = "found a tab character that violates indentation";
        throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a plain scalar", start);
      }
      cursor.skip();
    } else if (folding) {
      furtherBreaks += cursor.readBreak();
    } else {
      firstBreak = cursor.readBreak();
      folding = true;
    }
  }
  const separator = folding ? fold(firstBreak, furtherBreaks) : cursor.text.slice(blanksStart, cursor.offset);
  return { separator, folding };
}
