import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PackageIndex } from "../../src/host/index.ts";
import { skippedWhere } from "../skipped.ts";
import { type JobResult, makeProject, runJob, scriptOf } from "./job.ts";
import { makeWheels, startMadeUpIndex } from "./made-up-index.ts";
import { indexOrReason } from "./package-index.ts";
import { temporaryFolder, uvOrReason } from "./uv.ts";

const script = scriptOf("test", "run_tests");
const { start, reason } = indexOrReason();
/** With uv, as nearly every consumer has it; with pip alone where a test says so, or where uv cannot be had here. */
const uv = uvOrReason();
const withPip = { PATH: process.env.PATH ?? "" };
const withUv = { PATH: uv.reason === "" ? `${uv.bin}:${process.env.PATH}` : (process.env.PATH ?? "") };
const passing = "from shop import price\n\ndef test_price():\n    assert price(2) == 4\n";
const shop = "def price(n):\n    return 2 * n\n\ndef unused():\n    return 1\n";

describe("run_tests", { ...skippedWhere(reason), timeout: 180_000 }, () => {
  let index: PackageIndex;
  const projects: { remove(): void }[] = [];
  beforeAll(async () => {
    index = await start();
  }, 600_000);
  afterAll(async () => {
    await index?.stop();
    for (const project of projects) project.remove();
  });

  /** A project with these files, and what run_tests says of it. */
  async function test(
    files: Record<string, string>,
    variables: Record<string, string> = {},
  ): Promise<JobResult & { file(name: string): string | undefined }> {
    const project = makeProject({ "requirements.txt": "", ...files });
    projects.push(project);
    const result = await runJob(script, project.path, {
      PIP_NO_INDEX: "",
      ...withUv,
      ...index.environment,
      ...variables,
    });
    const file = (name: string) => {
      const path = join(project.path, ".berth/reports", name);
      return existsSync(path) ? readFileSync(path, "utf8") : undefined;
    };
    return { ...result, file };
  }

  it("installs the requirements and pytest, and reports results and coverage", async () => {
    const files = {
      "site/shop.py": `import waitress\n${shop}`,
      "site/tests/test_shop.py": `import itsdangerous\n${passing}`,
      "site/conftest.py": "",
      "requirements.txt": "waitress\n",
      "requirements-test.txt": "itsdangerous\n",
    };
    const { code, output, file } = await test(files, {
      BERTH_SOURCE_FOLDER: "site",
      BERTH_PYTEST_ARGUMENTS: "-v -k price",
    });
    expect(code, output).toBe(0);
    expect(output).toContain("tests/test_shop.py::test_price PASSED");
    expect(output).toMatch(/^TOTAL .*\d+%$/m);
    expect(file("junit.xml")).toMatch(/tests="1"/);
    expect(file("coverage.xml")).toMatch(/filename="shop\.py"/);
  });

  it.each([
    ["blank", " \t\n", 0, /1 passed/],
    ["a comma alone", ",", 4, /file or directory not found: ,/],
    ["300 words", Array.from({ length: 300 }, () => "--verbose").join(" "), 0, /1 passed/],
    ["a word that takes no test", "-k nothing", 1, /pytest found no tests/],
  ])("never passes without a test: pytest_arguments is %s", async (_, BERTH_PYTEST_ARGUMENTS, code, said) => {
    const result = await test({ "shop.py": shop, "test_shop.py": passing }, { BERTH_PYTEST_ARGUMENTS });
    expect(result.output).toMatch(said);
    expect(result.code).toBe(code);
  });

  it("fails with the tests, and still writes the reports", async () => {
    const failing = passing.replace("== 4", "== 5");
    const { code, output, file } = await test({ "shop.py": shop, "test_shop.py": failing });
    expect(code).toBe(1);
    expect(output).toContain("the tests get pytest and pytest-cov: no file such as requirements-test.txt");
    expect(output).toContain("assert 4 == 5");
    expect(file("junit.xml")).toMatch(/failures="1"/);
    expect(file("coverage.xml")).toBeDefined();
  });

  it("says that there are no tests", async () => {
    const { code, output } = await test({ "shop.py": shop });
    expect(code).toBe(1);
    expect(output).toContain(
      'error: pytest found no tests in "." (test_*.py, *_test.py), and unittest none (test*.py): write some',
    );
  });

  it("runs what pytest does not find by unittest, with reports", async () => {
    const unit = `import unittest\n\nclass Price(unittest.TestCase):\n    def test_price(self):\n        from shop import price\n        self.assertEqual(price(2), 5)\n`;
    const { code, output, file } = await test({ "shop.py": shop, "tests.py": unit });
    expect(code, output).toBe(1);
    expect(file("junit.xml")).toMatch(/tests="1" failures="1".*classname="tests\.Price" name="test_price"/s);
    expect(file("coverage.xml")).toMatch(/filename="shop\.py"/);
  });

  it("runs the team's own command, with its environment and in the tests' Python", async () => {
    const command =
      "python -c 'import sys, os; print(sys.prefix != sys.base_prefix, os.environ[\"COLOUR\"])'; exit 3";
    const variables = { BERTH_TEST_COMMAND: command, BERTH_TEST_ENVIRONMENT: "COLOUR=green SIZE=2" };
    const { code, output } = await test({ "shop.py": shop }, variables);
    expect(code).toBe(3);
    expect(output).toContain("True green");
  });

  it.each([
    ["uv", withUv, /no-such-thing was not found in the package registry/],
    ["pip", withPip, /No matching distribution found for no-such-thing==1/],
  ])("says which requirements cannot be had, by %s", async (by, variables, message) => {
    const files = { "requirements.txt": "no-such-thing==1\n", "test_shop.py": passing };
    const { code, output, file } = await test(files, variables);
    expect(code).toBe(1);
    if (by === "pip" || uv.reason === "") expect(output).toMatch(message);
    expect(output).toContain(
      "error: no-such-thing is not in the package index: correct the name in requirements.txt",
    );
    expect(output.indexOf("error: no-such-thing")).toBeLessThan(output.search(message));
    expect(file("junit.xml")).toBeUndefined();
  });

  it("takes requirements with hashes beside tests' requirements without, and refuses another file", async () => {
    const folder = temporaryFolder();
    const sums = makeWheels(folder, [{ name: "made-up-lettuce" }]);
    const own = await startMadeUpIndex([folder]);
    const sum = sums["made_up_lettuce-1.0-py3-none-any.whl"] ?? "";
    const run = (hash: string, variables: Record<string, string>) =>
      test(
        {
          "requirements.txt": `made-up-lettuce==1.0 --hash=sha256:${hash}\n`,
          "requirements-test.txt": "itsdangerous\npytest\npytest-cov\n",
          "test_shop.py": `import made_up_lettuce, itsdangerous\n${passing}`,
          "shop.py": shop,
        },
        { PIP_EXTRA_INDEX_URL: own.url, ...variables },
      );
    try {
      const [byUv, byPip, wrong] = await Promise.all([
        run(sum, withUv),
        run(sum, withPip),
        run("0".repeat(64), withUv),
      ]);
      expect(byUv.code, byUv.output).toBe(0);
      expect(byPip.code, byPip.output).toBe(0);
      expect(wrong.code).toBe(1);
      expect(wrong.output).toMatch(
        /no file of made-up-lettuce==1\.0 in the package index has a hash that|DO NOT MATCH THE HASHES/,
      );
    } finally {
      await own.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it("goes on without coverage where pytest-cov cannot be had, and says so", async () => {
    const without = await start(["python3-pytest"]);
    try {
      const { code, output, file } = await test(
        { "shop.py": shop, "test_shop.py": passing },
        without.environment,
      );
      expect(code, output).toBe(0);
      expect(output).toContain("warning: pytest-cov cannot be installed: no coverage report");
      expect(file("junit.xml")).toMatch(/tests="1"/);
      expect(file("coverage.xml")).toBeUndefined();
    } finally {
      await without.stop();
    }
  });
});
