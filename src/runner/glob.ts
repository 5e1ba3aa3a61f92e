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
      { folder, followLinks, found },
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
}

/** Deeper than any project: a link that leads upwards has no end. */
const deepest = 64;

async function walk(walking: Walk, at: string, parts: readonly string[], depth: number): Promise<void> {
  const [part, ...rest] = parts;
  if (part === undefined) {
    walking.found.add(at === "" ? "." : at);
    return;
  }
  if (depth > deepest) return;
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

function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === "**") {
    return matchParts(rest, path) || (path.length > 0 && matchParts(pattern, path.slice(1)));
  }
  const [name, ...below] = path;
  return name !== undefined && matchName(first, name) && matchParts(rest, below);
}

const expressions = new Map<string, RegExp>();

function matchName(pattern: string, name: string): boolean {
  const known = expressions.get(pattern) ?? expressionFor(pattern);
  expressions.set(pattern, known);
  return known.test(name);
}

/** One part of a path. A `[` without end matches nothing. */
function expressionFor(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? "";
    if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "\\") {
      at += 1;
      source += quoted(pattern[at] ?? "\\");
    } else if (char === "[") {
      const end = pattern.indexOf("]", at + 2);
      if (end < 0) return /(?!)/;
      const inside = pattern.slice(at + 1, end);
      const negated = /^[!^]/.test(inside);
      source += `[${negated ? "^" : ""}${inside.slice(negated ? 1 : 0).replace(/[\\\][^]/g, "\\$&")}]`;
      at = end;
    } else source += quoted(char);
  }
  return new RegExp(`^${source}$`, "su");
}

function quoted(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Most patterns that braces may stand for: an attacker's file must not take the memory. */
const mostAlternatives = 1000;

/** `{a,b}` written out, also inside of each other. */
export function alternatives(pattern: string): string[] {
  const begin = pattern.search(/(?<!\\)\{/);
  const end = begin < 0 ? -1 : closing(pattern, begin);
  if (end < 0) return [pattern];
  const before = pattern.slice(0, begin);
  const after = pattern.slice(end + 1);
  const all = split(pattern.slice(begin + 1, end)).flatMap((each) =>
    alternatives(`${before}${each}${after}`),
  );
  return all.slice(0, mostAlternatives);
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
