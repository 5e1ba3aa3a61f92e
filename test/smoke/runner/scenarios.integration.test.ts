import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { smoke } from "../../../src/commands/smoke/run.ts";
import { startGitlabServer } from "../../gitlab-server/index.ts";
import { failures, runOwnScenarios } from "./scenarios.ts";

it("the scenarios that need nothing but this machine come out as expected", async () => {
  const reports = await runOwnScenarios(({ needs = [] }) => needs.length === 0);
  expect(reports.length).toBeGreaterThan(200);
  expect(failures(reports)).toEqual([]);
}, 400_000);

// All of them: npm run compare:smoke.
it("scenarios come out the same through the API, those that only ask for the configuration at one request each", async () => {
  const server = await startGitlabServer({ runnerTags: ["smoke"] });
  const logs = await mkdtemp(join(tmpdir(), "berth-smoke-logs-"));
  try {
    const project = server.addProject("berth/smoke", { "README.md": "Smoke\n" });
    let stdout = "";
    const stream = {
      write: (text: string) => {
        stdout += text;
      },
    };
    const code = await smoke(
      ["validate-inputs"],
      {
        on: "local",
        compare: true,
        project: project.path,
        executor: "shell",
        concurrency: "2",
        interval: 200,
        quiet: true,
        logs,
      },
      {
        cwd: fileURLToPath(new URL("../../../", import.meta.url)),
        env: { ...process.env, GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
        stdout: stream,
        stderr: stream,
        signal: new AbortController().signal,
      },
    );
    expect(stdout).toMatch(/\n\d\d passed, 0 failed /);
    expect(stdout).not.toContain("differs");
    expect(code).toBe(0);
    const commits = server.log.filter((each) => each.startsWith("POST") && each.endsWith("/commits"));
    expect(commits).toHaveLength(1);
    expect(project.branches()).toEqual(["main"]);
  } finally {
    await server.stop();
    await rm(logs, { recursive: true });
  }
}, 240_000);
