import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/commands/registry.ts";
import { buildProgram } from "../built-program.ts";

/*
 * Exit code 2: what each command says where it cannot run. One line on stderr, nothing on stdout, no stack trace, no file written.
 * A row: the command as it is called in the folder that `beforeAll` makes, and the line that it must print after `berth: `.
 */
const rows: readonly (readonly [string, RegExp])[] = [
  ["lint --format yaml", /--format yaml: .*\bsarif\b/],
  ["lint no-such-folder", /no-such-folder/],
  ["explain no-such-rule", /there is no rule "no-such-rule"/],
  ["expand no-such-file.yml", /no-such-file\.yml/],
  ["expand --format xml", /--format xml: .*\byaml\b.*\bjson\b/],
  ["run", /has no \.gitlab-ci\.yml/],
  ["run --event merge", /--event merge: .*\bpush\b.*\bmerge_request\b/],
  ["run --secrets no-such-file.yml", /no-such-file\.yml/],
  ["smoke no-such-scenario", /there is no scenario "no-such-scenario"/],
  ["smoke --on jenkins greet", /--on jenkins: .*\blocal\b.*\bgitlab\b/],
  ["embed no-such-template.yml", /no-such-template\.yml/],
  ["docs no-such-document.md", /there is no document "no-such-document\.md"/],
  ["init --component Greet project", /"Greet" is no component name/],
  ["new greet", /there is a component "greet" already: templates\/greet\.yml/],
  ["release check --since 9.9.9", /not in a git repository/],
  ["release notes --since 9.9.9", /not in a git repository/],
  ["release impact --group platform", /--project/],
  ["verify 9.9.9", /not in a git repository/],
  ["outdated no-such-file.yml", /there is no file "no-such-file\.yml"/],
  ["catalog build --output templates", /templates/],
  ["catalog serve --port eighty", /--port eighty/],
  ["catalog browse", /GITLAB_TOKEN|GITLAB_URL/],
  ["host up --suite sid", /--suite sid: .*\bbookworm\b.*\btrixie\b/],
  ["host ssh --name nobody", /no host is called "nobody"/],
  ["host list --jsn", /unknown option '--jsn'; did you mean --json\?/],
  ["host down --name nobody", /no host is called "nobody"/],
  ["host log --name nobody", /no host is called "nobody"/],
  ["host prepare --units nobody", /--units nobody: launcher, administrator, deployer\b/],
  ["host reset --all", /unknown option '--all'/],
];

describe("a command that cannot run", () => {
  let folder: string;
  let program: ReturnType<typeof buildProgram>;
  beforeAll(() => {
    program = buildProgram();
    folder = mkdtempSync(join(tmpdir(), "berth-could-not-run-"));
    mkdirSync(join(folder, "project/templates"), { recursive: true });
    mkdirSync(join(folder, "project/test/smoke/greet"), { recursive: true });
    const template = 'spec:\n  inputs: {}\n---\ngreet:\n  script: ["echo hello"]\n';
    writeFileSync(join(folder, "project/templates/greet.yml"), template);
    writeFileSync(
      join(folder, "project/test/smoke/greet/scenario.yml"),
      "description: Greets.\ncomponent: greet\nexpect: {jobs: {greet: success}}\n",
    );
  }, 120_000);
  afterAll(() => {
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(rows)("berth %s", (line, message) => {
    const before = readdirSync(join(folder, "project"), { recursive: true });
    const { PATH } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program.file, ...line.split(" ")], {
      cwd: join(folder, "project"),
      env: { PATH, HOME: join(folder, "home") },
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout, lines: stderr.split("\n").length }, stderr).toEqual({
      status: 2,
      stdout: "",
      lines: 2,
    });
    expect(stderr).toMatch(/^berth: (?!internal error)/);
    expect(stderr).toMatch(message);
    expect(readdirSync(join(folder, "project"), { recursive: true })).toEqual(before);
  });

  it("is shown for every command and each of its subcommands", async () => {
    const names = (await Promise.all(commands.map(({ name, load }) => callsOf(name, load)))).flat();
    const missing = names.filter((name) => !rows.some(([line]) => `${line} `.startsWith(`${name} `)));
    const examples = missing.map((name) => `\n  ["${name} --no-such-option", /unknown option/],`);
    expect(missing, `Add to the rows of test/cli/could-not-run.test.ts:${examples.join("")}\n`).toEqual([]);
  });
});

/** How a command is called: its name, or its name with that of each subcommand. */
async function callsOf(name: string, load: (typeof commands)[number]["load"]): Promise<string[]> {
  const program = new Command(name);
  const surroundings = {
    cwd: "",
    env: {},
    stdout: process.stdout,
    stderr: process.stderr,
    signal: new AbortController().signal,
  };
  (await load()).command(program, surroundings, () => undefined);
  const calls = program.commands.map((each) => `${name} ${each.name()}`);
  return calls.length === 0 ? [name] : calls;
}
