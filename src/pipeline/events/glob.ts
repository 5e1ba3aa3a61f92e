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

function expandBraces(glob: string): string[] {
  const results: string[] = [];
  const pending = [glob];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const braces = firstBraces(next);
    if (braces === undefined || results.length + pending.length > MAX_PATTERNS) {
      results.push(next);
      continue;
    }
    const { start, end, parts } = braces;
    for (const part of parts) pending.push(next.slice(0, start) + part + next.slice(end));
  }
  return results;
}

/** The first `{…}` that is closed, with its parts. */
function firstBraces(glob: string): { start: number; end: number; parts: string[] } | undefined {
  const start = glob.indexOf("{");
  if (start < 0) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < glob.length; index++) {
    const character = glob[index];
    if (character === "\\") index++;
    else if (character === "{") depth++;
    else if (character === "," && depth === 1) {
      parts.push(glob.slice(from, index));
      from = index + 1;
    } else if (character === "}" && --depth === 0) {
      parts.push(glob.slice(from, index));
      return { start, end: index + 1, parts };
    }
  }
  return undefined;
}

function toPattern(glob: string): RegularExpression | undefined {
  let source = "";
  for (let index = 0; index < glob.length; ) {
    const [piece, length] = pieceAt(glob, index);
    source += piece;
    index += length;
  }
  return compilePattern(`(?s)^(?:${source})$`);
}

/** The pattern of what stands at an offset of a glob, and how many characters that is. */
function pieceAt(glob: string, index: number): readonly [string, number] {
  const character = String.fromCodePoint(glob.codePointAt(index)!);
  if (glob.startsWith("**/", index) && (index === 0 || glob[index - 1] === "/")) return ["(?:[^/]+/)*", 3];
  if (character === "*") {
    const stars = /^\*+/.exec(glob.slice(index))![0].length;
    return ["[^/]*", stars];
  }
  if (character === "?") return ["[^/]", 1];
  if (character === "[") return bracketAt(glob, index) ?? ["\\[", 1];
  if (character === "\\" && index + 1 < glob.length) {
    const next = String.fromCodePoint(glob.codePointAt(index + 1)!);
    return [escapeCharacter(next), 1 + next.length];
  }
  return [escapeCharacter(character), character.length];
}

function bracketAt(glob: string, index: number): readonly [string, number] | undefined {
  const match = /^\[([!^]?)((?:\\.|[^\]\\])+)\]/su.exec(glob.slice(index));
  if (match === null) return undefined;
  const characters = match[2]!.replace(/\\(.)/gsu, "$1").replace(/[\\\][^&]/gu, "\\$&");
  return [match[1] ? `[^/${characters}]` : `[${characters}]`, match[0].length];
}

function escapeCharacter(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
}
