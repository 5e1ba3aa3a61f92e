import { expect, it } from "vitest";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need nothing but this machine come out as expected", async () => {
  const reports = await runOwnScenarios(({ needs = [] }) => needs.length === 0);
  expect(reports.length).toBeGreaterThan(20);
  expect(failures(reports)).toEqual([]);
}, 400_000);
