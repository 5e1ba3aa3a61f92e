import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFile, type JobResult, makeProject, pythonVersion, runJob, scriptOf } from "./job.ts";
import { uvOrReason } from "./uv.ts";

const script = scriptOf("build", "build_deployment_package");
const commit = {
  CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
  CI_COMMIT_TIMESTAMP: "2026-03-01T12:30:00+02:00",
  BERTH_EXCLUDE: "/tests",
};
const privateKey = ["-----BEGIN", "OPENSSH PRIVATE KEY-----\nAAAA\n"].join(" ");
const keyLine = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7".repeat(2);
const marker = (kind: string) => ["-----BEGIN", kind].join(" ");
/** The same kind of key where it does not begin a line: the build looks into every file, whatever its form. */
const hiddenKeys: Record<string, string> = {
  "service-account.json": JSON.stringify({ private_key: `${marker("PRIVATE KEY-----")}\n${keyLine}\n` }),
  "settings_local.py": `KEY = "${marker("RSA PRIVATE KEY-----")}" \\\n  "${keyLine}"\n`,
  "values.yml": `key: "${marker("EC PRIVATE KEY-----")}\\n${keyLine}\\n"\n`,
  "signing.asc": `${marker("PGP PRIVATE KEY BLOCK-----")}\n\n${keyLine}\n`,
  "utf16.txt": Buffer.from(`\ufeff${marker("PRIVATE KEY-----")}\r\n${keyLine}`, "utf16le").toString("latin1"),
  "putty.txt": "PuTTY-User-Key-File-3: ssh-ed25519\n",
  "age.txt": `AGE-SECRET-KEY-1${"Q".repeat(58)}\n`,
};
/** With uv, as nearly every consumer has it; without, where it cannot be had here. */
const uv = uvOrReason();
const PATH = uv.reason === "" ? `${uv.bin}:${process.env.PATH}` : (process.env.PATH ?? "");
let workshop: { path: string; remove(): void };
let distributions: string;

beforeAll(() => {
  workshop = makeProject({});
  distributions = join(workshop.path, "distributions");
  execFileSync("python3", [fileURLToPath(new URL("tiny_distributions.py", import.meta.url)), distributions]);
});
afterAll(() => workshop.remove());

/** A project folder of its own below the workshop, and its build. */
function makeApplication(name: string, files: Record<string, string | Buffer> = {}): string {
  const folder = join(workshop.path, name, "project");
  const usual = {
    "wsgi.py": "import farewell\n",
    "requirements.txt": "farewell\n",
    "blog/page.html": "<p>\n",
  };
  for (const [path, content] of Object.entries({ ...usual, ...files })) addFile(folder, path, content);
  return folder;
}

function build(folder: string, variables: Record<string, string> = {}): Promise<JobResult> {
  return runJob(script, folder, { ...commit, PATH, PIP_FIND_LINKS: distributions, ...variables });
}

/** The package, unpacked by GNU tar as a server would do it. */
function unpack(folder: string): string {
  const target = join(folder, "../unpacked");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", [
    "--extract",
    "--gzip",
    "--file",
    join(folder, "deployment_package.tar.gz"),
    "--directory",
    target,
  ]);
  return target;
}

function listing(folder: string): string[] {
  return execFileSync("tar", ["--list", "--file", join(folder, "deployment_package.tar.gz")], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

describe("build_deployment_package", { timeout: 180_000 }, () => {
  it("makes the same bytes for the same commit, whatever differs around it", async () => {
    const one = makeApplication("same-one", { "run.sh": "#!/bin/sh\n" });
    chmodSync(join(one, "run.sh"), 0o755);
    const two = join(workshop.path, "same-two/elsewhere/project");
    cpSync(one, two, { recursive: true });
    for (const name of readdirSync(two)) utimesSync(join(two, name), 0, 0);
    chmodSync(join(two, "run.sh"), 0o777);
    chmodSync(join(two, "wsgi.py"), 0o666);
    addFile(two, ".berth/reports/junit.xml", "from an earlier job");
    addFile(two, "blog/__pycache__/page.cpython-311.pyc", "");

    expect((await build(one)).code).toBe(0);
    await new Promise((later) => setTimeout(later, 2100)); // a zip's dates have two seconds' grain
    const again = await build(two, {
      PYTHONHASHSEED: "7",
      TZ: "Asia/Tokyo",
      LC_ALL: "C",
      PIP_CACHE_DIR: join(two, ".berth/pip"),
    });
    expect(again.code, again.output).toBe(0);
    expect(sha256(join(two, "deployment_package.tar.gz"))).toBe(
      sha256(join(one, "deployment_package.tar.gz")),
    );
    const cached = await build(two, { PIP_CACHE_DIR: join(two, ".berth/pip") });
    expect(cached.code).toBe(0);
    expect(sha256(join(two, "deployment_package.tar.gz"))).toBe(
      sha256(join(one, "deployment_package.tar.gz")),
    );
  });

  it("holds the application, its wheels, a lock that pip obeys and a manifest of every file", async () => {
    const folder = makeApplication("whole", { "bin/start": "#!/bin/sh\n", "ünïcode 'name'.txt": "x" });
    chmodSync(join(folder, "bin/start"), 0o700);
    expect((await build(folder, { CI_COMMIT_TAG: "1.4.0" })).code).toBe(0);
    const target = unpack(folder);
    const manifest = JSON.parse(readFileSync(join(target, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      version: "1.4.0",
      commit: commit.CI_COMMIT_SHA,
      created: "2026-03-01T10:30:00Z",
      python: pythonVersion,
    });
    const files = readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(target.length + 1));
    expect(Object.keys(manifest.files).sort()).toEqual(
      files.filter((each) => each !== "manifest.json").sort(),
    );
    for (const [path, facts] of Object.entries<{ sha256: string; mode: string }>(manifest.files)) {
      expect(facts.sha256, path).toBe(sha256(join(target, path)));
      expect(facts.mode, path).toBe(`0${(statSync(join(target, path)).mode & 0o777).toString(8)}`);
    }
    expect(readFileSync(join(folder, "berth-build.env"), "utf8")).toBe(
      `BERTH_MANIFEST_SHA256=${sha256(join(target, "manifest.json"))}\n`,
    );
    expect(manifest.files["app/bin/start"].mode).toBe("0755");
    expect(manifest.files["app/wsgi.py"].mode).toBe("0644");

    const environment = join(target, "venv");
    execFileSync("python3", ["-m", "venv", environment]);
    const install = () =>
      execFileSync(
        join(environment, "bin/python"),
        [
          "-m",
          "pip",
          "install",
          "--no-index",
          "--find-links",
          "wheels",
          "--require-hashes",
          "-r",
          "requirements.lock",
        ],
        { cwd: target, env: { PIP_CONFIG_FILE: "/dev/null" }, stdio: "pipe" },
      );
    const wheel = join(target, "wheels/greeting-1.0-py3-none-any.whl");
    const genuine = readFileSync(wheel);
    writeFileSync(wheel, Buffer.concat([genuine, Buffer.from("x")]));
    expect(install).toThrow(/do not match the hashes/i);
    writeFileSync(wheel, genuine);
    install();
    execFileSync(join(environment, "bin/python"), ["app/wsgi.py"], { cwd: target });
  });

  it("never holds environments, repositories, databases or secrets, and says what it leaves out", async () => {
    const folder = makeApplication("clean", {
      ".env": "A=1",
      ".env.production": "A=1",
      "blog/.env.local": "A=1",
      "deploy/id_ed25519": "x",
      "tls/server.key": "x",
      ".netrc": "x",
      "production.env": "A=1",
      "prod.ENV": "A=1",
      ".npmrc": "x",
      ".docker/config.json": "x",
      ".kube/config": "x",
      ".vault-token": "x",
      "dump.sql": "x",
      ".git/config": "x",
      "venv/bin/python": "x",
      "odd/pyvenv.cfg": "x",
      "odd/lib/a.py": "x",
      "blog/db/blog.db": "x",
      "blog/db/blog.db-wal": "x",
      "data.sqlite3": "x",
      "blog/cache.bin": Buffer.from("SQLite format 3\0 and more"),
      "tests/test_a.py": "x",
      "tls/authority.pem": "-----BEGIN CERTIFICATE-----\n",
    }); // prettier-ignore
    const { code, output } = await build(folder);
    expect(code, output).toBe(0);
    expect(listing(folder).filter((path) => path.startsWith("app/") && !path.endsWith("/"))).toEqual([
      "app/blog/page.html",
      "app/requirements.txt",
      "app/tls/authority.pem",
      "app/wsgi.py",
    ]);
    expect(output).toContain("left out: .env.production (may hold secrets)");
    expect(output).toContain("left out: odd (a virtual environment)");
    expect(output).toContain("left out: blog/cache.bin (a database)");
    expect(output).toContain("left out: tests (excluded)");
  });

  it("packs only what include names, links inside it as links, and names all links that lead elsewhere", async () => {
    const folder = makeApplication("some", {
      "site/wsgi.py": "",
      "site/blog/a.py": "a = 1\n",
      "site/notes/b.txt": "",
    });
    const chosen = { BERTH_SOURCE_FOLDER: "site", BERTH_INCLUDE: "wsgi.py /blog", BERTH_VERSION: "3" };
    addFile(folder, "site/blog/.env", "A=1");
    const wrong: Record<string, string> = {
      "out.html": "/etc/hostname",
      "up.html": "../../requirements.txt",
      "secret.txt": ".env",
      "nothing.txt": "nowhere",
      "round.txt": "round.txt",
      "left-out.txt": "../notes/b.txt",
    };
    for (const [name, target] of Object.entries(wrong)) symlinkSync(target, join(folder, "site/blog", name));
    const leadingOut = await build(folder, chosen);
    expect(leadingOut.code).toBe(1);
    for (const [name, target] of Object.entries(wrong))
      expect(leadingOut.output).toContain(`"blog/${name}" -> ${target}`);

    for (const name of Object.keys(wrong)) rmSync(join(folder, "site/blog", name));
    symlinkSync("a.py", join(folder, "site/blog/same.py"));
    expect((await build(folder, { ...chosen, CI_COMMIT_TAG: "2.0.0" })).output).toContain("version 3");
    expect(readFileSync(join(unpack(folder), "app/blog/same.py"), "utf8")).toBe("a = 1\n");
    expect(listing(folder).filter((path) => path.startsWith("app/"))).toEqual([
      "app/",
      "app/blog/",
      "app/blog/a.py",
      "app/blog/same.py",
      "app/wsgi.py",
    ]);
    const { files, links } = JSON.parse(readFileSync(join(unpack(folder), "manifest.json"), "utf8"));
    expect(links).toEqual({ "app/blog/same.py": "a.py" });
    expect(Object.keys(files)).not.toContain("app/blog/same.py");
  });

  it("takes the commit, its time and so the version from git where GitLab is silent", async () => {
    const folder = makeApplication("version");
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message=first");
    const head = git("rev-parse", "HEAD").trim();
    const silent = { CI_COMMIT_SHA: "", CI_COMMIT_TIMESTAMP: "" };
    expect((await build(folder, silent)).output).toContain(`version ${head.slice(0, 8)}`);
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    [
      "a private key under any name",
      { "blog/notes.txt": privateKey },
      {},
      /error: "blog\/notes\.txt" holds a private key/,
    ],
    ...Object.entries(hiddenKeys).map(
      ([name, content]): [string, Record<string, string>, Record<string, string>, RegExp] => [
        `a private key in ${name}`,
        { [`blog/${name}`]: content },
        {},
        /error: "blog\/.*" holds a private key/,
      ],
    ),
    [
      "an include that matches nothing",
      {},
      { BERTH_INCLUDE: "wsgi.py blgo" },
      /error: nothing matches "blgo"/,
    ],
    ["an empty package", {}, { BERTH_EXCLUDE: "*" }, /error: no file is left/],
    [
      "a tag that is no version",
      {},
      { CI_COMMIT_TAG: "release/1" },
      /error: the version "release\/1" has other characters/,
    ],
    [
      "missing requirements",
      {},
      { BERTH_REQUIREMENTS_FILE: "req.txt" },
      /error: there is no file "req\.txt"/,
    ],
    [
      "requirements that nobody has",
      { "requirements.txt": "no-such-thing\n" },
      {},
      /error: [\w-]+ is not in the package index: correct the name in requirements\.txt/,
    ],
  ])("refuses %s, and leaves no package", async (name, files, variables, message) => {
    const folder = makeApplication(`refuses ${name}`, files);
    const { code, output } = await build(folder, variables);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(readdirSync(folder).filter((each) => each.startsWith("deployment_package"))).toEqual([]);
  });
});
