import type { TestRun } from "./results.ts";

type Judged = Pick<TestRun, "seed" | "passed" | "failing" | "skipped">;

/** How many runs had a failure, and how many tests did not come out the same in all runs. */
export function judge(runs: readonly Judged[]): { readonly failed: number; readonly different: number } {
  return {
    failed: runs.filter(({ failing }) => failing.length > 0).length,
    different: differencesBetween(runs).length,
  };
}

/** One line for each test that failed, or was skipped, in some runs and not in others, and one where their number changed. */
export function differencesBetween(runs: readonly Judged[]): string[] {
  return [
    ...sometimes(runs, "failed", ({ failing }) => failing),
    ...sometimes(runs, "skipped", ({ skipped }) => skipped),
    ...changedNumber(runs),
  ];
}

function sometimes(
  runs: readonly Judged[],
  what: string,
  namesOf: (run: Judged) => readonly string[],
): string[] {
  const names = [...new Set(runs.flatMap(namesOf))].sort();
  return names.flatMap((name) => {
    const hit = runs.filter((run) => namesOf(run).includes(name));
    if (hit.length === runs.length) return [];
    const seeds = hit.map(({ seed }) => seed).join(", ");
    return [`not the same: ${what} in ${hit.length} of ${runs.length} (seeds ${seeds}): ${name}`];
  });
}

/** A test that is missing altogether has no name to be told by. */
function changedNumber(runs: readonly Judged[]): string[] {
  const numbers = new Set(
    runs.map(({ passed, failing, skipped }) => passed + failing.length + skipped.length),
  );
  // A file that could not be run counts as one failure, and hides its tests: that is told already.
  if (numbers.size <= 1 || runs.some(({ failing }) => failing.length > 0)) return [];
  return [`not the same: the number of tests: ${[...numbers].join(", ")}`];
}
