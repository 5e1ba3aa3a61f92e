import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../src/base/usage-error.ts";
import type { CommandModule } from "../../src/commands/command.ts";
import { command as explain } from "../../src/commands/explain.ts";
import { command as lint } from "../../src/commands/lint.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "berth-lint-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

async function run(
  args: readonly string[],
  declare: CommandModule["command"] = lint,
  env = process.env,
  signal = new AbortController().signal,
  input = "",
) {
  let stdout = "";
  let stderr = "";
  let code: number | undefined;
  const program = new Command("lint").exitOverride();
  const surroundings = {
    cwd,
    env: { ...env, XDG_CACHE_HOME: join(cwd, ".cache") },
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    signal,
    stdin: async () => input,
  };
  declare(program, surroundings, (each) => {
    code = each;
  });
  await program.parseAsync([...args], { from: "user" });
  return { code, stdout, stderr };
}

const clean = "build:\n  image: alpine:3.20\n  script: ./build.sh\n";
const dirty = "build:\n  image: alpine\n  script: ./build.sh\n";
const broken =
  "spec:\n  inputs:\n    stage:\n      default: test\n---\nbuild:\n  stage: $[[ inputs.stgae ]]\n  script: ./build.sh\n  variables:\n    STAGE: $[[ inputs.stage ]]\n";

test("exit codes: 0 clean, 1 findings, and --fail-on moves the line", async () => {
  write(".gitlab-ci.yml", clean);
  expect(await run([])).toMatchObject({ code: 0, stdout: "no findings in 1 file\n" });
  write(".gitlab-ci.yml", dirty);
  expect((await run([])).code).toBe(1);
  expect((await run(["--fail-on", "error"])).code).toBe(0);
  write("berth.yaml", "lint:\n  fail_on: error\n");
  expect((await run([])).code).toBe(0);
});

test.each([
  [[], "nothing to lint"],
  [["nowhere.yml"], "cannot read nowhere.yml"],
  [["--format", "yaml"], "--format yaml: the values are text, json, sarif, codequality, junit, github"],
  [["--dry-run"], "--dry-run goes with --fix"],
  [["--unsafe-fixes"], "--unsafe-fixes goes with --fix"],
  [["--config", "x.yaml"], "cannot read x.yaml"],
  [["--gitlab-version", "new"], "write a version such as 17.11"],
])("what cannot run is said in one line: %j", async (args, message) => {
  await expect(run(args)).rejects.toThrow(message);
});

test("--rule and --ignore choose the rules; an unknown one is told with what was meant", async () => {
  write(".gitlab-ci.yml", dirty.replace("build.sh", "build.sh $CI_COMIT_SHA"));
  const rulesOf = async (...args: string[]) => {
    const { diagnostics } = JSON.parse((await run([...args, "--no-shellcheck", "--format", "json"])).stdout);
    return diagnostics.map((each: { rule: string }) => each.rule);
  };
  expect(await rulesOf()).toEqual(["image-pinned", "predefined-variable-known"]);
  expect(await rulesOf("--rule", "image-pinned")).toEqual(["image-pinned"]);
  expect(await rulesOf("--rule", "image-pinned,keys-unique")).toEqual(["image-pinned"]);
  expect(await rulesOf("--ignore", "image-pinned")).toEqual(["predefined-variable-known"]);
  await expect(run(["--rule", "image-pined"])).rejects.toThrow('did you mean "image-pinned"?');
});

test("- is stdin, judged under the name that --stdin-path gives it", async () => {
  const of = (args: string[], text: string) => run(args, lint, process.env, undefined, text);
  expect((await of(["-"], clean)).stdout).toBe("no findings in 1 file\n");
  const shown = await of(["--stdin-path", "ci/jobs.yml", "-"], dirty);
  expect(shown.stdout).toMatch(/^ci\/jobs\.yml:2:10: warning: /);
  await expect(of(["--fix", "-"], clean)).rejects.toThrow("- goes without --fix");
  await expect(of(["--stdin-path", "x.yml"], clean)).rejects.toThrow("--stdin-path goes with the path -");
});

test("colour: --color, else NO_COLOR and FORCE_COLOR, else whether it is a terminal", async () => {
  write(".gitlab-ci.yml", dirty);
  const isColoured = async (args: string[], env: NodeJS.ProcessEnv = {}) =>
    (await run(args, lint, { PATH: process.env.PATH, ...env })).stdout.includes("\u001b[");
  expect(await isColoured([])).toBe(false);
  expect(await isColoured(["--color"])).toBe(true);
  expect(await isColoured(["--color", "never"], { FORCE_COLOR: "1" })).toBe(false);
  expect(await isColoured([], { FORCE_COLOR: "1" })).toBe(true);
  expect(await isColoured([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});

test("an address of the rules' pages in berth.yaml is shown", async () => {
  write(".gitlab-ci.yml", dirty);
  expect((await run([])).stdout).toContain("more berth explain image-pinned\n");
  write("berth.yaml", "lint:\n  docs: https://ci.example.com/rules/{rule}\n");
  expect((await run([])).stdout).toContain("more https://ci.example.com/rules/image-pinned\n");
});

test("folders bring their components and pipelines, and nothing else", async () => {
  write("a/templates/x/template.yml", dirty);
  write("a/.gitlab-ci.yml", dirty);
  write("a/docker-compose.yml", "services: {}\n");
  write("a/node_modules/y/.gitlab-ci.yml", dirty);
  write("berth.yaml", "lint:\n  ignore: ['a/templates/**']\n");
  const { diagnostics } = JSON.parse((await run(["a", "--format", "json"])).stdout);
  expect(diagnostics.map((each: { file: string }) => each.file)).toEqual(["a/.gitlab-ci.yml"]);
});

test("--fix mends, --dry-run only shows", async () => {
  const plain = broken.replace("stgae", "stage").replace("default: test", "default: 12");
  write(".gitlab-ci.yml", plain.replace("  stage: $[[ inputs.stage ]]\n", ""));
  const before = readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8");
  const shown = await run(["--fix", "--dry-run"]);
  expect(shown.stdout).toContain('-      default: 12\n+      default: "12"\n');
  expect(readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8")).toBe(before);
  expect((await run(["--fix"])).code).toBe(0);
  expect(readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8")).toBe(before.replace("12", '"12"'));
  expect(readdirSync(cwd).filter((name) => name.includes("berth-"))).toEqual([]);
});

test("a guess is no safe fix: --fix leaves it, --unsafe-fixes makes it", async () => {
  write(".gitlab-ci.yml", broken);
  expect((await run(["--fix"])).code).toBe(1);
  expect(readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8")).toBe(broken);
  expect((await run(["--fix", "--unsafe-fixes"])).code).toBe(0);
  expect(readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8")).toBe(broken.replace("stgae", "stage"));
});

test("--unsafe-fixes takes inputs out of scripts, and only when asked for", async () => {
  const before = `${broken.replace("stgae", "stage").replace("./build.sh", "echo $[[ inputs.stage ]]")}`;
  write("templates/x.yml", before);
  await run(["--fix", "templates"]);
  expect(readFileSync(join(cwd, "templates/x.yml"), "utf8")).toBe(before);
  await run(["--fix", "--unsafe-fixes", "templates"]);
  expect(readFileSync(join(cwd, "templates/x.yml"), "utf8")).toBe(
    before
      .replace("    STAGE:", '    INPUT_STAGE: "$[[ inputs.stage ]]"\n    STAGE:')
      .replace("echo $[[ inputs.stage ]]", 'echo "${INPUT_STAGE}"'),
  );
});

test("a baseline puts up with what was there, also after lines have moved", async () => {
  write(".gitlab-ci.yml", dirty);
  await run(["--write-baseline", "known.json"]);
  expect((await run(["--baseline", "known.json"])).code).toBe(0);
  write(".gitlab-ci.yml", `# moved\n${dirty}\nnew:\n  image: debian\n  script: ./new.sh\n`);
  const { code, stdout } = await run(["--baseline", "known.json"]);
  expect(code).toBe(1);
  expect(stdout).toContain('image "debian"');
  expect(stdout).not.toContain('image "alpine"');
  write(".gitlab-ci.yml", clean);
  expect((await run(["--baseline", "known.json"])).stderr).toContain(
    "1 entries of known.json match nothing any more",
  );
});

test("--output writes the report beside the text", async () => {
  write(".gitlab-ci.yml", dirty);
  const { stdout } = await run(["--format", "codequality", "--output", "report.json"]);
  expect(stdout).toContain("1 warning in 1 file");
  expect(JSON.parse(readFileSync(join(cwd, "report.json"), "utf8"))).toHaveLength(1);
  await expect(run(["--output", "no/such/folder.json"])).rejects.toThrow("cannot write");
});

test("--changed takes only what differs from a commit", async () => {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd });
  write("templates/old.yml", dirty);
  write("templates/same.yml", dirty);
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
  write("templates/old.yml", `${dirty}# changed\n`);
  write("templates/new.yml", dirty);
  const { diagnostics } = JSON.parse((await run(["templates", "--changed", "--format", "json"])).stdout);
  expect([...new Set(diagnostics.map((each: { file: string }) => each.file))]).toEqual([
    "templates/new.yml",
    "templates/old.yml",
  ]);
  await expect(run(["--changed", "no-such-ref"])).rejects.toThrow("--changed no-such-ref");
});

test("components from a mirror are the contract of their callers", async () => {
  write(
    "mirror/group/tools/1.0.0/templates/scan.yml",
    "spec:\n  inputs:\n    level:\n      options: [low, high]\n---\nscan:\n  script: ./scan.sh $[[ inputs.level ]]\n",
  );
  write("berth.yaml", "lint:\n  mirrors: [mirror]\n");
  const include = (inputs: string) =>
    `include:\n  - component: gitlab.com/group/tools/scan@1.0.0\n    inputs: ${inputs}\nbuild:\n  script: ./build.sh\n`;
  const rulesFor = async (inputs: string) => {
    write(".gitlab-ci.yml", include(inputs));
    const { diagnostics } = JSON.parse((await run([".gitlab-ci.yml", "--format", "json"])).stdout);
    return diagnostics.map((each: { rule: string; line: number }) => `${each.rule}:${each.line}`);
  };
  expect(await rulesFor("{level: low}")).toEqual([]);
  expect(await rulesFor("{level: medium}")).toEqual(["caller-input-allowed:3"]);
  expect(await rulesFor("{}")).toEqual(["caller-input-given:2"]);
  expect(await rulesFor("{level: low, lvl: x}")).toEqual(["caller-input-known:3"]);
});

test("what includes bring is read from mirrors, and what no mirror has is named", async () => {
  const build = "build:\n  image: alpine:3.20\n  extends: .base\n";
  const base = ".base:\n  script: ./build.sh\n";
  const include = (lines: string) => write(".gitlab-ci.yml", `include:\n${lines}${build}`);
  const lintAll = async () => {
    const { diagnostics, summary } = JSON.parse((await run([".gitlab-ci.yml", "--format", "json"])).stdout);
    return [
      diagnostics.map((each: { rule: string; line: number }) => `${each.rule}:${each.line}`),
      summary.unread,
    ];
  };
  include("  - project: group/ci\n    ref: 1.0.0\n    file: /base.yml\n");
  expect(await lintAll()).toEqual([[], ["project group/ci"]]);
  write("berth.yaml", "lint:\n  mirrors: [mirror]\n");
  expect(await lintAll()).toEqual([[], ["project group/ci"]]);
  write("mirror/group/ci/1.0.0/base.yml", base);
  expect(await lintAll()).toEqual([[], []]);
  write("mirror/group/ci/1.0.0/base.yml", base.replace(".base", ".other"));
  expect(await lintAll()).toEqual([["extends-declared:7"], []]);
  rmSync(join(cwd, "mirror/group/ci/1.0.0/base.yml"));
  expect(await lintAll()).toEqual([["include-found:4"], []]);
  write("mirror/group/ci/1.0.0/base.yml", `include:\n  - project: group/deep\n    file: base.yml\n`);
  expect(await lintAll()).toEqual([[], ["project group/deep"]]);
  write("mirror/group/deep/HEAD/base.yml", base);
  expect(await lintAll()).toEqual([[], []]);

  const hash = "sha256-L3/GAoKaw0Arw6hDCKeKQlV1QPEgHYxGBHsH4zG1IY8=";
  include(
    `  - remote: https://example.com/ci/base.yml\n    integrity: ${hash}\n  - template: Base.gitlab-ci.yml\n`,
  );
  const [, unread] = await lintAll();
  expect(unread).toEqual(["remote https://example.com/ci/base.yml", "template Base.gitlab-ci.yml"]);
  write("mirror/templates/Base.gitlab-ci.yml", base);
  write("mirror/example.com/ci/base.yml", base);
  expect(await lintAll()).toEqual([["include-found:2"], []]);
});

test("without ShellCheck it says so once and still finds broken shell", async () => {
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  write(".gitlab-ci.yml", 'build:\n  script:\n    - echo "one\n');
  const { stdout, stderr, code } = await run([], lint, { ...process.env, PATH: `${bin}` });
  expect(stderr).toBe("berth: shellcheck is not on the PATH: scripts are checked for their syntax only\n");
  if (!existsSync("/bin/bash")) return;
  expect(`${code} ${stdout}`).toMatch(/1 .*shell-parsable/s);
  write(".gitlab-ci.yml", "build:\n  script:\n    - |\n      cat <<END\n      never ended\n");
  expect((await run([], lint, { ...process.env, PATH: `${bin}` })).code).toBe(0);
});

test("a ShellCheck that fails is named, and so is what goes without it; Ctrl-C stops it", async () => {
  const shellcheck = join(cwd, "bin/shellcheck");
  const env = { ...process.env, PATH: `${join(cwd, "bin")}:${process.env.PATH}` };
  write(".gitlab-ci.yml", "build:\n  script: ./build.sh\n");
  write("bin/shellcheck", "#!/bin/sh\necho 'no such format' >&2\nexit 4\n");
  chmodSync(shellcheck, 0o755);
  const said = `${shellcheck} fails: no such format; --no-shellcheck goes without it`;
  await expect(run(["--no-cache"], lint, env)).rejects.toThrow(new UsageError(said));
  expect((await run(["--no-cache", "--no-shellcheck"], lint, env)).code).toBe(0);
  write("bin/shellcheck", "#!/bin/sh\nexec sleep 60\n");
  const signal = AbortSignal.timeout(100);
  await expect(run(["--no-cache"], lint, env, signal)).rejects.toThrow(new UsageError("stopped"));
});

test("--watch lints again after a change and ends with Ctrl-C", async () => {
  write("templates/x.yml", dirty);
  const controller = new AbortController();
  const texts: string[] = [];
  const program = new Command("lint").exitOverride();
  let code: number | undefined;
  const stream = { write: (text: string) => texts.push(text) };
  lint(
    program,
    { cwd, env: process.env, stdout: stream, stderr: stream, signal: controller.signal },
    (each) => {
      code = each;
    },
  );
  const ended = program.parseAsync(["templates", "--watch", "--no-shellcheck"], { from: "user" });
  const until = async (pattern: RegExp) => {
    while (!pattern.test(texts.join(""))) await new Promise((done) => setTimeout(done, 20));
    texts.length = 0;
  };
  await until(/image-pinned[\s\S]*watching/);
  write("templates/x.yml", clean);
  await until(/no findings[\s\S]*watching/);
  controller.abort();
  await ended;
  expect(code).toBe(0);
});

test("explain knows each rule, and what a misspelt one means", async () => {
  expect((await run(["image-pinned"], explain)).stdout).toMatch(/NOT SO\n.*python:latest.*BETTER\n/s);
  expect((await run([], explain)).stdout.split("\n").length).toBeGreaterThan(60);
  await expect(run(["image-pined"], explain)).rejects.toThrow('did you mean "image-pinned"?');
});
