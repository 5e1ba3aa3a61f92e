import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../src/commands/expand.ts";
import { runCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-changes-"));

beforeAll(() => {
  git("init", "--quiet", "--initial-branch=main");
  write("main.txt", "");
  git("add", "-A");
  git("commit", "--quiet", "-m", "one");
  git("checkout", "--quiet", "-b", "work");
  write("work.txt", "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("berth expand --jobs with rules:changes:compare_to", () => {
  it("compares the work tree with the branch", async () => {
    write(".gitlab-ci.yml", pipeline("main"));
    const { code, out } = await runCommand(command, ["--jobs", "--ref", "work"], { cwd: folder });
    expect(code).toBe(0);
    expect(out).toMatch(/^test +here\b/m);
    expect(out).not.toMatch(/^test +there\b/m);
  });

  it("takes what --changed names instead", async () => {
    write(".gitlab-ci.yml", pipeline("main"));
    const { out } = await runCommand(command, ["--jobs", "--changed", "main.txt"], { cwd: folder });
    expect(out).toMatch(/^test +there\b/m);
    expect(out).not.toMatch(/^test +here\b/m);
  });

  it("says in GitLab's words that there is no such branch", async () => {
    write(".gitlab-ci.yml", pipeline("gone"));
    const { out, err } = await runCommand(command, ["--jobs"], { cwd: folder });
    expect(`${out}${err}`).toContain(
      "Failed to parse rule for here: rules:changes:compare_to is not a valid ref",
    );
  });
});

function pipeline(ref: string): string {
  return `here: {script: x, rules: [{changes: {paths: [work.txt], compare_to: ${ref}}}]}
there: {script: x, rules: [{changes: {paths: [main.txt], compare_to: ${ref}}}]}
other: {script: x}
`;
}

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function git(...args: readonly string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  execFileSync("git", [...identity, ...args], { cwd: folder, stdio: "pipe" });
}
