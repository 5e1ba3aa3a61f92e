import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readTail } from "../../../src/smoke/index.ts";

it("gives a log's last lines, each cut to a length that one can read, and none of a log that is not there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "berth-tail-"));
  const file = join(folder, "job.log");
  const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index + 1}: ${"ü".repeat(40)}`);
  await writeFile(file, `${[...lines, "x".repeat(30_000), "the end"].join("\n")}\n\n`);
  const tail = await readTail(file, 4);
  expect(tail.map((line) => line.slice(0, 9))).toEqual(["line 4999", "line 5000", "xxxxxxxxx", "the end"]);
  expect(tail[2]).toHaveLength(301);
  expect(await readTail(join(folder, "none.log"))).toEqual([]);
  await rm(folder, { recursive: true });
});
