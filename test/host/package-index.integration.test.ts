import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PackageIndex, type Suite, startPackageIndex, usualPackages } from "../../src/host/index.ts";
import { skippedWhere } from "../skipped.ts";

const run = promisify(execFile);

describe(
  "the package index made of Debian's packages",
  skippedWhere(existsSync("/usr/bin/apt-get") ? "" : "no apt-get here"),
  () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
    let indices: Record<Suite, PackageIndex>;
    beforeAll(async () => {
      const say = (line: string) => process.stderr.write(`${line}\n`);
      const [bookworm, trixie] = await Promise.all([
        startPackageIndex(usualPackages, { say }),
        startPackageIndex(usualPackages, { say, suite: "trixie" }),
      ]);
      indices = { bookworm, trixie };
    }, 300_000);
    afterAll(async () => {
      await Promise.all(Object.values(indices ?? {}).map((index) => index.stop()));
      rmSync(folder, { recursive: true, force: true });
    });

    it("gives pip an application with all that it requires, which then runs", async () => {
      const target = join(folder, "installed");
      const install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        target,
        "flask",
        "gunicorn",
        "python-dotenv",
      ];
      await run("python3", install, { env: { ...process.env, ...indices.bookworm.environment } });
      const program =
        "import flask, dotenv, gunicorn; print(flask.Flask('x').test_client().get('/').status_code)";
      const { stdout } = await run("python3", ["-c", program], {
        env: { ...process.env, PYTHONPATH: target },
      });
      expect(stdout).toBe("404\n");
    });

    it.each([
      ["bookworm", "3.11", "cp311"],
      ["trixie", "3.13", "cp313"],
    ] as const)("has wheels of %s for Python %s, compiled ones for that version only", async (suite, version, tag) => {
      const wheels = join(folder, suite);
      const download = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary=:all:",
        `--python-version=${version}`,
      ];
      const wanted = ["--dest", wheels, "flask", "waitress", "pytest-cov"];
      await run("python3", [...download, ...wanted], {
        env: { ...process.env, ...indices[suite].environment },
      });
      const files = readdirSync(wheels);
      expect(files.filter((file) => /^markupsafe/i.test(file))).toEqual([
        expect.stringContaining(`-${tag}-${tag}-linux_`),
      ]);
      expect(files.filter((file) => /^flask-/i.test(file))).toEqual([
        expect.stringContaining("-py3-none-any.whl"),
      ]);
    });

    it("does not know what it does not have", async () => {
      const answer = await fetch(new URL("no-such-project/", indices.bookworm.url));
      expect(answer.status).toBe(404);
    });
  },
);
