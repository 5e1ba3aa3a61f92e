import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TreeState } from "./tree.ts";

/** How the unit tests came out once. */
export interface Outcome {
  readonly passed: number;
  /** `file > test`, or `file: reason` where a file could not be run. */
  readonly failing: readonly string[];
  readonly skipped: readonly string[];
  /** Of the whole run. */
  readonly seconds: number;
  /** The five files that took longest. */
  readonly slowest: readonly { readonly file: string; readonly seconds: number }[];
}

/** A line of the results: one run, and what it was a run of. */
export interface TestRun extends TreeState, Outcome {
  readonly node: string;
  readonly seed: number;
  /** Busy processes beside it. */
  readonly load: number;
}

/** The runs of a results file, oldest first; none where there is no file. */
export function readRuns(file: string): TestRun[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as TestRun];
      } catch {
        return []; // the empty end, and a line that was cut short by a full disk
      }
    });
}

/** Adds a run to a results file, with the time of its end. */
export function appendRun(file: string, run: TestRun): void {
  mkdirSync(dirname(file), { recursive: true });
  // With a line of its own also after one that was cut short.
  appendFileSync(file, `\n${JSON.stringify({ ended: new Date().toISOString(), ...run })}`);
}
