import { expect, it } from "vitest";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need Python packages, and no server, come out as expected", async () => {
  const reports = await runOwnScenarios(
    ({ needs = [] }) => needs.includes("packages") && !needs.includes("host"),
  );
  expect(reports.length).toBeGreaterThan(10);
  expect(failures(reports)).toEqual([]);
});
