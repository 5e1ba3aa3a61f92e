import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makeProject } from "./job.ts";

const library = fileURLToPath(new URL("../../scripts/lib", import.meta.url));

/** The report of tests, run as the job runs them. */
function run(files: Readonly<Record<string, string>>, args: readonly string[]) {
  const project = makeProject(files);
  const junit = join(project.path, "junit.xml");
  const env = { PATH: process.env.PATH, PYTHONPATH: `${library}:${project.path}`, BERTH_JUNIT: junit };
  const { status, stderr, stdout } = spawnSync("python3", ["-B", ...args], {
    cwd: project.path,
    env,
    encoding: "utf8",
  });
  const report = existsSync(junit) ? readFileSync(junit, "utf8") : "";
  project.remove();
  return { code: status, output: stdout + stderr, report };
}

const tests = `import unittest

class Salad(unittest.TestCase):
    def test_passes(self):
        pass

    def test_fails(self):
        self.fail("no \\x01 <tomato>")

    def test_breaks(self):
        raise KeyError("x")

    @unittest.skip("not today")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_surprises(self):
        pass

    def test_parts(self):
        for part in (1, 2):
            with self.subTest(part=part):
                self.assertEqual(part, 1)
`;

describe("the report of unittest", () => {
  it("has each test with what came of it, in text that XML can hold", () => {
    const { code, report } = run({ "tests.py": tests }, [
      "-m",
      "berth_junit",
      "discover",
      "--pattern",
      "test*.py",
    ]);
    expect(code).toBe(1);
    expect(report).toContain('tests="6" failures="3" errors="1" skipped="1"');
    expect(report).toMatch(/name="test_passes" time="[\d.]+" \/>/);
    expect(report).toContain('message="AssertionError: no ? &lt;tomato&gt;"');
    expect(report).toContain('classname="tests.Salad.test_parts" name="(part=2)"');
    expect(report).toContain('<skipped message="not today">');
  });

  it("tells a module that cannot be imported as an error", () => {
    const { code, report } = run({ "tests.py": "import nothing_such\n" }, [
      "-m",
      "berth_junit",
      "discover",
      "--pattern",
      "test*.py",
    ]);
    expect(code).toBe(1);
    expect(report).toMatch(/tests="1" failures="0" errors="1"/);
  });

  it("comes from Django's runner too, whichever the project has", () => {
    // What of Django is used here: its settings, import_string, and a runner with the two hooks of DiscoverRunner.
    const django = {
      "django/__init__.py": "",
      "django/conf.py": "class settings:\n    TEST_RUNNER = 'own.OwnRunner'\n",
      "django/utils/__init__.py": "",
      "django/utils/module_loading.py":
        "import importlib\ndef import_string(path):\n    module, name = path.rsplit('.', 1)\n    return getattr(importlib.import_module(module), name)\n",
      "own.py":
        "import unittest\nclass OwnRunner:\n    test_runner = unittest.TextTestRunner\n    def get_resultclass(self): return None\n    def go(self):\n        suite = unittest.defaultTestLoader.loadTestsFromName('tests')\n        return self.test_runner(resultclass=self.get_resultclass()).run(suite)\n",
    };
    const { report } = run({ ...django, "tests.py": tests }, [
      "-c",
      "import berth_junit; berth_junit.DjangoRunner().go()",
    ]);
    expect(report).toContain('tests="6" failures="3" errors="1" skipped="1"');
  });
});
