import { compilePattern, type RegularExpression } from "../../expression/index.ts";

/*
 * Ruby's `File.fnmatch?` with the flags PATHNAME, DOTMATCH and EXTGLOB: `*` and `?` stop at slashes, a double star crosses
 * them, `[a-z]` is one character, `{a,b}` either. Matched by RE2, so that no glob takes long.
 */

/** The alternatives in braces may not make more patterns than this. */
const MAX_PATTERNS = 1000;

const compiled = new Map<string, (RegularExpression | undefined)[]>();

/** Whether a glob matches a path. */
export function globMatches(glob: string, path: string): boolean {
  let patterns = compiled.get(glob);
  if (patterns === undefined) {
    patterns = expandBraces(glob).map(toPattern);
    if (compiled.size > 5000) compiled.clear();
    compiled.set(glob, patterns);
  }
  return patterns.some((pattern) => pattern?.matches(path) ?? false);
}

/** Whether a glob has no character with a meaning of its own. */
export function isPlainPath(glob: string): boolean {
  return !/[*?[{]/.test(glob);
}

/** The patterns that a glob with braces stands for. One with a brace that is not closed stands for none. */
function expandBraces(glob: string): string[] {
  const results: string[] = [];
  const pending = [glob];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const braces = firstBraces(next);
    if (braces === "unclosed") continue;
    if (braces === undefined || results.length + pending.length > MAX_PATTERNS) {
      results.push(next);
      continue;
    }
    const { start, end, parts } = braces;
    for (const part of parts) pending.push(next.slice(0, start) + part + next.slice(end));
  }
  return results;
}

/** The first `{…}` with its parts; undefined when there is none. */
function firstBraces(glob: string): { start: number; end: number; parts: string[] } | "unclosed" | undefined {
  const parts: string[] = [];
  let start = -1;
  let depth = 0;
  let from = 0;
  for (let index = 0; index < glob.length; index++) {
    const character = glob[index];
    if (character === "\\") index++;
    else if (character === "{" && depth++ === 0) {
      start = index;
      from = index + 1;
    } else if (character === "," && depth === 1) {
      parts.push(glob.slice(from, index));
      from = index + 1;
    } else if (character === "}" && depth > 0 && --depth === 0) {
      parts.push(glob.slice(from, index));
      return { start, end: index + 1, parts };
    }
  }
  return start < 0 ? undefined : "unclosed";
}

function toPattern(glob: string): RegularExpression | undefined {
  let source = "";
  for (let index = 0; index < glob.length; ) {
    const found = pieceAt(glob, index);
    if (found === undefined) return undefined;
    const [piece, length] = found;
    source += piece;
    index += length;
  }
  return compilePattern(`(?s)^(?:${source})$`);
}

/** The pattern of what stands at an offset of a glob, and how many characters that is; undefined where nothing can match. */
function pieceAt(glob: string, index: number): readonly [string, number] | undefined {
  const character = String.fromCodePoint(glob.codePointAt(index)!);
  if (glob.startsWith("**/", index) && (index === 0 || glob[index - 1] === "/")) return ["(?:[^/]+/)*", 3];
  if (character === "*") {
    const stars = /^\*+/.exec(glob.slice(index))![0].length;
    return ["[^/]*", stars];
  }
  if (character === "?") return ["[^/]", 1];
  if (character === "[") return bracketAt(glob, index);
  if (character === "\\") {
    if (index + 1 === glob.length) return ["", 1];
    const next = String.fromCodePoint(glob.codePointAt(index + 1)!);
    return [escapeCharacter(next), 1 + next.length];
  }
  return [escapeCharacter(character), character.length];
}

/** `[a-z]`: characters and ranges, of which a range that runs backwards has its two ends; undefined without a `]`. */
function bracketAt(glob: string, index: number): readonly [string, number] | undefined {
  const body = /^\[([!^]?)((?:\\.|[^\]\\])*)\]/su.exec(glob.slice(index));
  if (body === null) return undefined;
  const [whole, not, content = ""] = body;
  const items = [...content.matchAll(/(\\?)([\s\S])(?:-\\?([\s\S]))?/gu)].map(([, , from = "", to]) => {
    if (to === undefined) return escapeInClass(from);
    const range = from <= to ? `${escapeInClass(from)}-${escapeInClass(to)}` : "";
    return escapeInClass(from) + escapeInClass(to) + range;
  });
  if (not) return [`[^/${items.join("")}]`, whole.length];
  return items.length === 0 ? undefined : [`[${items.join("")}]`, whole.length];
}

function escapeInClass(character: string): string {
  return /[\\\][^&-]/.test(character) ? `\\${character}` : character;
}

function escapeCharacter(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
}
