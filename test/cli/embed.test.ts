import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx"));
const region = "job:\n  script:\n    # berth embed: scripts/job.sh\n    # berth end\n";
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "berth-embed-"));
  for (const folder of ["templates/nested", "scripts"]) mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, "templates/flat.yml"), region);
  writeFileSync(join(project, "templates/nested/template.yml"), region);
  writeFileSync(join(project, "scripts/job.sh"), "#!/bin/sh\necho hello\n");
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function berth(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ["--import", tsx, cli, ...args], { cwd: project }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

describe("berth embed", () => {
  it("renews the templates, says which, and leaves nothing beside them", async () => {
    const stale = await berth("embed", "--check");
    expect(stale).toMatchObject({ code: 1, stderr: "" });
    expect(stale.stdout).toContain('templates/flat.yml: out of date with scripts/job.sh; run "berth embed"');
    expect(readFileSync(join(project, "templates/flat.yml"), "utf8")).toBe(region);

    expect(await berth("embed")).toMatchObject({ code: 0 });
    expect(readFileSync(join(project, "templates/nested/template.yml"), "utf8")).toContain(
      "\n      echo hello\n    # berth end\n",
    );
    expect(readdirSync(join(project, "templates")).sort()).toEqual(["flat.yml", "nested"]);
    expect(await berth("embed", "--check")).toEqual({
      code: 0,
      stdout: "2 templates up to date\n",
      stderr: "",
    });
  });

  it("changes no template when one of them has a fault", async () => {
    writeFileSync(join(project, "templates/nested/template.yml"), region.replace("job.sh", "jobb.sh"));
    const result = await berth("embed");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toBe(
      'berth: templates/nested/template.yml:3: there is no script "scripts/jobb.sh" (paths start at the project\'s root)\n',
    );
    expect(readFileSync(join(project, "templates/flat.yml"), "utf8")).toBe(region);
  });

  it("prints a script as it will run, and a report as JSON", async () => {
    expect(await berth("embed", "--print", "scripts/job.sh")).toMatchObject({
      stdout: "#!/bin/sh\necho hello\n",
    });
    const { stdout } = await berth("embed", "templates/flat.yml", "--check", "--json");
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      templates: [{ file: "templates/flat.yml", state: "stale", scripts: ["scripts/job.sh"] }],
    });
  });

  it("says what is wrong outside a component project", async () => {
    rmSync(join(project, "templates"), { recursive: true });
    const { code, stderr } = await berth("embed");
    expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 2, lines: 2 });
    expect(stderr).toContain('no folder "templates"');
  });
});
