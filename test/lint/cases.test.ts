import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test } from "vitest";
import { command } from "../../src/commands/lint.ts";

/* Small projects on which lint was wrong, each with what it has to say of them now. */

const cases = fileURLToPath(new URL("cases", import.meta.url));
let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "berth-case-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function lint(name: string, ...args: string[]): Promise<string[]> {
  cpSync(join(cases, name), cwd, { recursive: true });
  let stdout = "";
  const program = new Command("lint").exitOverride();
  const surroundings = {
    cwd,
    env: process.env,
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: () => true },
    signal: new AbortController().signal,
  };
  command(program, surroundings, () => {});
  await program.parseAsync(["--no-cache", "--format", "json", ...args], { from: "user" });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { file: string; line: number; rule: string }[];
  };
  return diagnostics.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

test("named branches, tags and projects are possible", async () => {
  expect(await lint("01-job-reachable-named-branch")).toEqual([]);
});

test("a default outside of its options, and all that is wrong behind it", async () => {
  const found = await lint("04-default-outside-options");
  for (const each of ["7 input-default-valid", "12 needs-declared", "13 pipeline-valid", "14 job-keys-known"])
    expect(found).toContain(`templates/a.yml:${each}`);
});

test("inputs and files of child pipelines", async () => {
  const found = await lint("10-child-pipeline-inputs");
  for (const each of [
    "4 caller-input-given",
    "6 caller-input-known",
    "9 include-found",
    "13 caller-input-given",
    "14 caller-input-known",
  ])
    expect(found).toContain(`.gitlab-ci.yml:${each}`);
  expect(found.filter((each) => each.endsWith("stage-declared"))).toEqual([]);
});

test("includes by wildcards", async () => {
  expect(await lint("11-wildcard-local-include")).toEqual([]);
});

test("a file that others include, alone and by default", async () => {
  for (const args of [["ci/jobs.yml"], []]) {
    const found = await lint("12-fragment-alone", ...args);
    expect(found).toContain("ci/jobs.yml:7 image-pinned");
    expect(found.filter((each) => each.endsWith("extends-declared"))).toEqual([]);
  }
});

test("local paths from the project's root; nothing to lint", async () => {
  expect(await lint("13-local-include-root", "building/maven/lib.yml")).toEqual([]);
  await expect(lint("13-local-include-root", ".")).rejects.toThrow("nothing to lint");
});

test("a job that an include defines", async () => {
  expect(await lint("23-override-of-included-job")).toEqual([".gitlab-ci.yml:6 needs-seen"]);
});
