import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGitlab } from "../../../src/gitlab/index.ts";
import { examine } from "../../../src/smoke/gitlab/check.ts";
import { tokens } from "../../gitlab-server/index.ts";
import { openSmokeServer, type SmokeServer } from "./smoke-server.ts";

let smoke: SmokeServer;

beforeEach(async () => {
  smoke = await openSmokeServer();
});

afterEach(() => smoke.close());

const as = (token: { readonly value: string }) => ({
  env: { GITLAB_URL: smoke.server.address, GITLAB_TOKEN: token.value },
});
const hello = {
  variables: { WHOM: "you" },
  pipeline: "a: { script: ['echo \"hello $WHOM\"'] }\n",
  expect: { jobs: { a: "success" }, traces: { a: { matches: "^hello you$" } } },
};

describe("the same verdict for every token that may push", () => {
  it.each(["maintainer", "developer", "project", "oauth", "granular"] as const)("%s", async (name) => {
    const report = await smoke.run(hello, as(tokens[name]));
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.branches()).toEqual(["main"]);
  });

  it.each(["maintainer", "no_one_allowed"])("a Developer where variables are for %s", async (role) => {
    smoke.project.variablesRole = role;
    const report = await smoke.run(hello, as(tokens.developer));
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.notes.join()).toContain(
      "takes no variables from this token: the pipeline's file has CI_DEFAULT_BRANCH, WHOM",
    );
    expect(smoke.branches()).toEqual(["main"]);
  });

  it("a child pipeline's source stays its own where variables go into the file", async () => {
    smoke.project.variablesRole = "no_one_allowed";
    const report = await smoke.run(
      {
        source: "schedule",
        pipeline: "child: { trigger: { include: child.yml, strategy: depend } }\n",
        files: {
          "child.yml": "b: { script: [ls], rules: [{ if: $CI_PIPELINE_SOURCE == 'parent_pipeline' }] }\n",
        },
        expect: { pipeline: "success", jobs: { child: "success", "child / b": "success" } },
      },
      as(tokens.developer),
    );
    expect(report.steps[0]?.problems).toEqual([]);
    expect(smoke.notes.join()).toContain("CI_PIPELINE_SOURCE stays GitLab's own");
  });

  it("secrets go into no file: the run says so, and is no verdict on the component", async () => {
    smoke.project.variablesRole = "no_one_allowed";
    const variables = { SECRET: { value: "secret-of-eight", masked: true } };
    const report = await smoke.run({ ...hello, variables }, as(tokens.developer));
    expect(report.state).toBe("error");
    expect(report.error).toContain("the scenario's secrets SECRET must not go into a file");
    expect(smoke.branches()).toEqual(["main"]);
  });
});

describe("tokens that may not", () => {
  it("a Reporter is refused before anything is pushed", async () => {
    await expect(smoke.run(hello, as(tokens.reporter))).rejects.toThrow("needs the role Developer or higher");
    expect(smoke.server.log.filter((each) => each.startsWith("POST"))).toEqual([]);
  });

  it("a job token is named as one", async () => {
    await expect(smoke.run(hello, as(tokens.job))).rejects.toThrow("GITLAB_TOKEN holds a job token");
  });

  it("all that they may is told without a push", async () => {
    const table = async (token: { readonly value: string }) => {
      const { abilities } = await examine(openGitlab(as(token)), "group/berth");
      return abilities.map(({ may }) => may).join(" ");
    };
    expect(await table(tokens.maintainer)).toBe("yes yes yes yes yes yes yes");
    expect(await table(tokens.developer)).toBe("yes yes yes yes unknown no");
    expect(await table(tokens.reporter)).toBe("yes no no no unknown no");
    expect(await table(tokens.oauth)).toBe("unknown yes yes yes unknown no");
    expect(smoke.server.log.filter((each) => !each.startsWith("GET"))).toEqual([]);
  });
});

describe("a project", () => {
  it("that was moved is followed", async () => {
    smoke.project.formerPaths.push("old/berth");
    const report = await smoke.run(hello, { project: "old/berth" });
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.branches()).toEqual(["main"]);
  });

  it("with merged results runs one pipeline for a merge request", async () => {
    smoke.project.mergedResults = true;
    const report = await smoke.run({
      source: "merge_request_event",
      pipeline: "a: { script: [ls], rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }] }\n",
      expect: { jobs: { a: "success" } },
    });
    expect(report.steps[0]?.problems).toEqual([]);
    expect(smoke.sources()).toEqual(["merge_request_event"]);
  });
});

describe("what a run comes to when GitLab fails beside it", () => {
  it("a failing clean-up changes no verdict", async () => {
    smoke.server.faults = ({ method }) =>
      method === "DELETE" ? { kind: "error", status: 501, when: "before" } : undefined;
    const report = await smoke.run({ ...hello, expect: { jobs: { a: "failed" } } });
    expect(report.state).toBe("failed");
    expect(report.leftBehind).toContain("cleaning up failed: ");
  });

  it("a variable of the scenario wins over Berth's own, and none is sent twice", async () => {
    const report = await smoke.run({ ...hello, variables: { WHOM: "you", CI_DEFAULT_BRANCH: "main" } });
    expect(report).toMatchObject({ state: "passed" });
    const keys = smoke.server.state.pipelines[0]?.start.variables.map(({ key }) => key);
    expect(keys?.toSorted()).toEqual(["CI_DEFAULT_BRANCH", "CI_PIPELINE_SOURCE", "WHOM"]);
  });

  it("an object store that refuses is named, and the token is not blamed", async () => {
    smoke.server.storeFault = () => 403;
    const pipeline = "a: { script: ['echo x > out'], artifacts: { paths: [out] } }\n";
    const report = await smoke.run({ pipeline, expect: { jobs: { a: "success" } } });
    expect(report.error).toContain(`${new URL(smoke.server.store).host}, where GitLab keeps what`);
    expect(report.error).not.toContain("higher role");
    expect(smoke.branches()).toEqual(["main"]);
  });

  it("a trace that may not be read counts only where one is expected", async () => {
    smoke.server.faults = ({ path }) =>
      path.endsWith("/trace") ? { kind: "error", status: 403, when: "before" } : undefined;
    const passed = await smoke.run({ pipeline: hello.pipeline, expect: { jobs: { a: "success" } } });
    expect(passed.state).toBe("passed");
    const failed = await smoke.run(hello);
    expect(failed.steps[0]?.problems.join()).toContain("a: the trace cannot be read");
  });
});

describe("traces of runners old and new", () => {
  it.each(["timed", "plain"] as const)("%s", async (trace) => {
    await smoke.close();
    smoke = await openSmokeServer({ trace });
    const report = await smoke.run(hello);
    expect(report.steps[0]?.problems).toEqual([]);
    const file = report.steps[0]?.result.jobs[0]?.traceFile ?? "";
    expect(readFileSync(file, "utf8")).not.toMatch(/section_|^\d{4}-/m);
  });

  it("--timestamps shows the times, and patterns match all the same", async () => {
    const report = await smoke.run(hello, { timestamps: true });
    expect(report.steps[0]?.problems).toEqual([]);
    const file = report.steps[0]?.result.jobs[0]?.traceFile ?? "";
    expect(readFileSync(file, "utf8")).toMatch(/^\d{4}-\S+Z 01O hello you$/m);
  });
});
