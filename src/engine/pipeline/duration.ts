/*
 * Durations in words, as the gem gitlab-chronic-duration (0.12) reads them: "1h 30m", "2 weeks and 3 days", "90".
 * Unknown words make the whole text wrong.
 */

import { numberWordsInDigits } from "./number-words.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;
/** A year of the gem has 365.25 days. */
const YEAR = 31_557_600;

/** Seconds of a unit, by each of its spellings. */
const UNITS = new Map<string, number>(
  [
    [1, "seconds second secs sec s"],
    [MINUTE, "minutes minute mins min m"],
    [HOUR, "hours hour hrs hr h"],
    [DAY, "days day dy d"],
    [WEEK, "weeks week wks wk w"],
    [MONTH, "months month mos mo"],
    [YEAR, "years year yrs yr y"],
  ].flatMap(([seconds, names]) =>
    String(names)
      .split(" ")
      .map((name) => [name, Number(seconds)] as const),
  ),
);

/** Words without a meaning of their own. */
const JOINERS = new Set(["and", "with", "plus"]);

/** The units of `1:30:00`, from the right. */
const CLOCK_UNITS = ["s", "m", "h", "d", "mo", "y"];

/** Seconds of a duration, undefined when the text is none, or comes to nothing. */
export function parseDuration(text: string): number | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  // "hour" is "1 hour".
  if (words.length > 0 && !isNumber(words[0]!)) words.unshift("1");
  let total = 0;
  for (const [index, word] of words.entries()) {
    if (!isNumber(word)) continue;
    const unit = words[index + 1] ?? "s";
    total += Number(word) * (UNITS.get(unit) ?? 0);
  }
  return total > 0 ? total : undefined;
}

/** Whether an expiry is valid: a duration, or `never`. */
export function artifactDurationIsValid(text: string): boolean {
  return text.toLowerCase() === "never" || parseDuration(text) !== undefined;
}

/** Numbers and units; undefined where a word is neither. */
function wordsOf(text: string): string[] | undefined {
  const words = clockWords(numberWordsInDigits(text.toLowerCase()))
    .replace(/[0-9]*\.?[0-9]+/g, " $& ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => (isNumber(word) ? word : word.replace(/^,/, "").replace(/,$/, "")))
    .filter((word) => !JOINERS.has(word));
  return words.every((word) => isNumber(word) || UNITS.has(word)) ? words : undefined;
}

/** `1:30` as "1 m 30 s"; other texts as they are. */
function clockWords(text: string): string {
  const clock = text.replaceAll(" ", "");
  if (!/^[0-9]+:[0-9]+(?::[0-9]+){0,4}(?:\.[0-9]*)?$/m.test(clock)) return text;
  const parts = clock.split(":");
  return parts.map((part, index) => `${part} ${CLOCK_UNITS[parts.length - 1 - index] ?? ""}`).join(" ");
}

function isNumber(word: string): boolean {
  return /^[0-9]*\.?[0-9]+$/.test(word);
}
