import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openAnswers } from "../../src/lint/answers.ts";
import { type BuiltProgram, buildProgram } from "../built-program.ts";

/* The built program remembers results between runs; each test changes one thing that a result came from. */

let built: BuiltProgram;
let cwd = "";
beforeAll(() => {
  built = buildProgram();
});
afterAll(() => built.remove());
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "berth-memory-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

/** Lints as a process of its own. Returns `file: rule` of each finding. */
function lint(...args: string[]): Promise<string[]> {
  const env = { ...process.env, PATH: `${cwd}/bin:${process.env.PATH}`, XDG_CACHE_HOME: join(cwd, "cache") };
  return new Promise((done, fail) => {
    const command = [built.file, "lint", "--format", "json", "--fail-on", "info", ...args];
    execFile(process.execPath, command, { cwd, env }, (error, stdout, stderr) => {
      if (error && error.code !== 1) return fail(new Error(stderr));
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { file: string; rule: string }[] };
      done(diagnostics.map(({ file, rule }) => `${file}: ${rule}`));
    });
  });
}

/** The one file of answers, which is the project's. */
function file(): string {
  const [name = "", ...others] = readdirSync(join(cwd, "cache/berth/lint"));
  expect(others).toEqual([]);
  return join(cwd, "cache/berth/lint", name);
}

const readKept = () => JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown>;

const component = `spec:
  description: Builds
  inputs:
    job_prefix:
      description: Stands before the jobs' names
      default: ""
      regex: ^[a-z-]*$
    stage:
      description: The stage of the jobs
      default: test
---
"$[[ inputs.job_prefix ]]build":
  stage: $[[ inputs.stage ]]
  image: alpine:3.20@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d
  script: ./build.sh
`;
const readme = "# Components\n\n## build\n\n    component: $CI_SERVER_FQDN/group/project/build@1\n";

function writeProject(): void {
  write("templates/build.yml", component);
  write("README.md", readme);
  write("LICENSE", "MIT License\n");
}

test("a second run finds the same without judging anew, and another run is judged as if it were the first", async () => {
  writeProject();
  write("templates/other.yml", component.replace("./build.sh", "echo $[[ inputs.stage ]]"));
  const first = await lint();
  expect(first).toContain("templates/other.yml: input-not-in-shell");
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(await lint()).toEqual(first);
  expect(await lint("--no-cache")).toEqual(first);
  const good = readKept();
  const [poisoned = ""] =
    Object.entries(good).find(([, answer]) => JSON.stringify(answer).includes("not-in-shell")) ?? [];
  const poison = (answer: unknown) => writeFileSync(file(), JSON.stringify({ ...good, [poisoned]: answer }));
  poison({ looks: {}, result: { hasHeader: true, diagnostics: [], unread: [] } });
  expect(await lint()).not.toContain("templates/other.yml: input-not-in-shell");
  expect(await lint("--no-cache")).toEqual(first);
  for (const broken of [null, 1, { looks: {}, result: {} }]) {
    poison(broken);
    expect(await lint()).toEqual(first);
  }
  for (const broken of ["", "null", "[1]", '{"a": {"looks"', JSON.stringify(good).slice(0, -1)]) {
    writeFileSync(file(), broken);
    expect(await lint()).toEqual(first);
    expect(Object.keys(readKept()).length).toBeGreaterThanOrEqual(3);
  }
});

test("a README that loses its example is noticed", async () => {
  writeProject();
  expect(await lint()).toEqual([]);
  write("README.md", "# Components\n");
  expect(await lint()).toEqual(["templates/build.yml: component-documented"]);
  rmSync(join(cwd, "LICENSE"));
  expect(await lint()).toContain("templates/build.yml: project-licensed");
});

test("a component that changes is noticed in the pipeline that includes it, and one that goes away", async () => {
  writeProject();
  write(".gitlab-ci.yml", "include:\n  - local: /templates/build.yml\n    inputs:\n      stage: build\n");
  expect(await lint(".gitlab-ci.yml")).toEqual([]);
  write(
    "templates/build.yml",
    component.replace("      default: test\n", "      options: [test]\n      default: test\n"),
  );
  expect(await lint(".gitlab-ci.yml")).toEqual([".gitlab-ci.yml: caller-input-allowed"]);
  rmSync(join(cwd, "templates/build.yml"));
  expect(await lint(".gitlab-ci.yml")).toEqual([".gitlab-ci.yml: include-found"]);
});

test("settings, the wanted version, and a new tag are noticed", async () => {
  writeProject();
  expect(await lint()).toEqual([]);
  expect(await lint("--gitlab-version", "15.0")).toContain("templates/build.yml: gitlab-version-supported");
  write("berth.yaml", "lint:\n  gitlab_version: '15.0'\n");
  expect(await lint()).toContain("templates/build.yml: gitlab-version-supported");
  write("berth.yaml", "lint:\n  gitlab_version: '15.0'\n  rules:\n    gitlab-version-supported: off\n");
  expect(await lint()).toEqual([]);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd,
      stdio: "ignore",
    });
  git("init");
  git("commit", "--allow-empty", "-m", "a");
  git("tag", "v1");
  expect(await lint()).toEqual(["templates/build.yml: tag-semantic"]);
});

test("another ShellCheck is asked again", async () => {
  writeProject();
  write("bin/shellcheck", "#!/bin/sh\necho '{\"comments\": []}'\n");
  chmodSync(join(cwd, "bin/shellcheck"), 0o755);
  expect(await lint()).toEqual([]);
  const comment = `{"file":"0.sh","line":1,"endLine":1,"column":1,"endColumn":2,"level":"warning","code":2999,"message":"so"}`;
  write("bin/shellcheck", `#!/bin/sh\necho '{"comments": [${comment}]}'\n`);
  expect(await lint()).toEqual(["templates/build.yml: shell-clean"]);
});

test("answers are kept for each project, the newest and the last used of too many", () => {
  const env = { XDG_CACHE_HOME: join(cwd, "cache") };
  const first = openAnswers("/first", env);
  for (let index = 0; index < 3999; index++) first.set(`key ${index}`, index);
  first.set("large", "x".repeat(300_000));
  first.save();
  expect(openAnswers("/second", env).get("key 1")).toBeUndefined();
  const again = openAnswers("/first", env);
  expect(again.get("large")).toBeUndefined();
  expect(again.get("key 0")).toBe(0);
  again.set("key 3999", 3999);
  again.set("key 4000", 4000);
  again.save();
  const last = openAnswers("/first", env);
  expect([0, 1, 2, 3999, 4000].map((index) => last.get(`key ${index}`))).toEqual([
    0,
    undefined,
    2,
    3999,
    4000,
  ]);
});

test("a run that learns nothing writes nothing, and the folder of answers stays small", () => {
  const env = { XDG_CACHE_HOME: join(cwd, "cache") };
  openAnswers("/first", env).save();
  expect(existsSync(join(cwd, "cache"))).toBe(false);
  for (let index = 0; index < 101; index++) {
    const answers = openAnswers(`/project-${index}`, env);
    answers.set("key", index);
    answers.save();
  }
  expect(readdirSync(join(cwd, "cache/berth/lint"))).toHaveLength(51);
  expect(openAnswers("/project-100", env).get("key")).toBe(100);
});
