import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/commands/registry.ts";
import { expandPipeline } from "../../src/index.ts";

/* What `berth init` and `berth new` make, put through the commands that its own pipeline runs. */
const folder = mkdtempSync(join(tmpdir(), "berth-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
    stdio: "pipe",
  });

beforeAll(async () => {
  await run("init", "--component", "scan", ".");
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "First");
}, 60_000);

describe("a new project", () => {
  it("has no findings, and documents that are up to date", async () => {
    expect(await run("lint", "--fail-on", "info")).toMatchObject({ code: 0 });
    expect(await run("docs", "--check")).toEqual({
      code: 0,
      stdout: "4 regions in 1 documents up to date\n",
    });
  });

  it("is ready to be released when its changelog has the version", async () => {
    expect((await run("release", "check", "--tag", "1.0.0")).stdout).toContain("changelog-section-present");
    const changelog = join(folder, "CHANGELOG.md");
    const before = readFileSync(changelog, "utf8");
    writeFileSync(changelog, before.replace("## [Unreleased]", "## [1.0.0]"));
    expect(await run("release", "check", "--tag", "1.0.0")).toMatchObject({ code: 0 });
    writeFileSync(changelog, before);
  });

  it("has a pipeline for merge requests, the default branch and tags", () => {
    const text = readFileSync(join(folder, ".gitlab-ci.yml"), "utf8");
    const { valid, errors, jobs } = expandPipeline(text, { variables: { GITLAB_TOKEN: "t" } });
    expect({ valid, errors }).toEqual({ valid: true, errors: [] });
    expect(Object.keys(jobs)).toEqual(["check", "smoke", "release_check", "release"]);
  });

  it("passes its smoke scenarios", async () => {
    const { code, stdout } = await run("smoke");
    expect(stdout).toContain("3 passed, 0 failed");
    expect(code).toBe(0);
  }, 60_000);
});

describe("a new component", () => {
  it("has no findings either, and a README section that is up to date", async () => {
    const { stdout } = await run("new", "publish", "--stage", "deploy");
    appendFileSync(join(folder, "README.md"), stdout);
    expect(await run("lint", "--fail-on", "info")).toMatchObject({ code: 0 });
    expect((await run("docs")).stdout).toBe("README.md:12: components: renewed\n");
    expect((await run("docs", "--check")).code).toBe(0);
  });
});

async function run(name: string, ...args: string[]): Promise<{ code: unknown; stdout: string }> {
  let stdout = "";
  let code: unknown;
  const { command } = await commands.find((each) => each.name === name)!.load();
  const program = new Command(name);
  const surroundings = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: () => undefined },
    signal: new AbortController().signal,
  };
  command(program, surroundings, (given) => {
    code = given;
  });
  await program.parseAsync(args, { from: "user" });
  return { code, stdout };
}
