import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { command } from "../../src/commands/lint.ts";

/* A project is judged as a whole: what its pipelines include, their children, and nothing besides as if it stood alone. */

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "berth-project-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Lints in a folder of the project. Returns what is at least a warning as `file:line rule`, the files, and what was not read. */
async function lint(args: readonly string[] = [], folder = "") {
  let stdout = "";
  const program = new Command("lint").exitOverride();
  const surroundings = {
    cwd: join(root, folder),
    env: { ...process.env, XDG_CACHE_HOME: join(root, ".cache") },
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: () => true },
    signal: new AbortController().signal,
  };
  command(program, surroundings, () => {});
  await program.parseAsync(["--format", "json", "--no-shellcheck", ...args], { from: "user" });
  const { diagnostics, summary } = JSON.parse(stdout) as {
    diagnostics: { file: string; line: number; rule: string; severity: string }[];
    summary: { files: number; unread: string[] };
  };
  const found = diagnostics.filter(({ severity }) => severity !== "info");
  return {
    found: found.map(({ file, line, rule }) => `${file}:${line} ${rule}`),
    files: summary.files,
    unread: summary.unread,
  };
}

const job = (name: string, more = "") => `${name}:\n  image: alpine:3.20\n  script: ./${name}.sh\n${more}`;

describe("what a pipeline includes", () => {
  test("is linted by default, inside the pipeline that includes it", async () => {
    write({
      ".gitlab-ci.yml": "stages: [one]\ninclude:\n  - local: /ci/base.yml\n  - local: /ci/jobs.yml\n",
      "ci/base.yml": ".base:\n  image: alpine:3.20\n",
      "ci/jobs.yml":
        "build:\n  stage: one\n  extends: .base\n  script: make\ntest:\n  stage: two\n  extends: .base\n  script: make\n",
    });
    const found = ["ci/jobs.yml:6 stage-declared"];
    expect(await lint()).toEqual({ found, files: 3, unread: [] });
    expect(await lint(["ci/jobs.yml"])).toEqual({ found, files: 1, unread: [] });
    expect((await lint([".gitlab-ci.yml"])).found).toEqual([".gitlab-ci.yml:4 stage-declared"]);
  });

  test("is found by wildcards too", async () => {
    write({
      ".gitlab-ci.yml":
        "include:\n  - local: 'ci/*.yml'\n  - local: 'ci/**.yml'\nuse:\n  extends: .cache\n  image: alpine:3.20\n  script: make\n",
      "ci/one.yml": ".cache:\n  cache: {paths: [x]}\n",
      "ci/deep/two.yml": "two:\n  image: alpine\n  script: make\n",
    });
    expect(await lint()).toEqual({ found: ["ci/deep/two.yml:2 image-pinned"], files: 3, unread: [] });
  });

  test("counts with the values that it is included with", async () => {
    write({
      ".gitlab-ci.yml": "include:\n  - local: /ci/job.yml\n    inputs: {count: 7}\n",
      "ci/job.yml":
        "spec:\n  inputs:\n    count: {type: number}\n---\njob:\n  image: alpine:3.20\n  script: make\n  retry: $[[ inputs.count ]]\n",
    });
    expect((await lint()).found).toEqual(["ci/job.yml:8 pipeline-valid"]);
  });

  test("may come only sometimes: nothing is missing then", async () => {
    write({
      ".gitlab-ci.yml": `include:\n  - local: /ci/a.yml\n    rules:\n      - if: $CI_COMMIT_TAG\n${job("use", "  needs: [a]\n  stage: late\n")}`,
      "ci/a.yml": `stages: [build, late]\n${job("a", "  stage: build\n")}`,
    });
    expect(await lint()).toEqual({ found: [], files: 2, unread: [] });
  });

  test("may be a .gitlab-ci.yml in a folder below", async () => {
    write({
      ".gitlab-ci.yml": "include:\n  - local: service/.gitlab-ci.yml\n.base:\n  image: alpine:3.20\n",
      "service/.gitlab-ci.yml":
        "include:\n  - local: service/more.yml\nbuild:\n  extends: .base\n  script: make\n",
      "service/more.yml": "more:\n  extends: .base\n  script: make\n",
    });
    expect(await lint()).toEqual({ found: [], files: 3, unread: [] });
    expect((await lint(["service"])).found).toEqual([]);
  });

  test("may be the project's own, by its path", async () => {
    write({
      ".gitlab-ci.yml":
        "include:\n  - project: $CI_PROJECT_PATH\n    ref: $CI_COMMIT_SHA\n    file: ci/a.yml\nuse:\n  extends: .a\n",
      "ci/a.yml": ".a:\n  image: alpine\n  script: make\n",
    });
    expect((await lint()).found).toEqual(["ci/a.yml:2 image-pinned"]);
  });

  test("may be exactly 150 files", async () => {
    const paths = Array.from({ length: 150 }, (_, index) => `ci/${index}.yml`);
    write(Object.fromEntries(paths.map((path, index) => [path, job(`job-${index}`)])));
    const includes = (all: readonly string[]) =>
      `include:\n${all.map((path) => `  - local: ${path}\n`).join("")}`;
    write({ ".gitlab-ci.yml": includes(paths) });
    expect(await lint()).toEqual({ found: [], files: 151, unread: [] });
    write({ "ci/150.yml": job("last"), ".gitlab-ci.yml": includes([...paths, "ci/150.yml"]) });
    expect((await lint([".gitlab-ci.yml"])).found).toEqual([".gitlab-ci.yml:152 include-found"]);
  });
});

describe("what nothing includes", () => {
  test("gets only the checks that need nothing around it; its includes start at the root", async () => {
    write({
      "building/maven/lib.yml":
        "include:\n  - local: /building/maven/_base.yml\njob:\n  extends: .m\n  script: mvn\n",
      "building/maven/_base.yml": ".m:\n  image: maven:3.9\n",
      "ci/alone.yml":
        "a:\n  stage: somewhere\n  extends: .theirs\n  needs: [b]\nb:\n  artifact: x\n  image: alpine\n  script: make\n",
    });
    expect((await lint(["building/maven/lib.yml"])).found).toEqual([]);
    expect((await lint(["ci/alone.yml"])).found).toEqual([
      "ci/alone.yml:6 job-keys-known",
      "ci/alone.yml:7 image-pinned",
    ]);
  });

  test("is no project: nothing to lint is an error, with and without a path", async () => {
    write({ "notes/readme.yml": "a: b\n" });
    await expect(lint()).rejects.toThrow("nothing to lint");
    await expect(lint(["."])).rejects.toThrow("nothing to lint");
    await expect(lint(["notes"])).rejects.toThrow("nothing to lint");
  });
});

describe("child pipelines", () => {
  test("are judged with their inputs, and what their parents give them", async () => {
    write({
      ".gitlab-ci.yml": `child:
  trigger:
    include:
      - local: child.yml
        inputs:
          target: prod
second:
  trigger:
    include: nothere.yml
third:
  trigger:
    include:
      - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/x@$CI_COMMIT_SHA
        inputs: {wrong: 1}
`,
      "child.yml": `spec:\n  inputs:\n    environment: {description: Where to.}\n---\n${job("d", "  environment: $[[ inputs.environment ]]\n  needs: [gone]\n")}`,
      "templates/x.yml": `spec:\n  description: X.\n  inputs:\n    name: {description: Name.}\n---\n${job("x", "  stage: $[[ inputs.name ]]\n")}`,
    });
    expect((await lint()).found).toEqual([
      ".gitlab-ci.yml:4 caller-input-given",
      ".gitlab-ci.yml:6 caller-input-known",
      ".gitlab-ci.yml:9 include-found",
      ".gitlab-ci.yml:13 caller-input-given",
      ".gitlab-ci.yml:14 caller-input-known",
      "child.yml:9 needs-declared",
    ]);
  });

  test("are told which inputs are wrong even where the rest of the child is no YAML", async () => {
    write({
      ".gitlab-ci.yml":
        "child:\n  trigger:\n    include:\n      - local: child.yml\n        inputs: {target: prod}\n",
      "child.yml":
        "spec:\n  inputs:\n    environment: {}\n---\nd: {script: echo $[[ inputs.environment ]]}\n",
    });
    expect((await lint()).found).toEqual([
      ".gitlab-ci.yml:4 caller-input-given",
      ".gitlab-ci.yml:5 caller-input-known",
      "child.yml:5 yaml-readable",
    ]);
  });

  test("have stages and jobs of their own, and children", async () => {
    write({
      ".gitlab-ci.yml": "stages: [only]\nparent:\n  stage: only\n  trigger: {include: ci/child.yml}\n",
      "ci/child.yml": `${job("build", "  stage: build\n")}more:\n  extends: .trigger\n.trigger:\n  stage: deploy\n  trigger:\n    include: [{local: ci/grandchild.yml}]\n`,
      "ci/grandchild.yml": job("test", "  stage: only\n"),
    });
    expect(await lint()).toEqual({ found: ["ci/grandchild.yml:4 stage-declared"], files: 3, unread: [] });
  });

  test("that a job makes, or that cannot be read, are no fault", async () => {
    write({
      ".gitlab-ci.yml": `${job("made", "  artifacts: {paths: [child.yml]}\n")}a:\n  needs: [made]\n  trigger:\n    include:\n      - artifact: child.yml\n        job: made\nb:\n  trigger:\n    include:\n      - project: group/other\n        ref: 1.0.0\n        file: x.yml\n`,
    });
    expect((await lint()).found).toEqual([]);
  });
});

describe("the root of a project", () => {
  const files = {
    ".gitlab-ci.yml": "include: /ci/a.yml\n",
    "ci/a.yml": "a:\n  image: alpine\n  script: make\n",
    "src/deep/x.txt": "",
    "berth.yaml": "lint:\n  baseline: known.json\n",
    "known.json": '{"version": 1, "findings": []}\n',
  };

  test("is found from any folder below", async () => {
    write(files);
    const whole = { found: ["ci/a.yml:2 image-pinned"], files: 2, unread: [] };
    expect(await lint([], "src/deep")).toEqual(whole);
    expect(await lint(["a.yml"], "ci")).toEqual({ ...whole, files: 1 });
    expect(await lint([".."], "ci")).toEqual(whole);
  });

  test("is the repository's, or the nearest folder with components", async () => {
    write({ "templates/a.yml": "a:\n  image: alpine\n  script: make\n", "x/y.txt": "" });
    expect((await lint([], "templates")).files).toBe(1);
    execFileSync("git", ["init", "-q"], { cwd: root });
    expect((await lint([], "x")).files).toBe(1);
  });

  test("of a project in a folder is its own", async () => {
    write({
      ...files,
      "examples/app/.gitlab-ci.yml": "include: /ci/b.yml\n",
      "examples/app/ci/b.yml": job("b", "  stage: nowhere\n"),
    });
    expect((await lint()).files).toBe(2);
    expect((await lint(["examples"])).found).toEqual(["examples/app/ci/b.yml:4 stage-declared"]);
    expect((await lint(["examples/app/ci/b.yml"])).found).toEqual(["examples/app/ci/b.yml:4 stage-declared"]);
    expect((await lint([], "examples/app/ci")).found).toEqual(["ci/b.yml:4 stage-declared"]);
  });
});

describe("files of other projects", () => {
  const include = "include:\n  - component: $CI_SERVER_FQDN/acme/tools/scan@1.0.0\n    inputs: {dir: 3}\n";
  const scan = "spec:\n  inputs: {dir: {options: [a, b]}}\n---\nscan:\n  image: alpine:3.20\n  script: ls\n";

  test("come from --with, --mirror and mirrors: alike, from any folder", async () => {
    write({
      ".gitlab-ci.yml": include,
      "more/x.txt": "",
      "other/templates/scan.yml": scan,
      "mirror/acme/tools/1.0.0/templates/scan.yml": scan,
    });
    const found = [".gitlab-ci.yml:3 caller-input-allowed"];
    expect(await lint()).toEqual({
      found: [],
      files: 1,
      unread: ["component $CI_SERVER_FQDN/acme/tools/scan@1.0.0"],
    });
    expect((await lint(["--with", "acme/tools=other"])).found).toEqual(found);
    expect((await lint(["--with", "acme/tools=../other"], "more")).found).toEqual(found);
    expect((await lint(["--mirror", "../mirror"], "more")).found).toEqual(found);
    write({ "berth.yaml": "lint: {mirrors: [mirror]}\n" });
    expect((await lint([], "more")).found).toEqual(found);
    await expect(lint(["--with", "other"])).rejects.toThrow("--with other: give a project and its folder");
    await expect(lint(["--sources", "web"])).rejects.toThrow("--sources web: the choices are local, gitlab");
  });
});
