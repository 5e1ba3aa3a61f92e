import type { Include } from "./includes.ts";

/** A file that brings nothing: one hidden job. */
export const NOTHING = ".b.yml";
export const NOTHING_TEXT = ".berth_nothing:\n  script: ['true']\n";

/**
 * Replaces includes that cannot be read here by one of an empty file, without moving a character of the rest: behind it stand
 * blanks and the entry's own line breaks.
 */
export function hideUnknownIncludes(text: string, unknown: readonly Include[]): string {
  let hidden = text;
  for (const { entryPlace } of unknown) {
    if (entryPlace === undefined) continue;
    const written = hidden.slice(entryPlace.start, entryPlace.end);
    const blank = written.replace(/[^\n\r]/g, " ");
    const local = `"/${NOTHING}"`;
    hidden =
      hidden.slice(0, entryPlace.start) + local + blank.slice(local.length) + hidden.slice(entryPlace.end);
  }
  return hidden;
}
