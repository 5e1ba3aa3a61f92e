/** What other tools and languages call what GitLab calls otherwise; each counts where the name is among the candidates. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  bool: ["boolean"],
  choices: ["options"],
  command: ["script"],
  commands: ["script"],
  cron: ["schedule"],
  depends: ["needs"],
  depends_on: ["needs"],
  desc: ["description"],
  dependson: ["needs"],
  enum: ["options"],
  env: ["variables", "environment"],
  float: ["number"],
  help: ["description"],
  int: ["number"],
  integer: ["number"],
  list: ["array"],
  pattern: ["regex"],
  requires: ["needs"],
  run_on: ["tags"],
  runs_on: ["tags"],
  steps: ["script"],
  str: ["string"],
  text: ["string"],
  values: ["options"],
};

/** So short a name is like too many others. */
const SHORTEST = 4;

/**
 * The candidate that a misspelt name most likely means: the same but for one letter up to seven, two up to eleven, three beyond; a
 * name that one candidate alone begins or ends with; another tool's word for it. Undefined if none is near, or several are.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(name);
  const same = candidates.filter((candidate) => plain(candidate) === wanted);
  if (same.length === 1) return same[0];
  const known = OTHER_NAMES[wanted]?.find((each) => candidates.includes(each));
  if (known !== undefined) return known;
  const scored = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .sort((left, right) => left.distance - right.distance);
  const [best, second] = scored;
  if (best !== undefined && best.distance <= mostEdits(wanted, plain(best.candidate)))
    return second?.distance === best.distance ? undefined : best.candidate;
  return onlyPart(wanted, candidates);
}

/** Case, dashes and a template's leading dot make no other name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-\s]/g, "_").replace(/^\./, "");
}

/** None for short names; a name may lose a letter where the other one is long enough. */
function mostEdits(name: string, candidate: string): number {
  const length = Math.max(name.length, candidate.length);
  if (length < SHORTEST) return 0;
  if (length <= 7) return 1;
  return length <= 11 ? 2 : 3;
}

/** The one candidate that begins or ends with the name: `trunc`, `success`. */
function onlyPart(name: string, candidates: readonly string[]): string | undefined {
  if (name.length < SHORTEST) return undefined;
  const longer = candidates.filter(
    (each) => plain(each).startsWith(name) || plain(each).endsWith(`_${name}`),
  );
  return longer.length === 1 ? longer[0] : undefined;
}

/** `did you mean "x"?`; undefined if no candidate is near. */
export function meant(name: string, candidates: readonly string[]): string | undefined {
  const near = nearest(name, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** So many names are listed. */
const MOST_NAMES = 12;

/** Names in quotes, with commas; of many the first ones. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  return shown.join(", ") + (names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "");
}

/** The number of letters to insert, delete, replace, or swap with the next one. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const isSwapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last.at(-1) ?? 0;
}
