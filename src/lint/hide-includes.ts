import { isValidExpression } from "../engine/expression/index.ts";
import { type Entry, YamlList, YamlMap } from "../engine/yaml/values.ts";
import type { Include } from "./includes.ts";

/** A file that brings nothing: one hidden job. */
export const NOTHING = ".b.yml";
export const NOTHING_TEXT = ".berth_nothing:\n  script: ['true']\n";

/**
 * Replaces includes that cannot be read here by one of an empty file, without moving a character of the rest: behind it are
 * blanks and the entry's own line breaks.
 */
export function hideIncludes(text: string, unknown: readonly Include[]): string {
  let hidden = text;
  for (const { entryPlace } of unknown) {
    if (entryPlace === undefined) continue;
    const blank = blanked(hidden, entryPlace.start, entryPlace.end);
    const local = `"/${NOTHING}"`;
    hidden =
      hidden.slice(0, entryPlace.start) + local + blank.slice(local.length) + hidden.slice(entryPlace.end);
  }
  return hidden;
}

/** Takes the conditions away from includes, so that they bring their files in any case; no character moves. */
export function withoutConditions(text: string, conditional: readonly Include[]): string {
  let free = text;
  for (const { map } of conditional) {
    const { keyPlace, valuePlace } = map?.entry("rules") ?? {};
    if (keyPlace === undefined || valuePlace === undefined) continue;
    const blank = blanked(free, keyPlace.start, valuePlace.end);
    free = free.slice(0, keyPlace.start) + blank + free.slice(valuePlace.end);
  }
  return free;
}

/** True if only variables and the kind of pipeline decide whether an include counts, and nothing is wrong with its rules. */
export function isConditional({ map }: Include): boolean {
  const rules = map?.get("rules");
  if (!(rules instanceof YamlList) || rules.size === 0) return false;
  return rules.items.every((rule) => {
    if (!(rule instanceof YamlMap)) return false;
    const entries = [...rule.entries()];
    return entries.some(({ key }) => key === "if") ? entries.every(isSound) : onlyWhen(entries);
  });
}

function onlyWhen(entries: readonly Entry[]): boolean {
  return entries.length === 1 && entries.every(({ key }) => key === "when") && entries.every(isSound);
}

function isSound({ key, value }: Entry): boolean {
  if (key === "when") return value === "always" || value === "never";
  return key === "if" && typeof value === "string" && isValidExpression(value);
}

/** As many blanks, with the line breaks where they were. */
export function blanked(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[^\n\r]/g, " ");
}
