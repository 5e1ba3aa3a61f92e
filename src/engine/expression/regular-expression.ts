import type { RE2JS } from "re2js";

/**
 * A compiled RE2 pattern. GitLab runs every pattern of a configuration through RE2 (lib/gitlab/untrusted_regexp.rb,
 * 18.11), so there is no lookaround, no back reference, and matching takes linear time. This is the only file that
 * knows which RE2 library Berth uses.
 */
export class RegularExpression {
  readonly source: string;
  readonly #compiled: RE2JS;

  constructor(source: string, compiled: RE2JS) {
    this.source = source;
    this.#compiled = compiled;
  }

  /** Whether the pattern occurs anywhere in the text (unanchored). */
  matches(text: string): boolean {
    return this.#compiled.matcher(text).find();
  }

  /** What Ruby prints of such an object: a pattern on the left side of `=~` is searched as this text. */
  toString(): string {
    return "#<Gitlab::UntrustedRegexp>";
  }
}

/** How one pattern compiled: kept, because the same few patterns guard hundreds of jobs. */
const compiled = new Map<string, RegularExpression | undefined>();
const KEPT_PATTERNS = 1000;

/** Compiles an RE2 pattern without slashes. Returns `undefined` when RE2 refuses it. */
export function compilePattern(source: string): RegularExpression | undefined {
  if (!compiled.has(source)) {
    if (compiled.size >= KEPT_PATTERNS) compiled.clear();
    compiled.set(source, compile(source));
  }
  return compiled.get(source);
}

/**
 * Compiles a pattern as it is written in a configuration, `/pattern/flags` with the flags `i`, `s`, `m` and `U`
 * (lib/gitlab/untrusted_regexp/ruby_syntax.rb). Returns `undefined` when the text is no such literal or RE2 refuses it.
 */
export function compileLiteral(literal: string): RegularExpression | undefined {
  const parts = LITERAL.exec(literal)?.groups;
  if (parts === undefined) return undefined;
  return compilePattern(parts.flags ? `(?${parts.flags})${parts.pattern}` : (parts.pattern ?? ""));
}

/** Whether the text has the form `/pattern/flags`; says nothing of the pattern's validity. */
export function isLiteral(text: string): boolean {
  return LITERAL.test(text);
}

/** Ruby anchors `^` and `$` at lines and lets `.` match all but a line feed; JavaScript must be told so. */
const LITERAL = /(?<![^\n])\/(?<pattern>[^\n]*)\/(?<flags>[ismU]*)(?![^\n])/;

function compile(source: string): RegularExpression | undefined {
  library ??= process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    "re2js",
  ) as typeof import("re2js");
  const pattern = source.replaceAll(ANY_BYTE, "$<before>(?s:.)");
  const compiled = attempt(library, pattern);
  if (compiled !== undefined) return new RegularExpression(source, compiled);
  // RE2 lets names of groups repeat and have letters of any script; nobody asks for the groups here.
  const unnamed = pattern.replaceAll(GROUP_NAME, "(");
  const again = unnamed === pattern ? undefined : attempt(library, unnamed);
  return again && new RegularExpression(source, again);
}

function attempt({ RE2JS }: typeof import("re2js"), pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

const GROUP_NAME = /\(\?P?<[\p{L}\p{Mn}\p{Mc}\p{Nd}\p{Nl}\p{Pc}]+>/gu;

/** Loaded with the first pattern: it is larger than the rest of the engine, and few pipelines hold a pattern. */
let library: typeof import("re2js") | undefined;

/** RE2's `\C`, one byte, which re2js lacks; it searches characters, not bytes. */
const ANY_BYTE = /(?<before>(?<!\\)(?:\\\\)*)\\C/g;
