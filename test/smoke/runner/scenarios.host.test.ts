import { expect, it } from "vitest";
import { ensureJobImages } from "../../../src/host/index.ts";
import { UsageError } from "../../../src/usage-error.ts";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need a server or Python packages come out as expected", async () => {
  const reports = await runOwnScenarios(({ needs = [] }) => needs.length > 0);
  expect(reports.length).toBeGreaterThan(10);
  expect(failures(reports)).toEqual([]);
}, 600_000);

const noContainers = await ensureJobImages({
  wanted: ["python:3.11-slim-bookworm"],
  say: (line) => process.stderr.write(`${line}\n`),
}).then(
  () => "",
  (error: unknown) => {
    if (error instanceof UsageError) return error.message;
    throw error;
  },
);
if (noContainers) process.stderr.write(`scenarios in containers: skipped: ${noContainers}\n`);

it.skipIf(noContainers)(
  "scenarios come out the same in containers",
  async () => {
    const reports = await runOwnScenarios(
      ({ name }) => name === "validate" || name === "double-include",
      "container",
    );
    expect(failures(reports)).toEqual([]);
    const jobs = reports.flatMap(({ steps }) => steps.flatMap(({ result }) => result.jobs));
    expect(new Set(jobs.map((job) => job.executor))).toEqual(new Set(["podman: python:3.11-slim-bookworm"]));
  },
  600_000,
);
