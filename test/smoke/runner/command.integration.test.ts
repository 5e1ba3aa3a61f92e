import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/base/usage-error.ts";
import { command } from "../../../src/commands/smoke.ts";
import { runCommand } from "../../command.ts";

const cli = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-smoke-command-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const passing = `
description: A job that says hello
pipeline: |
  hello:
    script: echo "hello $NAME"
variables: { NAME: world }
expect:
  jobs: { hello: success }
  traces: { hello: { contains: hello world } }
`;

describe("berth smoke", () => {
  it("runs a scenario, prints a table, and leaves nothing behind", async () => {
    await scenario("greeting", passing);
    const { code, stdout } = await smokeAsProcess(["--executor", "shell"]);
    expect(stdout).toMatch(/^PASS greeting .*\n {2}hello {2}success .* shell\n/);
    expect(stdout).toMatch(/\n1 passed, 0 failed /);
    expect(code).toBe(0);
    expect((await readdir(join(folder, "tmp"))).filter((name) => name.startsWith("berth"))).toEqual([]);
  });

  it("says what differs, shows the failed job's last lines and where the whole log is, and exits with 1", async () => {
    await scenario("broken", passing.replace("echo", "echo last words; false; echo"));
    const { code, stdout } = await smoke([
      "--executor",
      "shell",
      "--junit",
      "junit.xml",
      "--markdown",
      "note.md",
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("✗ hello: state is failed, expected success");
    expect(stdout).toContain("    last words\n");
    const log = /the full log: (.*)$/m.exec(stdout)?.[1] ?? "";
    expect(await readFile(log, "utf8")).toContain("last words");
    expect(await readFile(join(folder, "junit.xml"), "utf8")).toContain('tests="1" failures="1" errors="0"');
    expect(await readFile(join(folder, "note.md"), "utf8")).toContain(
      "hello: state is failed, expected success",
    );
  });

  it("runs each case of a matrix, and steps one after the other on one project", async () => {
    await scenario(
      "many",
      `${passing}matrix: { unused: [1, two] }\n`
        .replace("echo", "# $[[ inputs.unused ]]\n    - echo")
        .replace("pipeline: |", "pipeline: |\n  spec: { inputs: { unused: { default: x } } }\n  ---")
        .replace("script: #", "script:\n    #"),
    );
    await scenario(
      "steps",
      `
description: Two commits
pipeline: |
  look: { script: [ls, git log --format=%s] }
steps:
  - name: first
    files: { one.txt: "1" }
    expect: { traces: { look: { contains: one.txt, lacks: two.txt } } }
  - name: second
    files: { two.txt: "2" }
    expect: { traces: { look: { matches: ["^one.txt$", "^two.txt$", "steps: first"] } } }
`,
    );
    const { code, stdout } = await smoke(["--json", "--executor", "shell"]);
    const report = JSON.parse(stdout);
    expect(
      report.scenarios.map((each: { name: string; state: string }) => `${each.name} ${each.state}`),
    ).toEqual(["many[unused=1] passed", "many[unused=two] passed", "steps passed"]);
    expect(code).toBe(0);
  });

  it("plays manual jobs, and judges artifacts", async () => {
    await scenario(
      "by-hand",
      `
description: A manual job makes a file
pipeline: |
  make:
    script: echo "made by $WHO" > made.txt
    when: manual
    artifacts: { paths: [made.txt] }
play: [{ job: make, variables: { WHO: hand } }]
expect:
  jobs: { make: success }
  artifacts: { make: [made.txt, { path: made.txt, contains: made by hand }, { path: other.txt, absent: true }] }
`,
    );
    expect(await smoke(["--executor", "shell"])).toMatchObject({ code: 0 });
  });

  it("ends a pipeline that takes too long", async () => {
    await scenario(
      "slow",
      "description: x\npipeline: |\n  slow: { script: sleep 60 }\nexpect: { pipeline: success }\n",
    );
    const { code, stdout } = await smoke(["--timeout", "2s", "--executor", "shell"]);
    expect(stdout).toContain("the pipeline ran longer than 2 seconds and was ended");
    expect(code).toBe(1);
  });

  it("finds a scenario whose pipeline should have been refused", async () => {
    await scenario("lenient", passing.replace(/expect:[\s\S]*/, 'expect: { error: "no way" }\n'));
    const { code, stdout } = await smoke(["--executor", "shell"]);
    expect(stdout).toContain("the pipeline was created, expected it to be refused");
    expect(code).toBe(1);
  });

  it.each([
    [
      "descripton: x\nexpect: { pipeline: success }\n",
      /scenario\.yml:1: the scenario has no key "descripton"/,
    ],
    [
      "description: x\n\nexpect:\n  jobs:\n    a: green\n",
      /scenario\.yml:5: "expect\.jobs\.a" must be one of success, failed/,
    ],
    ["description: x\nexpect: { absent: [a]\n", /scenario\.yml:\d: /],
    ["description: x\ncases:\n  - name: a\n", /scenario\.yml:3: there is no "expect"/],
    [
      "description: x\nvariables:\n  A: { value: short, masked: true }\nexpect: { pipeline: success }\n",
      /scenario\.yml:3: a masked value has at least 8/,
    ],
  ])("names the place of what is wrong in %j, and exits with 2", async (text, message) => {
    await scenario("wrong", text);
    const { code, stderr, stdout } = await smoke([]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it.each([
    [["nonsense"], 'there is no scenario "nonsense"; test/smoke has greeting'],
    [["--executor", "vm"], "--executor vm: the choices are auto, shell, container"],
    [["--timeout", "soon"], "--timeout soon: give a duration"],
    [["--concurrency", "0"], "--concurrency 0: give a whole number from 1 to 64"],
    [["--target", "nobody"], "--target nobody: give user@host"],
    [["--only", "nothing"], "--only nothing: no run has this in its name"],
  ])("answers %j in one line", async (args, message) => {
    await scenario("greeting", passing);
    const { code, stderr } = await smoke(args);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

async function scenario(name: string, text: string): Promise<void> {
  const file = join(folder, "test/smoke", name, "scenario.yml");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const environment = () => ({ ...process.env, XDG_CACHE_HOME: join(folder, "cache") });

/** Runs the command in this process: starting one takes longer than what most tests are about. */
async function smoke(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { code, out, err } = await runCommand(command, args, { cwd: folder, env: environment() });
    return { code, stdout: out, stderr: err };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // As the command line does.
    return { code: 2, stdout: "", stderr: `berth: ${error.message}\n` };
  }
}

async function smokeAsProcess(args: readonly string[]): Promise<{ code: number; stdout: string }> {
  await mkdir(join(folder, "tmp"), { recursive: true });
  const env = { ...environment(), TMPDIR: join(folder, "tmp") };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", tsx, cli, "smoke", ...args],
      { cwd: folder, env },
      (error, stdout) => resolve({ code: error === null ? 0 : Number(error.code), stdout }),
    );
  });
}
