import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, it } from "vitest";
import { command } from "../../src/commands/release.ts";
import { type ChangeKind, changeKinds, leastVersion, parseVersion } from "../../src/release/index.ts";
import { base, pairs } from "./pairs.ts";

/* A history of tags, each honest about what changed since the one before: pairs there and back, one after the other. */
const folder = mkdtempSync(join(tmpdir(), "berth-tags-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd: folder });

// Every second pair: a check is a process or ten of git.
const sample = pairs.filter((_, index) => index % 2 === 0);
const steps = sample.flatMap(({ title, from, to, kinds, back }) => [
  { title, text: base.replace(from, () => to), kinds },
  { title: `${title}, the other way`, text: base, kinds: back },
]);

it(`names the honest version at each of ${steps.length} tags, and refuses the one below it`, async () => {
  mkdirSync(join(folder, "templates"));
  git("init", "--quiet");
  release("1.0.0", base);
  let before = "1.0.0";
  for (const { title, text, kinds } of steps) {
    writeFileSync(join(folder, "templates/check.yml"), text);
    const honest = leastVersion(parseVersion(before)!, strongestOf(kinds)).join(".");
    const low = lower(before, honest);
    const verdict = await check(low ?? honest);
    expect([title, verdict.since, verdict.leastVersion]).toEqual([title, before, honest]);
    const refused = verdict.obstacles.some((each) => each.rule === "tag-high-enough");
    expect([title, refused]).toEqual([title, low !== undefined]);
    release(honest, text);
    before = honest;
  }
}, 120_000);

/** The next version that would hide the change; undefined where every higher version is honest. */
function lower(before: string, honest: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = parseVersion(before)!;
  const candidate = honest.endsWith(".0.0") ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
  return candidate === honest ? undefined : candidate;
}

function strongestOf(kinds: readonly ChangeKind[]) {
  return (["major", "minor", "patch"] as const).find((each) =>
    kinds.some((kind) => changeKinds[kind] === each),
  );
}

function release(tag: string, text: string): void {
  writeFileSync(join(folder, "templates/check.yml"), text);
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", tag);
  git("tag", tag);
}

interface Verdict {
  readonly since: string;
  readonly leastVersion: string;
  readonly obstacles: readonly { readonly rule: string }[];
}

async function check(tag: string): Promise<Verdict> {
  let stdout = "";
  const program = new Command("release");
  const stream = { write: (text: string) => (stdout += text) };
  const signal = new AbortController().signal;
  command(program, { cwd: folder, env: {}, stdout: stream, stderr: stream, signal }, () => undefined);
  await program.parseAsync(["check", "--json", "--tag", tag], { from: "user" });
  return JSON.parse(stdout) as Verdict;
}
