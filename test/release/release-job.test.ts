import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { expect, it } from "vitest";
import { command } from "../../src/commands/release.ts";
import { memoryTree } from "../../src/engine/pipeline/index.ts";
import { releaseJobIn } from "../../src/lint/release-job.ts";

const release = (rule = "$CI_COMMIT_TAG") =>
  `publish:\n  script: echo\n  rules: [{if: '${rule}'}]\n  release: {tag_name: $CI_COMMIT_TAG, description: d}\n`;
const job = "job: {script: echo}\n";

it.each([
  ["its own job", release(), {}, "there"],
  ["a header before it", `spec: {inputs: {a: {default: b}}}\n---\n${release()}`, {}, "there"],
  ["an include of a file", `include: /ci/release.yml\n${job}`, { "ci/release.yml": release() }, "there"],
  [
    "a component of the project",
    `include: [{component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/publish@$CI_COMMIT_SHA}]\n`,
    {
      "templates/publish.yml": `spec: {inputs: {stage: {default: deploy}}}\n---\n${release()}  stage: $[[ inputs.stage ]]\n`,
    },
    "there",
  ],
  [
    "a hidden job that is used",
    `${release().replace("publish", ".publish")}job: {extends: .publish}\n`,
    {},
    "there",
  ],
  ["some tags", release("$CI_COMMIT_TAG =~ /^1/"), {}, "there"],
  ["a hidden job alone", `${release().replace("publish", ".publish")}${job}`, {}, "missing"],
  ["branches only", `${release("$CI_COMMIT_BRANCH")}${job}`, {}, "missing"],
  ["none", job, {}, "missing"],
  ["includes that cannot be read", "include: [{project: a/b, file: c.yml}]\n", {}, "unknown"],
])("the job that publishes: %s", (_, text, files, expected) => {
  expect(releaseJobIn(memoryTree({ ".gitlab-ci.yml": text, ...files }))).toBe(expected);
});

it("a component that is no YAML is named, with its tag, file and line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-broken-"));
  try {
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
        cwd: folder,
        stdio: "pipe",
      });
    let stderr = "";
    const check = () => {
      const program = new Command("release").exitOverride();
      const surroundings = {
        cwd: folder,
        env: {},
        stdout: { write: () => true },
        stderr: { write: (text: string) => (stderr += text) },
        signal: new AbortController().signal,
      };
      command(program, surroundings, () => {});
      return program.parseAsync(["check"], { from: "user" });
    };
    mkdirSync(join(folder, "templates"));
    git("init", "--quiet");
    writeFileSync(join(folder, "templates/a.yml"), "spec:\n  description: A.\n---\na: [\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "one");
    git("tag", "1.0.0");
    await expect(check()).rejects.toThrow(/^templates\/a\.yml:\d+:\d+: /);
    writeFileSync(join(folder, "templates/a.yml"), "spec:\n  description: A.\n---\na: {script: echo}\n");
    await check();
    expect(stderr).toMatch(/^berth: 1\.0\.0: templates\/a\.yml:\d+:\d+: .*: left out of the comparison\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("a shallow clone is refused: its last release may be missing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-shallow-"));
  try {
    const git = (cwd: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
        cwd,
        stdio: "pipe",
      });
    const origin = join(folder, "origin");
    mkdirSync(join(origin, "templates"), { recursive: true });
    git(origin, "init", "--quiet");
    for (const version of ["1.0.0", "1.1.0"]) {
      writeFileSync(join(origin, "templates/a.yml"), `a: {script: echo ${version}}\n`);
      git(origin, "add", "--all");
      git(origin, "commit", "--quiet", "--message", version);
      git(origin, "tag", version);
    }
    git(folder, "clone", "--quiet", "--depth", "1", "--no-tags", `file://${origin}`, "clone");
    const program = new Command("release").exitOverride();
    const output = { write: () => true };
    const surroundings = {
      cwd: join(folder, "clone"),
      env: {},
      stdout: output,
      stderr: output,
      signal: new AbortController().signal,
    };
    command(program, surroundings, () => {});
    await expect(program.parseAsync(["check", "--tag", "1.2.0"], { from: "user" })).rejects.toThrow(
      "the clone is shallow",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
