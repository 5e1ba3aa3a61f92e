import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../skipped.ts";
import { makeProject, runJob, scriptOf } from "./job.ts";
import { systemHas } from "./system.ts";
import { toolFolder } from "./tools.ts";

const jobs = [
  ["validate", "validate_syntax"],
  ["test", "run_tests"],
  ["build", "build_deployment_package"],
  ["deploy", "pre_deploy_checks"],
  ["deploy", "deploy_to_server"],
  ["deploy", "post_deploy_verification"],
  ["rollback", "rollback_deployment"],
] as const;

const busybox = await systemHas("busybox");

/** A runner takes the image's own sh where there is no bash: BusyBox's in Alpine, dash in Debian. */
describe("in an image without bash", skippedWhere(busybox ? "" : "no BusyBox here"), () => {
  const work = mkdtempSync(join(tmpdir(), "berth-shells-"));
  const tools = toolFolder(work, ["dash"]);
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it.each(
    jobs.flatMap(([template, job]) => [
      [job, template, ["busybox", "sh"]] as const,
      [job, template, ["dash"]] as const,
    ]),
  )("%s of %s, run by %j, names it in one line", (job, template, [program, ...words]) => {
    const script = join(work, `${job}.sh`);
    writeFileSync(script, scriptOf(template, job));
    const { status, stdout, stderr } = spawnSync(join(tools, program), [...words, "-e", script], {
      cwd: work,
      env: { PATH: tools, BERTH_SWITCHES: "install_tools=false" },
      encoding: "utf8",
    });
    expect(`${stdout}${stderr}`).toMatch(/^error: this job needs .*\bbash\b.*\n$/);
    expect(status).toBe(1);
  });

  it("validate_syntax does the same by BusyBox's sh as by bash", async () => {
    const project = makeProject({ "a.py": "x = (\n" });
    const script = scriptOf("validate", "validate_syntax");
    const result = await runJob(script, project.path, {}, ["busybox", "sh"]);
    expect(result).toEqual(await runJob(script, project.path, {}, ["bash"]));
    expect(result.output).toContain("a.py:1:5:");
    project.remove();
  });
});
