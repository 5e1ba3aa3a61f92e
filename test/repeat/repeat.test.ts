import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startLoad } from "./load.ts";
import { appendRun, readRuns, type TestRun } from "./results.ts";
import { differencesBetween, judge } from "./verdict.ts";

const run = (given: Partial<TestRun>): TestRun => ({
  commit: "c",
  changed: false,
  tree: "t",
  node: "v20",
  seed: 1,
  load: 0,
  passed: 3,
  failing: [],
  skipped: [],
  seconds: 1,
  slowest: [],
  ...given,
});

it("runs that came out the same differ in nothing, also where the same test is skipped in each", () => {
  const runs = [run({ skipped: ["a > b"] }), run({ seed: 2, skipped: ["a > b"] })];
  expect(differencesBetween(runs)).toEqual([]);
  expect(judge(runs)).toEqual({ failed: 0, different: 0 });
});

it("a test that fails or is skipped in some runs only is named with the seeds of these", () => {
  const runs = [
    run({}),
    run({ seed: 2, passed: 2, failing: ["a > b"] }),
    run({ seed: 3, passed: 2, skipped: ["a > c"] }),
  ];
  expect(differencesBetween(runs)).toEqual([
    "not the same: failed in 1 of 3 (seeds 2): a > b",
    "not the same: skipped in 1 of 3 (seeds 3): a > c",
  ]);
  expect(judge(runs)).toEqual({ failed: 1, different: 2 });
});

it("a test that fails each time is a failure, and the same each time", () => {
  const runs = [run({ failing: ["a > b"] }), run({ seed: 2, failing: ["a > b"] })];
  expect(judge(runs)).toEqual({ failed: 2, different: 0 });
});

it("a test that is not there in some runs shows in their number", () => {
  expect(differencesBetween([run({}), run({ seed: 2, passed: 2 })])).toEqual([
    "not the same: the number of tests: 3, 2",
  ]);
});

it("a series is continued from its file, without a line that was cut short", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-repeat-"));
  const file = join(folder, "results/runs.jsonl");
  expect(readRuns(file)).toEqual([]);
  appendRun(file, run({ seed: 4 }));
  appendFileSync(file, '\n{"commit": "c", "fai');
  appendRun(file, run({ seed: 5 }));
  expect(readRuns(file).map(({ seed }) => seed)).toEqual([4, 5]);
  rmSync(folder, { recursive: true });
});

it("busy processes are there until they are ended", async () => {
  const load = startLoad(2);
  expect(load.pids).toHaveLength(2);
  for (const pid of load.pids) expect(process.kill(pid, 0)).toBe(true);
  await load.end();
  for (const pid of load.pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
