import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Form, forms, settings } from "../../src/settings/index.ts";
import { include } from "../templates/consumer.ts";
import { runWithLibrary } from "./library.ts";

/*
 * Every list that a person writes, empty, blank, a comma alone, and with 300 entries. Each either ends in an error that names it, or has
 * the effect that the table says, counted: nothing is left out in silence, and nothing becomes "none" that was meant as something.
 */
const packageFiles = fileURLToPath(new URL("../../scripts/lib/package_files.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "berth-lists-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 300;
const numbered = (form: (index: number) => string, between: string) =>
  Array.from({ length: count }, (_, index) => form(index)).join(between);
mkdirSync(join(folder, "application"));
for (let index = 0; index < count; index += 1)
  writeFileSync(join(folder, `application/file-${index}.txt`), "");
writeFileSync(join(folder, "application/other.txt"), "");

const given = Object.fromEntries(Array.from({ length: count }, (_, index) => [`GIVEN_${index}`, "x"]));

/** How many entries take effect, or the error. */
type Effect = { effect: number } | { error: string };

function inBash(
  files: readonly string[],
  program: string,
  variables: Readonly<Record<string, string>>,
): Effect {
  const { code, stdout, stderr } = runWithLibrary(files, program, variables);
  return code === 0 && stderr === "" ? { effect: Number(stdout) } : { error: stderr };
}

/** The number of files that are packed, with these patterns. */
function packed(patterns: { include?: string; exclude?: string }): Effect {
  const words = (text = "") => text.split(/\s+/).filter(Boolean);
  const facts = { include: words(patterns.include), exclude: words(patterns.exclude) };
  const program = `
import json, sys
from package_files import application, Refused
facts = json.loads(sys.argv[1])
try:
    print(len(application(sys.argv[2], facts["include"], facts["exclude"], {})))
except Refused as refusal:
    sys.exit(str(refusal))`;
  const { status, stdout, stderr } = spawnSync(
    "python3",
    ["-B", "-c", program, JSON.stringify(facts), join(folder, "application")],
    { encoding: "utf8", env: { ...process.env, PYTHONPATH: join(packageFiles, "..") } },
  );
  return status === 0 ? { effect: Number(stdout) } : { error: stderr };
}

interface List {
  readonly variable: string;
  readonly take: (value: string) => Effect;
  readonly many: string;
  /** What comes of: nothing at all, a blank, a comma, 300 entries. */
  readonly outcomes: readonly [
    empty: number | RegExp,
    blank: number | RegExp,
    comma: number | RegExp,
    many: number,
  ];
}

const deploying = ["messages", "ssh_key", "connection", "environment_file", "deployment"];
const lists: readonly List[] = [
  {
    variable: "DEPLOY_SERVER",
    take: (DEPLOY_SERVER) =>
      inBash(
        deploying,
        `WORK=; configure_ssh() { :; }; read_targets; require_deployment; echo "\${#TARGETS[@]}"`,
        {
          ...{ SSH_PRIVATE_KEY: "key", SSH_KNOWN_HOSTS: "hosts", DEPLOY_USER: "deploy", DEPLOY_SERVER },
        },
      ),
    many: numbered((index) => `server-${index}`, ","),
    outcomes: [
      /DEPLOY_SERVER is not set/,
      /DEPLOY_SERVER names no server/,
      /DEPLOY_SERVER names no server/,
      count,
    ],
  },
  {
    variable: "BERTH_PERSISTENT_PATHS",
    take: (BERTH_PERSISTENT_PATHS) =>
      inBash(
        deploying,
        `check_settings; [[ -z $(persistent_paths_problem) ]]; persistent_paths | sed '/^$/d' | wc -l`,
        {
          BERTH_PERSISTENT_PATHS,
        },
      ),
    many: numbered((index) => `data/${index}`, " "),
    outcomes: [0, /setting persistent_paths/, /setting persistent_paths/, count], // the backup says that there is nothing to save
  },
  {
    variable: "BERTH_ENV_VARIABLES",
    take: (BERTH_ENV_VARIABLES) =>
      inBash(
        deploying,
        `check_settings; [[ -z $(environment_problems) ]]; print_environment | sed '/^$/d' | wc -l`,
        {
          ...given,
          BERTH_ENV_VARIABLES,
        },
      ),
    many: numbered((index) => `GIVEN_${index}`, " "),
    outcomes: [0, /setting env_variables/, /setting env_variables/, count],
  },
  {
    variable: "BERTH_SWITCHES",
    take: (BERTH_SWITCHES) =>
      inBash(
        deploying,
        'check_settings; read -r -d "" -a words <<<"$BERTH_SWITCHES" || true; echo "${#words[@]}"',
        {
          BERTH_SWITCHES,
        },
      ),
    many: numbered(() => "rolling=true", " "),
    outcomes: [0, /setting switches/, /setting switches/, count],
  },
  {
    variable: "BERTH_INCLUDE",
    take: (value) => packed({ include: value }),
    many: numbered((index) => `file-${index}.txt`, " "),
    outcomes: [count + 1, count + 1, /nothing matches "," of the input include/, count], // none named means all
  },
  {
    variable: "BERTH_EXCLUDE",
    take: (value) => packed({ exclude: value }),
    many: numbered((index) => `file-${index}.txt`, " "),
    outcomes: [count + 1, count + 1, count + 1, 1], // a comma is the name of no file
  },
];

const cases = ["empty", "blank", "a comma alone", "300 entries"] as const;

describe.each(lists)("$variable", ({ take, many, outcomes }) => {
  it.each(cases.map((name, index) => ({ name, index })))("with $name", ({ index }) => {
    const outcome = take(["", " \t\n", ",", many][index]!);
    const expected = outcomes[index]!;
    if (typeof expected === "number") expect(outcome).toEqual({ effect: expected });
    else expect(outcome).toEqual({ error: expect.stringMatching(expected) });
  });
});

describe("lists", () => {
  it("that leave nothing to pack are refused", () => {
    expect(packed({ exclude: "*" })).toEqual({
      error: expect.stringContaining("no file is left for the package"),
    });
    expect(packed({ include: "other.txt", exclude: "other.txt" })).toEqual({
      error: expect.stringContaining('nothing matches "other.txt"'),
    });
  });

  it("of Python versions make one job each, never a job that tests on none of them", () => {
    const versions = (python_versions: readonly string[]) =>
      include([{ component: "test", inputs: { every_python_version: true, python_versions } }]).created;
    expect(versions([])).toEqual([]);
    expect(versions(["3.11", "3.12"])).toHaveLength(2);
  });

  it("are all in this table, or tried elsewhere", () => {
    const isList = ({ value }: (typeof settings)[number]) =>
      value.type === "switches" ||
      (value.type === "text" &&
        (value.form === "words" || / with spaces between$/.test((forms[value.form] as Form).words)));
    // What pytest takes is tried with pytest itself: test/scripts/run-tests.integration.test.ts.
    const groups = ["BERTH_GROUPS", "BERTH_TEST_GROUPS", "BERTH_TEST_ENVIRONMENT"]; // names: test/scripts/find-project.test.ts, run-tests.integration.test.ts
    const known = [...lists.map(({ variable }) => variable), "BERTH_PYTEST_ARGUMENTS", ...groups];
    expect(
      settings
        .filter(isList)
        .map(({ variable }) => variable)
        .toSorted(),
    ).toEqual(known.filter((variable) => variable.startsWith("BERTH_")).toSorted());
  });
});
