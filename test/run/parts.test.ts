import { describe, expect, it } from "vitest";
import type { PlannedJob } from "../../src/pipelines/plan.ts";
import { chooseJobs } from "../../src/run/choose-jobs.ts";
import { fileName } from "../../src/run/run-folder.ts";
import { projectAt } from "../../src/run/work-tree.ts";
import { plannedJob } from "../smoke/runner/planned-job.ts";

describe("the project that an address leads to", () => {
  it.each([
    ["git@gitlab.example.com:group/sub/app.git", "gitlab.example.com", "group/sub/app"],
    ["https://user:token@gitlab.example.com/group/app.git/", "gitlab.example.com", "group/app"],
    ["ssh://git@gitlab.example.com:2222/group/app", "gitlab.example.com", "group/app"],
    ["https://github.com/owner/app", "gitlab.com", "owner/app"],
  ])("%s", (address, server, path) => {
    expect(projectAt(address)).toEqual({ server, path });
  });

  it.each([
    "/srv/git/app.git",
    "../app",
    "https://gitlab.example.com/app",
    "file:///srv/app",
  ])("is not told by %s", (address) => {
    expect(projectAt(address)).toBeUndefined();
  });
});

describe("the jobs that are meant", () => {
  const stages = ["build", "test", "deploy"];
  const jobs = [
    plannedJob("compile", { stage: "build" }),
    plannedJob("approve", { stage: "build", when: "manual" }),
    plannedJob("clean", { stage: "build", when: "on_failure" }),
    plannedJob("unit", { stage: "test" }),
    plannedJob("fast", { stage: "test", needs: [] }),
    plannedJob("ship", { stage: "deploy", needs: [{ name: "approve", artifacts: false }] }),
    plannedJob("report", { stage: "deploy", dependencies: ["unit"] }),
  ];
  const meant = (...names: string[]) => {
    const chosen = chooseJobs({ names }, jobs as PlannedJob[], stages);
    return "unknown" in chosen ? chosen : { jobs: chosen.jobs.map(({ name }) => name), play: chosen.play };
  };

  it("come with the earlier stages where they name no needs, without what waits for a person or a failure", () => {
    expect(meant("unit")).toEqual({ jobs: ["compile", "unit"], play: [] });
  });

  it("come with their needs, which are started where they are manual", () => {
    expect(meant("ship")).toEqual({ jobs: ["approve", "ship"], play: ["approve"] });
    expect(meant("fast")).toEqual({ jobs: ["fast"], play: [] });
  });

  it("come with their dependencies, and with what those need", () => {
    expect(meant("report")).toEqual({ jobs: ["compile", "unit", "report"], play: [] });
  });

  it("are all where none is named; an unknown one is told", () => {
    expect(meant()).toMatchObject({ jobs: jobs.map(({ name }) => name) });
    expect(meant("compiel")).toEqual({ unknown: "compiel" });
  });
});

describe("a job's name as a file's", () => {
  it("is never another job's, a folder above, or what is on its way", () => {
    const names = [
      "a/b",
      "a%2Fb",
      "..",
      ".",
      "%2E%2E",
      "test: [3.12, sqlite]",
      "a.part~",
      "é".repeat(255),
      `${"é".repeat(254)}e`,
    ];
    const files = names.map(fileName);
    expect(new Set(files).size).toBe(names.length);
    for (const file of files) {
      expect(file).not.toMatch(/\/|^\.{1,2}$|~$/);
      expect(Buffer.byteLength(file)).toBeLessThan(200);
    }
  });
});
