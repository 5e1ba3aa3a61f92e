import { isBlank, isBlankOrEnd, isBreakOrEnd, isWord } from "./characters.ts";
import type { Cursor } from "./cursor.ts";
import { type Mark, type Token, YamlSyntaxError } from "./tokens.ts";

/** Scans `&name` and `*name`. */
export function scanAnchor(cursor: Cursor, kind: "anchor" | "alias"): Token {
  const start = cursor.mark();
  cursor.skip();
  const value = readWord(cursor);
  const next = cursor.code();
  if (value === "" || !(isBlankOrEnd(next) || "?:,]}%@`".includes(String.fromCharCode(next)))) {
    const problem = "did not find expected alphabetic or numeric character";
    throw new YamlSyntaxError(problem, cursor.mark(), `while scanning an ${kind}`, start);
  }
  return { kind, start, end: cursor.mark(), value, handle: "", plain: false };
}

/** Scans `!tag`, `!!tag`, `!handle!tag` and `!<uri>`. */
export function scanTag(cursor: Cursor, flow: boolean): Token {
  const start = cursor.mark();
  const { handle, value } =
    cursor.code(1) === 60 ? readVerbatimTag(cursor, start) : readShorthandTag(cursor, start);
  const next = cursor.code();
  if (!isBlankOrEnd(next) && !(flow && next === 44)) {
    const problem = "did not find expected whitespace or line break";
    throw new YamlSyntaxError(problem, cursor.mark(), "while scanning a tag", start);
  }
  return { kind: "tag", start, end: cursor.mark(), value, handle, plain: false };
}

function readVerbatimTag(cursor: Cursor, start: Mark): { handle: string; value: string } {
  cursor.skip(2);
  const value = readTagUri(cursor, { head: "", extended: true, context: "while parsing a tag", start });
  if (cursor.code() !== 62) {
    throw new YamlSyntaxError("did not find the expected '>'", cursor.mark(), "while scanning a tag", start);
  }
  cursor.skip();
  return { handle: "", value };
}

function readShorthandTag(cursor: Cursor, start: Mark): { handle: string; value: string } {
  const options = { extended: false, context: "while parsing a tag", start };
  const head = readTagHandle(cursor);
  if (head.length > 1 && head.endsWith("!"))
    return { handle: head, value: readTagUri(cursor, { ...options, head: "" }) };
  const value = readTagUri(cursor, { ...options, head });
  // A lone `!` is the non-specific tag.
  return value === "" ? { handle: "", value: "!" } : { handle: "!", value };
}

function readTagHandle(cursor: Cursor): string {
  const start = cursor.offset;
  cursor.skip();
  readWord(cursor);
  if (cursor.code() === 33) cursor.skip();
  return cursor.text.slice(start, cursor.offset);
}

function readWord(cursor: Cursor): string {
  const start = cursor.offset;
  while (isWord(cursor.code())) cursor.skip();
  return cursor.text.slice(start, cursor.offset);
}

interface UriOptions {
  readonly head: string;
  /** Verbatim tags and prefixes may also hold `,[]`. */
  readonly extended: boolean;
  readonly context: string;
  readonly start: Mark;
}

function readTagUri(cursor: Cursor, { head, extended, context, start }: UriOptions): string {
  let value = head.slice(1);
  for (;;) {
    const code = cursor.code();
    const character = String.fromCharCode(code);
    if (code === 37) value += readUriEscape(cursor, context, start);
    else if (
      isWord(code) ||
      ";/?:@&=+$.!~*'()".includes(character) ||
      (extended && ",[]".includes(character))
    ) {
      value += character;
      cursor.skip();
    } else break;
  }
  if (head === "" && value === "") {
    throw new YamlSyntaxError("did not find expected tag URI", cursor.mark(), context, start);
  }
  return value;
}

function readUriEscape(cursor: Cursor, context: string, start: Mark): string {
  const escapes = /^(?:%[0-9a-fA-F]{2})+/.exec(cursor.text.slice(cursor.offset, cursor.offset + 12))?.[0];
  if (escapes === undefined)
    throw new YamlSyntaxError("did not find URI escaped octet", cursor.mark(), context, start);
  for (let length = 3; length <= escapes.length; length += 3) {
    try {
      const character = decodeURIComponent(escapes.slice(0, length));
      cursor.skip(length);
      return character;
    } catch {
      // An octet in the middle of a UTF-8 sequence: take one more.
    }
  }
  throw new YamlSyntaxError("found an incorrect leading UTF-8 octet", cursor.mark(), context, start);
}

/** Scans `%YAML` and `%TAG` lines. */
export function scanDirective(cursor: Cursor): Token {
  const start = cursor.mark();
  const fail = (problem: string, context = "while scanning a directive"): never => {
    throw new YamlSyntaxError(problem, cursor.mark(), context, start);
  };
  cursor.skip();
  const name = readWord(cursor);
  if (name === "") fail("could not find expected directive name");
  if (!isBlankOrEnd(cursor.code())) fail("found unexpected non-alphabetical character");
  if (name !== "YAML" && name !== "TAG") fail("found unknown directive name");
  skipBlanks(cursor);
  const token = name === "YAML" ? readVersion(cursor, start, fail) : readTagPrefix(cursor, start, fail);
  skipBlanks(cursor);
  if (cursor.code() === 35) while (!isBreakOrEnd(cursor.code())) cursor.skip();
  if (!isBreakOrEnd(cursor.code())) fail("did not find expected comment or line break");
  cursor.readBreak();
  return token;
}

type Fail = (problem: string, context?: string) => never;

/** Reads `1.1`; libyaml takes up to nine digits on each side. */
function readVersion(cursor: Cursor, start: Mark, fail: Fail): Token {
  const context = "while scanning a %YAML directive";
  const readNumber = () => {
    const from = cursor.offset;
    while (cursor.code() >= 48 && cursor.code() <= 57) {
      if (cursor.offset - from >= 9) fail("found extremely long version number", context);
      cursor.skip();
    }
    if (cursor.offset === from) fail("did not find expected version number", context);
    return Number(cursor.text.slice(from, cursor.offset));
  };
  const major = readNumber();
  if (cursor.code() !== 46) fail("did not find expected digit or '.' character", context);
  cursor.skip();
  const value = `${major}.${readNumber()}`;
  return { kind: "version-directive", start, end: cursor.mark(), value, handle: "", plain: false };
}

function readTagPrefix(cursor: Cursor, start: Mark, fail: Fail): Token {
  const context = "while scanning a %TAG directive";
  if (cursor.code() !== 33) fail("did not find expected '!'", "while scanning a tag directive");
  const handle = readTagHandle(cursor);
  if (handle !== "!" && !handle.endsWith("!"))
    fail("did not find expected '!'", "while parsing a tag directive");
  if (!isBlank(cursor.code())) fail("did not find expected whitespace", context);
  skipBlanks(cursor);
  const value = readTagUri(cursor, {
    head: "",
    extended: true,
    context: "while parsing a %TAG directive",
    start,
  });
  if (!isBlankOrEnd(cursor.code())) fail("did not find expected whitespace or line break", context);
  return { kind: "tag-directive", start, end: cursor.mark(), value, handle, plain: false };
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.code())) cursor.skip();
}
