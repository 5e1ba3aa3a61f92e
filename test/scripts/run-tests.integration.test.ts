import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PackageIndex } from "../../src/host/index.ts";
import { skippedWhere } from "../skipped.ts";
import { type JobResult, makeProject, runJob, scriptOf } from "./job.ts";
import { indexOrReason } from "./package-index.ts";

const script = scriptOf("test", "run_tests");
const { start, reason } = indexOrReason();
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
    expect(output).toContain('no file "requirements-test.txt": the tests get pytest and pytest-cov');
    expect(output).toContain("assert 4 == 5");
    expect(file("junit.xml")).toMatch(/failures="1"/);
    expect(file("coverage.xml")).toBeDefined();
  });

  it("says that there are no tests", async () => {
    const { code, output } = await test({ "shop.py": shop });
    expect(code).toBe(1);
    expect(output).toContain('error: pytest found no tests in "."');
  });

  it("says which requirements cannot be had", async () => {
    const { code, output, file } = await test({
      "requirements.txt": "no-such-thing==1\n",
      "test_shop.py": passing,
    });
    expect(code).toBe(1);
    expect(output).toMatch(/No matching distribution found for no-such-thing==1/);
    expect(output).toContain("error: the requirements cannot be installed");
    expect(file("junit.xml")).toBeUndefined();
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
