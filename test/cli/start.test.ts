import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BuiltProgram, buildProgram } from "../built-program.ts";

/* The built program keeps what V8 compiled; each test hands the next run something else in its place. */

let built: BuiltProgram;
let home = "";
beforeAll(() => {
  built = buildProgram();
});
afterAll(() => built.remove());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "berth-start-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Explains a rule as a process of its own, which is found to have done so. */
function explain(env: NodeJS.ProcessEnv = { HOME: home }): void {
  const run = berth(["explain", "image-pinned"], env);
  expect(run.stdout).toContain("image-pinned");
  expect([run.status, run.signal, run.stderr]).toEqual([0, null, ""]);
}

function berth(args: string[], env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, [built.file, ...args], { cwd: home, env, encoding: "utf8" });
}

const folder = () => join(home, ".cache/berth/compiled");
const kept = () => readdirSync(folder()).map((name) => join(folder(), name));

test("what V8 compiled is kept for the user alone, and the next run takes it as it is", () => {
  explain();
  const [file = "", ...others] = kept();
  expect(others).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  const before = statSync(file, { bigint: true }).mtimeNs;
  explain();
  expect(statSync(file, { bigint: true }).mtimeNs).toBe(before);
});

test("kept code that was damaged is not run, and is made anew", () => {
  explain();
  const [file = ""] = kept();
  const whole = readFileSync(file);
  for (const share of [0, 0.01, 0.25, 0.5, 0.75, 0.99]) {
    const damaged = Buffer.from(whole);
    const place = Math.floor(share * whole.length);
    damaged.writeUInt32LE(~damaged.readUInt32LE(place) >>> 0, place);
    writeFileSync(file, damaged);
    explain();
    expect(readFileSync(file).equals(damaged)).toBe(false);
  }
  for (const length of [0, 3, 4, 1000, whole.length - 1]) {
    truncateSync(file, length);
    explain();
    expect(statSync(file).size).toBeGreaterThan(10_000);
  }
});

test("it runs where nothing can be kept", () => {
  explain({});
  writeFileSync(join(home, "file"), "");
  explain({ XDG_CACHE_HOME: join(home, "file") });
});

test("a command that could not run, and one that only explained itself, keep nothing", () => {
  expect(berth(["explain", "no-such-rule"], { HOME: home }).status).toBe(2);
  expect(berth(["explain", "--help"], { HOME: home }).status).toBe(0);
  expect(() => kept()).toThrow("ENOENT");
});

test("the cache does not grow without end", () => {
  writeFileSync(join(home, ".gitlab-ci.yml"), "job: { script: make }\n");
  explain();
  for (let index = 0; index < 70; index++) writeFileSync(join(folder(), `older-${index}`), "");
  expect(berth(["expand", "no-such-file.yml"], { HOME: home }).status).toBe(2);
  expect(kept()).toHaveLength(71);
  expect(berth(["expand"], { HOME: home }).status).toBe(0);
  expect(kept().length).toBeLessThanOrEqual(64);
  expect(kept().some((name) => name.endsWith("-expand"))).toBe(true);
});
