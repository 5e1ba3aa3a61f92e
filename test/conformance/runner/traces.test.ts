import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalised } from "./normalised.ts";
import { PlayedRunner } from "./played-runner.ts";
import { type Row, readGroups } from "./rows.ts";

const rows = new Map(
  readGroups(join(import.meta.dirname, "cases/jobs.jsonl"))
    .flat()
    .map((row) => [row.id, row] as const),
);

/** Whole traces of a real runner whose jobs are among the recorded ones: byte for byte but for times, numbers and folders. */
const recorded = readFileSync(join(import.meta.dirname, "../../smoke/traces/runner.jsonl"), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as { id: string; trace: string })
  .flatMap(({ id, trace }) => {
    const [form = "", ...name] = id.split(".");
    const row = rows.get(name.join("."));
    return row && !row.id.startsWith("time.") ? [{ id, form, row, trace }] : [];
  });

describe("a trace is the runner's", () => {
  let runner: PlayedRunner;
  beforeAll(() => {
    runner = new PlayedRunner("17.5.0");
  });
  afterAll(() => runner.close());

  it("and there are enough to compare", () => expect(recorded.length).toBeGreaterThan(15));

  it.each(recorded.map((each) => [each.id, each] as const))("%s", async (_, { row, form, trace }) => {
    const variables = [...(row.job.variables ?? [])];
    if (form === "timestamps") variables.push({ key: "FF_TIMESTAMPS", value: "true" });
    const played: Row = { ...row, job: { ...row.job, variables } };
    const got = normalised((await runner.play(played)).trace);
    if (row.id === "shell.stderr")
      expect(got.split("\n").sort()).toEqual(normalised(trace).split("\n").sort());
    else expect(got).toBe(normalised(trace));
  });
});
