import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runJob, scriptOf } from "./job.ts";

describe("in a deploy freeze", () => {
  const project = mkdtempSync(join(tmpdir(), "berth-freeze-test-"));
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const freeze = { CI_DEPLOY_FREEZE: "true", CI_PROJECT_URL: "https://gitlab.example.com/a/b" };
  const when = "https://gitlab.example.com/a/b/-/settings/ci_cd";

  it("deploy_to_server ends before it looks at anything, however it was started", async () => {
    const { code, output } = await runJob(scriptOf("deploy", "deploy_to_server"), project, freeze);
    expect(output).toMatch(/^error: a deploy freeze is on: nothing was deployed\. .*\n$/);
    expect(output).toContain(when);
    expect(code).toBe(1);
  });

  it("pre_deploy_checks says that the deploy will wait", async () => {
    const { output } = await runJob(scriptOf("deploy", "pre_deploy_checks"), project, {
      ...freeze,
      BERTH_SERVICE_NAME: "flask-helpdesk",
      BERTH_SWITCHES: "install_tools=false",
    });
    expect(output).toMatch(/warning: a deploy freeze is on: deploy_to_server waits/);
    expect(output).toContain(when);
  });

  it("the rollback is not held", async () => {
    const { output } = await runJob(scriptOf("rollback", "rollback_deployment"), project, freeze);
    expect(output).not.toContain("freeze");
  });
});
