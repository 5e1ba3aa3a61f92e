import { expect, it } from "vitest";
import { whereHostsBoot } from "../../host/hosts.ts";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need a server come out as expected", await whereHostsBoot(), async () => {
  const reports = await runOwnScenarios(({ needs = [] }) => needs.includes("host"));
  expect(reports.length).toBeGreaterThan(1);
  expect(failures(reports)).toEqual([]);
});
