import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Patterns for the paths of artifacts and caches: `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, and `**` as a whole part for any number of folders; a
 * star takes names that begin with a dot too. Source: `bmatcuk/doublestar` v4, which the runner uses; rows `artifacts.*`.
 */
export function matches(pattern: string, path: string): boolean {
  return alternatives(pattern).some((each) => matchParts(each.split("/"), path.split("/")));
}

/**
 * The paths below a folder that match, relative to it, sorted; the folders on the way to a match are not among them.
 * `followLinks`: `**` goes through symbolic links to folders, as before 18.0.
 */
export async function findMatches(folder: string, pattern: string, followLinks: boolean): Promise<string[]> {
  const found = new Set<string>();
  for (const each of alternatives(pattern)) {
    await walk(
      { folder, followLinks, found, seen: new Set() },
      "",
      each.split("/").filter((part) => part !== "."),
      0,
    );
  }
  return [...found].sort();
}

interface Walk {
  readonly folder: string;
  readonly followLinks: boolean;
  readonly found: Set<string>;
  /** Folder and rest of the pattern: what was gone through is not gone through again. */
  readonly seen: Set<string>;
}

/** Deeper than any project: a link that leads upwards has no end. */
const deepest = 64;

async function walk(walking: Walk, at: string, parts: readonly string[], depth: number): Promise<void> {
  const [part, ...rest] = parts;
  if (part === undefined) {
    walking.found.add(at === "" ? "." : at);
    return;
  }
  const step = `${parts.length}/${at}`;
  if (depth > deepest || walking.seen.has(step)) return;
  walking.seen.add(step);
  if (part === "**") {
    await walk(walking, at, rest, depth);
    for (const entry of await entriesOf(walking, at)) {
      const path = join(at, entry.name);
      if (entry.isFolder) await walk(walking, path, parts, depth + 1);
      else if (rest.length === 0) walking.found.add(path);
    }
    return;
  }
  for (const entry of await entriesOf(walking, at)) {
    if (!matchName(part, entry.name)) continue;
    if (rest.length === 0) walking.found.add(join(at, entry.name));
    else if (entry.isFolder || entry.isLinkToFolder)
      await walk(walking, join(at, entry.name), rest, depth + 1);
  }
}

interface Entry {
  readonly name: string;
  /** A folder to go into: with links, where they are followed. */
  readonly isFolder: boolean;
  readonly isLinkToFolder: boolean;
}

async function entriesOf({ folder, followLinks }: Walk, at: string): Promise<Entry[]> {
  const entries = await readdir(join(folder, at), { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.map(async (entry) => {
      const isLinkToFolder = entry.isSymbolicLink() && (await leadsToFolder(join(folder, at, entry.name)));
      return {
        name: entry.name,
        isFolder: entry.isDirectory() || (followLinks && isLinkToFolder),
        isLinkToFolder,
      };
    }),
  );
}

async function leadsToFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Each pair of a pattern's and a path's beginning once: no pattern takes longer than its length times the path's. */
function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  return matchSequence(pattern, path, {
    isStar: (part) => part === "**",
    fits: (part, name) => matchName(part, name),
  });
}

function matchName(pattern: string, name: string): boolean {
  return matchSequence(tokensOf(pattern), [...name], {
    isStar: (token) => token === "*",
    fits: (token, char) => typeof token === "object" && token.test(char),
  });
}

/** Wildcards over any sequence: after a mismatch only the last star takes one more (a shorter one before it can gain nothing). */
function matchSequence<Token>(
  pattern: readonly Token[],
  text: readonly string[],
  { isStar, fits }: { isStar: (token: Token) => boolean; fits: (token: Token, item: string) => boolean },
): boolean {
  let [at, token, star, taken] = [0, 0, -1, 0];
  while (at < text.length) {
    const current = pattern[token];
    if (current !== undefined && isStar(current)) {
      star = token;
      taken = at;
      token += 1;
    } else if (current !== undefined && fits(current, text[at] ?? "")) {
      at += 1;
      token += 1;
    } else if (star >= 0) {
      token = star + 1;
      taken += 1;
      at = taken;
    } else return false;
  }
  return pattern.slice(token).every(isStar);
}

const known = new Map<string, readonly ("*" | RegExp)[]>();

/** One part of a path as stars and single characters. A `[` without end matches nothing. */
function tokensOf(pattern: string): readonly ("*" | RegExp)[] {
  const before = known.get(pattern);
  if (before) return before;
  const tokens = [...pattern.matchAll(/\\.|\[[!^]?[^\]]+\]|./gsu)].map(([text]) => tokenOf(text));
  known.set(pattern, tokens);
  return tokens;
}

/** A range from behind, as in `[z-a]`, matches nothing. */
function expression(source: string): RegExp {
  try {
    return new RegExp(source, "su");
  } catch {
    return /(?!)/;
  }
}

function tokenOf(text: string): "*" | RegExp {
  if (text === "*") return "*";
  if (text === "?") return /^.$/su;
  if (text === "[") return /(?!)/;
  if (text.startsWith("[")) {
    const negated = /^\[[!^]/.test(text);
    const inside = text.slice(negated ? 2 : 1, -1).replace(/[\\\][^]/g, "\\$&");
    return expression(`^[${negated ? "^" : ""}${inside}]$`);
  }
  const char = text.length > 1 && text.startsWith("\\") ? text.slice(1) : text;
  return new RegExp(`^${char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`, "su");
}

/** Most patterns that braces may stand for: an attacker's file must not take the memory. */
const mostAlternatives = 1000;

/** `{a,b}` written out, also inside of each other. */
function alternatives(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined && done.length < mostAlternatives; next = open.pop()) {
    const begin = next.search(/(?<!\\)\{/);
    const end = begin < 0 ? -1 : closing(next, begin);
    if (end < 0) done.push(next);
    else {
      const [before, after] = [next.slice(0, begin), next.slice(end + 1)];
      open.push(...split(next.slice(begin + 1, end)).map((each) => `${before}${each}${after}`));
    }
  }
  return done;
}

function closing(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function split(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
