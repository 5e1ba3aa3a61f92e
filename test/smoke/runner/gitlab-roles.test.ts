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

describe("what a token may do", () => {
  it("is told without a push", async () => {
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
