import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../skipped.ts";
import { type JobResult, makeProject, pythonVersion, runJob, scriptOf } from "./job.ts";
import { type MadeUpIndex, makeWheels, startMadeUpIndex } from "./made-up-index.ts";
import { temporaryFolder, uvOrReason } from "./uv.ts";

const script = scriptOf("build", "build_deployment_package");
const uv = uvOrReason();
/** This machine's Python is a later patch release than this one, as an image's is later than a server's. */
const target = `${pythonVersion}.0`;
const machine = execFileSync("uname", ["-m"], { encoding: "utf8" }).trim();
const later = execFileSync("python3", ["-c", "import sys; print(sys.version_info[2])"], { encoding: "utf8" });
const reason = uv.reason || (later.trim() === "0" ? `there is no Python before ${target}` : "");

describe("build_deployment_package for a target", { ...skippedWhere(reason), timeout: 180_000 }, () => {
  let folder: string;
  let sums: Record<string, string>;
  let index: MadeUpIndex;
  const projects: { remove(): void }[] = [];
  beforeAll(async () => {
    folder = temporaryFolder();
    sums = makeWheels(join(folder, "wheels"), [
      {
        name: "made-up-lettuce",
        requires: [`made-up-timeout>=4; python_full_version < "${pythonVersion}.1"`],
      },
      { name: "made-up-timeout", version: "4.0" },
      { name: "too-new", tag: `py3-none-manylinux_2_99_${machine}` },
      { name: "needs-later", python: `>=${pythonVersion}.1` },
    ]);
    index = await startMadeUpIndex([join(folder, "wheels")]);
  });
  afterAll(async () => {
    await index?.stop();
    for (const project of projects) project.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The build of a project with these requirements, with uv on the PATH, and the lock of its package, undefined without one. */
  async function build(
    requirements: string,
    variables: Record<string, string> = {},
    files: Record<string, string> = {},
  ): Promise<JobResult & { lock: string | undefined; manifest: unknown }> {
    const project = makeProject({ "wsgi.py": "", "requirements.txt": requirements, ...files });
    projects.push(project);
    const result = await runJob(script, project.path, {
      PATH: `${uv.bin}:${process.env.PATH}`,
      CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
      CI_COMMIT_TIMESTAMP: "2026-03-01T12:30:00+02:00",
      BERTH_TARGET: target,
      PIP_NO_INDEX: "",
      PIP_INDEX_URL: index.url,
      PIP_CACHE_DIR: join(folder, "pip"),
      UV_CACHE_DIR: join(folder, "uv"),
      ...variables,
    });
    const archive = join(project.path, "deployment_package.tar.gz");
    const unpack = (path: string) => execFileSync("tar", ["-xzOf", archive, path], { encoding: "utf8" });
    if (!existsSync(archive)) return { ...result, lock: undefined, manifest: undefined };
    return { ...result, lock: unpack("requirements.lock"), manifest: JSON.parse(unpack("manifest.json")) };
  }
  const names = (lock: string | undefined) => lock?.match(/^[\w-]+(?===)/gm);

  it("has what the server's older patch release needs, with uv from the job's own index", async () => {
    const own = await startMadeUpIndex([join(folder, "wheels"), uv.wheels]);
    try {
      const { code, output, lock, manifest } = await build("made-up-lettuce\n", {
        PATH: process.env.PATH ?? "",
        PIP_INDEX_URL: own.url,
      });
      expect(code, output).toBe(0);
      expect(output).toMatch(/^uv: [\d.]+, installed for this job$/m);
      expect(output).toMatch(
        new RegExp(`^packages for ${target}: Python ${target}, \\w+-manylinux_2_\\d+$`, "m"),
      );
      expect(names(lock)).toEqual(["made-up-lettuce", "made-up-timeout"]);
      expect(manifest).toMatchObject({
        python: pythonVersion,
        python_full_version: target,
        target,
        requires: [
          `made_up_lettuce-1.0-py3-none-any.whl | requires made-up-timeout>=4; python_full_version < '${pythonVersion}.1'`,
          "made_up_timeout-4.0-py3-none-any.whl",
        ],
      });
      expect(lock).toContain(
        `made-up-timeout==4.0 --hash=sha256:${sums["made_up_timeout-4.0-py3-none-any.whl"]}`,
      );
    } finally {
      await own.stop();
    }
  });

  it("without uv says in one line what is not proved, and still names what the target would miss", async () => {
    const missing = await build("made-up-lettuce\n", { PATH: process.env.PATH ?? "" });
    expect(missing.output.match(/^warning: .*$/gm)).toEqual([
      expect.stringMatching(
        new RegExp(`^warning: uv [\\d.]+ is neither .* Not proved: that ${target} would get the same ones$`),
      ),
    ]);
    expect(missing.code).toBe(1);
    expect(missing.output).toContain(
      `error: made-up-lettuce 1.0 needs made-up-timeout>=4 on Python ${target}, and the package does not have it`,
    );
    expect(missing.output).toContain(`error: the package would not run on ${target}; name what is missing`);
    expect(missing.lock).toBeUndefined();
  });

  it("refuses with uv's reason what the target cannot have", async () => {
    const [libc, python] = await Promise.all([build("too-new\n"), build("needs-later\n")]);
    const inOneLine = (output: string) => output.replace(/\n\s*/g, " ");
    expect(inOneLine(libc.output)).toMatch(/too-new==1.0 has no wheels with a matching platform tag/);
    expect(inOneLine(python.output)).toMatch(/needs-later==1.0 requires Python >=3\.\d+\.1/);
    expect(libc.output).toContain(`error: too-new 1.0 has no wheel for ${target} (`);
    expect(python.output).toContain(
      `error: needs-later 1.0 needs Python >=${pythonVersion}.1, and ${target} has`,
    );
    for (const { code, lock } of [libc, python]) {
      expect(code).toBe(1);
      expect(lock).toBeUndefined();
    }
  });

  it("takes only files whose hashes the project names, and misses none", async () => {
    const hashed = (name: string, sum: string) => `${name} --hash=sha256:${sum}\n`;
    const lettuce = hashed("made-up-lettuce==1.0", sums["made_up_lettuce-1.0-py3-none-any.whl"]!);
    const timeout = hashed("made-up-timeout==4.0", sums["made_up_timeout-4.0-py3-none-any.whl"]!);
    const [whole, missing, wrong] = await Promise.all([
      build("-r base.txt\n", {}, { "base.txt": lettuce + timeout }),
      build(lettuce),
      build(timeout + hashed("made-up-lettuce==1.0", "0".repeat(64))),
    ]);
    expect(names(whole.lock), whole.output).toEqual(["made-up-lettuce", "made-up-timeout"]);
    expect(missing.code).toBe(1);
    expect(missing.output).toContain(
      "error: requirements.txt has hashes, but none for made-up-timeout==4.0, which the target needs",
    );
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain(
      "error: no file of made-up-lettuce==1.0 in the package index has a hash that requirements.txt names",
    );
  });

  it("builds what lies in the project, and takes an index and a login where pip would find them", async () => {
    const locked = await startMadeUpIndex([join(folder, "wheels")], { login: "ci:pa55-word" });
    try {
      const library = {
        "lib/pyproject.toml":
          '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "own"\nversion = "3"\n',
        "lib/backend.py": ownBackend,
      };
      const { code, output, lock } = await build(
        `--index-url ${locked.urlWithLogin}\n./lib\nmade-up-timeout\n`,
        {},
        library,
      );
      expect(code, output).toBe(0);
      expect(names(lock)).toEqual(["made-up-timeout", "own"]);
      expect(output).not.toContain("pa55-word");
    } finally {
      await locked.stop();
    }
  });

  it("stops at an index that refuses, with its name, and takes no stranger's package of that name from another", async () => {
    const statuses = { 401: "401 Unauthorized", 403: "403 Forbidden", 503: "503 Service Unavailable" };
    const refusing = await Promise.all(
      Object.keys(statuses).map((status) =>
        startMadeUpIndex([], { status: Number(status), login: "ci:pa55-word" }),
      ),
    );
    try {
      const builds = await Promise.all(
        refusing.map((each) =>
          build("made-up-timeout\n", { PIP_EXTRA_INDEX_URL: each.urlWithLogin, PIP_RETRIES: "0" }),
        ),
      );
      for (const [at, words] of Object.values(statuses).entries()) {
        const { code, output, lock } = builds[at]!;
        expect(code, output).toBe(1);
        expect(output).toContain(words);
        expect(output).toContain(refusing[at]!.url);
        expect(output).not.toContain("pa55-word");
        expect(lock).toBeUndefined();
      }
    } finally {
      await Promise.all(refusing.map((each) => each.stop()));
    }
  });

  it("stops at an index that refuses where pip chooses too, and warns of several indexes without hashes", async () => {
    const refusing = await startMadeUpIndex([], { status: 401, login: "ci:pa55-word" });
    const second = await startMadeUpIndex([join(folder, "wheels")]);
    const withPip = { PATH: process.env.PATH ?? "" };
    try {
      const [refused, two] = await Promise.all([
        build("made-up-timeout\n", { ...withPip, PIP_EXTRA_INDEX_URL: refusing.urlWithLogin }),
        build("made-up-timeout\n", { PIP_EXTRA_INDEX_URL: second.url }),
      ]);
      expect(refused.code).toBe(1);
      expect(refused.output).toContain(
        `error: the package index ${refusing.url} answers 401 Unauthorized: correct its login`,
      );
      expect(refused.output).not.toContain("pa55-word");
      expect(refused.lock).toBeUndefined();
      expect(two.code, two.output).toBe(0);
      expect(two.output).toContain(
        "warning: packages come from several indexes, and no hashes say which files are meant",
      );
    } finally {
      await Promise.all([refusing.stop(), second.stop()]);
    }
  });

  it("refuses by name a setting of pip that it cannot keep", async () => {
    const { code, output } = await build("made-up-lettuce\n", { PIP_NO_DEPS: "1", PIP_TARGET: "/nowhere" });
    expect(code).toBe(1);
    expect(output).toContain("error: pip's setting no-deps (PIP_NO_DEPS, or pip.conf) cannot be kept");
    expect(output).toContain("error: pip's setting target (PIP_TARGET, or pip.conf) cannot be kept");
  });
});

const ownBackend = `
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "own-3-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        archive.writestr("own.py", "")
        archive.writestr("own-3.dist-info/METADATA", "Metadata-Version: 2.1\\nName: own\\nVersion: 3\\n")
        archive.writestr("own-3.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("own-3.dist-info/RECORD", "own.py,,\\n")
    return name
`;
