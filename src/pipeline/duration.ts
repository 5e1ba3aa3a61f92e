/*
 * Durations in words, as the gem gitlab-chronic-duration (0.12) reads them: "1h 30m", "2 weeks and 3 days", "90".
 * Unknown words make the whole text wrong.
 */

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

/** Seconds of a duration, undefined when the text is none, or comes to nothing. */
export function parseDuration(text: string): number | undefined {
  const words = split(text);
  if (words === undefined) return undefined;
  let total = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (!isNumber(word)) {
      if (UNITS.has(word)) continue;
      return undefined;
    }
    const unit = words[index + 1];
    total += Number(word) * (unit !== undefined && !isNumber(unit) ? (UNITS.get(unit) ?? 0) : 1);
  }
  return total > 0 ? Math.trunc(total) : undefined;
}

/** Whether an expiry is valid: a duration, or `never`. */
export function artifactDurationIsValid(text: string): boolean {
  return text.toLowerCase() === "never" || parseDuration(text) !== undefined;
}

function split(text: string): string[] | undefined {
  const spaced = text
    .toLowerCase()
    .replace(/(\d*\.?\d+)/g, " $1 ")
    .replaceAll(",", " ");
  const words = spaced.split(/\s+/).filter((word) => word !== "" && !JOINERS.has(word));
  return words.length > 0 ? words : undefined;
}

function isNumber(word: string): boolean {
  return /^\d*\.?\d+$/.test(word);
}
