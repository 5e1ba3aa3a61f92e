import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { PlayedRunner } from "./played-runner.ts";
import { type Row, readGroups } from "./rows.ts";

/** Rows that wait for something, and three of four that stand alone, are left to `npm run conformance:runner`. */
function isChosen({ job, id }: Row, index: number): boolean {
  if (job.steps.some(({ script }) => /sleep \d\d/.test(script.join("\n")))) return false;
  return /^(?:cache|git|hooks)\./.test(id) || index % 4 === 0;
}

describe.each(["jobs.jsonl", "sequences.jsonl", "jobs-eval19.jsonl"])("a runner's jobs: %s", (file) => {
  const groups = readGroups(join(import.meta.dirname, "cases", file))
    .map((rows) => rows.filter(isChosen))
    .filter((rows) => rows.length > 0);

  describe.each(groups.map((rows) => [rows[0]?.id.split(".")[0] ?? "", rows] as const))("%s", (_, rows) => {
    let runner: PlayedRunner;
    beforeAll(() => {
      runner = new PlayedRunner("17.5.0");
    });
    afterAll(() => runner.close());

    it.each(rows.map((row) => [row.id, row] as const))("%s", async (_id, row) => {
      const { answer } = await runner.play(row);
      const { differences, lines } = compare(row.expected, answer);
      expect(differences).toEqual([]);
      expect({ ...lines, log: answer.log }).toEqual({ same: lines.all, all: lines.all, log: answer.log });
    });
  });
});
