import { describe, expect, it } from "vitest";
import type { PlannedJob } from "../../../src/pipelines/plan.ts";
import type { JobState } from "../../../src/pipelines/result.ts";
import { nextSteps, pipelineState, type ScheduledJob } from "../../../src/pipelines/schedule.ts";
import { plannedJob } from "./planned-job.ts";

const stages = ["build", "test", "deploy"];

describe("what runs next", () => {
  it("starts a stage when all of the earlier ones have succeeded", () => {
    expect(next([job("a", "build", "success"), job("b", "test"), job("c", "deploy")])).toEqual({
      start: ["b"],
    });
  });

  it("starts a job as soon as its needs are there, and at once without any", () => {
    const jobs = [
      job("a", "build", "success"),
      job("slow", "build", "running"),
      job("b", "test", "created", { needs: [{ name: "a", artifacts: true }] }),
      job("c", "deploy", "created", { needs: [] }),
      job("d", "test"),
    ];
    expect(next(jobs)).toEqual({ start: ["b", "c"] });
  });

  it("skips what follows a failure, unless the failure is allowed", () => {
    expect(next([job("a", "build", "failed"), job("b", "test")])).toEqual({ skip: ["b"] });
    const allowed = [job("a", "build", "failed", { allowFailure: true }), job("b", "test")];
    expect(next(allowed)).toEqual({ start: ["b"] });
  });

  it("runs on_failure jobs only after a failure, and always jobs in any case", () => {
    const after = [
      job("b", "test", "created", { when: "on_failure" }),
      job("c", "test", "created", { when: "always" }),
    ];
    expect(next([job("a", "build", "failed"), ...after])).toEqual({ start: ["b", "c"] });
    expect(next([job("a", "build", "success"), ...after])).toEqual({ start: ["c"], skip: ["b"] });
  });

  it("offers manual jobs; blocking ones hold later stages back, optional ones do not", () => {
    const manual = job("a", "build", "created", { when: "manual" });
    expect(next([manual, job("b", "test")])).toEqual({ offer: ["a"] });
    expect(next([job("a", "build", "manual"), job("b", "test")])).toEqual({});
    expect(next([job("a", "build", "manual", { allowFailure: true }), job("b", "test")])).toEqual({
      start: ["b"],
    });
  });

  it("skips a job that needs a job which does not run", () => {
    const needs = [{ name: "a", artifacts: true }];
    expect(next([job("a", "build", "skipped"), job("b", "test", "created", { needs })])).toEqual({
      skip: ["b"],
    });
  });
});

describe("the state of a pipeline", () => {
  it.each<[JobState[], string]>([
    [["success", "success"], "success"],
    [["success", "failed"], "failed"],
    [["failed", "skipped"], "failed"],
    [["success", "manual"], "manual"],
    [["manual", "created"], "manual"],
    [["canceled", "skipped"], "canceled"],
    [["skipped", "skipped"], "skipped"],
  ])("of %j is %s", (states, expected) => {
    expect(pipelineState(states.map((state, index) => job(String(index), "build", state)))).toBe(expected);
  });
});

function next(jobs: readonly ScheduledJob[]): Record<string, string[]> {
  const entries = Object.entries(nextSteps(stages, jobs)).map(([key, found]): [string, string[]] => [
    key,
    (found as ScheduledJob[]).map(({ plan }) => plan.name),
  ]);
  return Object.fromEntries(entries.filter(([, names]) => names.length > 0));
}

function job(
  name: string,
  stage: string,
  state: JobState = "created",
  given: Partial<PlannedJob> = {},
): ScheduledJob {
  const plan = plannedJob(name, { stage, ...given });
  return { plan, state, allowFailure: plan.allowFailure };
}
