import { expect, it } from "vitest";
import { useJobImages } from "../../host/hosts.ts";
import { failures, runOwnScenarios } from "./scenarios.ts";

useJobImages(["python:3.11-slim-bookworm"]);

it("scenarios come out the same in containers", async () => {
  const reports = await runOwnScenarios(
    ({ name }) => name === "validate" || name === "double-include",
    "container",
  );
  expect(failures(reports)).toEqual([]);
  const jobs = reports.flatMap(({ steps }) => steps.flatMap(({ result }) => result.jobs));
  expect(new Set(jobs.map((job) => job.executor))).toEqual(new Set(["podman: python:3.11-slim-bookworm"]));
});
