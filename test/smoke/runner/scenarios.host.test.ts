import { expect, it } from "vitest";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need a server or Python packages come out as expected", async () => {
  const reports = await runOwnScenarios(({ needs = [] }) => needs.length > 0);
  expect(reports.length).toBeGreaterThan(10);
  expect(failures(reports)).toEqual([]);
}, 600_000);
