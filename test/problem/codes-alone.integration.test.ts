import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

/*
 * Every message of the engine is replaced by its code alone, and all unit tests of lint, catalog, release, docs and smoke run: the same
 * rules, places, severities and exit codes must come out. All of them take minutes of processor time: `npm run test:codes`. In `npm test`
 * one file of each room runs.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Tests that compare wording, each with whose: they must fail here, and no other one may. */
const wording: readonly (readonly [file: string, name: string, of: string])[] = [
  ["docs/docs.test.ts", "refuses one that GitLab would refuse", "the engine's, in our line"],
  ["lint/lint-job.test.ts", "is refused", "the engine's"],
  [
    "smoke/runner/gitlab-start.test.ts",
    "gives all of the linter's errors",
    "the stand-in's, which the engine makes",
  ],
  [
    "smoke/runner/gitlab-start.test.ts",
    "wraps a pipeline with inputs of its own",
    "the scenario expects GitLab's",
  ],
  ["smoke/runner/gitlab.test.ts", "gives GitLab's reasons for a refusal", "the scenario expects GitLab's"],
];

const whole = process.env.BERTH_CODES === "whole";

interface Results {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), "berth-codes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("nothing of ours depends on how a message reads", { timeout: 1_800_000 }, async () => {
  const output = join(folder, "results.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = "test/problem/codes-alone.config.ts";
  const args = ["run", "--root", ".", "--config", config, "--reporter=json", `--outputFile=${output}`];
  // Its exit code tells only that the tests of wording failed.
  await new Promise((resolve) => {
    execFile(process.execPath, [vitest, ...args], { cwd: root, maxBuffer: 2 ** 28 }, resolve);
  });
  const results: Results = JSON.parse(readFileSync(output, "utf8"));
  expect(results.numPassedTests).toBeGreaterThan(whole ? 1000 : 250);
  const failed = results.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = name.slice(join(root, "test/").length);
    const tests = assertionResults.filter(({ status }) => status === "failed");
    const whole = assertionResults.length === 0 && message !== "" ? [`${file}: ${message}`] : [];
    return [...whole, ...tests.map(({ fullName }) => `${file}: ${fullName}`)];
  });
  const isOf = (line: string, [file, name]: (typeof wording)[number]) =>
    line.startsWith(`${file}: `) && line.includes(name);
  expect(
    failed.filter((line) => !wording.some((each) => isOf(line, each))),
    "ask for the problem's code and facts; where a test compares the wording itself, name it in this file",
  ).toEqual([]);
  const ran = new Set(results.testResults.map(({ name }) => name.slice(join(root, "test/").length)));
  expect(
    wording.filter((each) => ran.has(each[0]) && !failed.some((line) => isOf(line, each))),
    "compares no wording any more: take it off the list",
  ).toEqual([]);
});
