import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { shareScripts } from "../../src/embed/parts.ts";
import { readProgram } from "../../src/embed/program.ts";
import { embedTemplates } from "../../src/embed/regions.ts";
import { createdJobs } from "../../src/index.ts";

const fragment = "templates/shared/scripts.yml";
const emptyFragment = "# shared\n# berth parts\n# berth end\n";
const shells = [["sh"], ["bash", "--norc"], ["dash"], ["busybox", "sh"]].filter(
  ([program = "", ...options]) => spawnSync(program, [...options, "-c", "exit 0"]).status === 0,
);

/** Two jobs of two templates that share a library and a program with two requests. */
const scripts = {
  "scripts/tools.sh": "#!/bin/sh\n# what a job needs\necho tools\n",
  "scripts/ask.sh": [
    "#!/usr/bin/env bash",
    "# ask: asks for the time",
    "set -Eeuo pipefail",
    'source "${BASH_SOURCE[0]%/*}/library.sh"',
    "",
    "main() {",
    "  trap 'last_words' EXIT",
    "  ask request_time now",
    '  [[ -z ${CODE:-} ]] || exit "$CODE"',
    "}",
    "",
    'main "$@"',
    "",
  ].join("\n"),
  "scripts/name.sh": [
    "#!/usr/bin/env bash",
    "set -Eeuo pipefail",
    'source "${BASH_SOURCE[0]%/*}/library.sh"',
    "ask request_name it",
    "ask other thing || true",
    "read -r line || echo 'nothing to read'",
    "",
  ].join("\n"),
  "scripts/library.sh": [
    "#!/usr/bin/env bash",
    "# usage: ask REQUEST WORD",
    "ask() {",
    '  print_program >"$PWD/program.sh"',
    '  bash "$PWD/program.sh" "${1#request_}" "$2"',
    "}",
    "print_program() {",
    '  cat "${BASH_SOURCE[0]%/*}/program/program.sh"',
    "}",
    "last_words() {",
    "    # said at the end",
    "    cat <<END",
    "    the end of $0",
    "END",
    "}",
    "nobody_needs_this() { echo never; }",
    "",
  ].join("\n"),
  "scripts/program/program.sh": [
    "#!/usr/bin/env bash",
    "# program: answers",
    "set -Eeuo pipefail",
    "GREETING='two  spaces",
    "    and four'",
    'source "${BASH_SOURCE[0]%/*}/answers.sh"',
    'main() { declare -F "request_$1" >/dev/null || { echo "no $1"; exit 3; }; "request_$1" "$2"; }',
    'main "$@"',
    "",
  ].join("\n"),
  "scripts/program/answers.sh": [
    "#!/usr/bin/env bash",
    "request_time() {",
    '  print_python | python3 - "$1"',
    "}",
    "print_python() {",
    '  cat "${BASH_SOURCE[0]%/*}/time.py"',
    "}",
    "request_name() {",
    '  echo "$GREETING $1"',
    "}",
    "",
  ].join("\n"),
  "scripts/program/time.py":
    '"""Says the time."""\nimport sys\n\n# the argument\nprint("time", sys.argv[1])\n',
};

const templates = {
  "templates/one.yml": template("ask_job", ["scripts/tools.sh", "scripts/ask.sh"]),
  "templates/two.yml": template("name_job", ["scripts/name.sh"]),
};

function template(job: string, paths: readonly string[]): string {
  const regions = paths.map((path) => `    # berth embed: ${path} with ${fragment}\n    # berth end\n`);
  return `spec:\n---\ninclude:\n  - local: /${fragment}\n${job}:\n  script:\n${regions.join("")}`;
}

/** The project after `berth embed`, and its files by their paths. */
function embedded(changed: Readonly<Record<string, string>> = {}): Record<string, string> {
  const files: Record<string, string> = { ...scripts, ...templates, [fragment]: emptyFragment, ...changed };
  const texts = Object.keys(templates).map((file) => ({ file, text: files[file]! }));
  const results = embedTemplates(texts, (path) => files[path]);
  return { ...files, ...Object.fromEntries(results.map(({ file, text }) => [file, text])) };
}

/** The jobs' scripts in a pipeline that includes both templates, as GitLab would hand them to a runner. */
function scriptsOf(files: Readonly<Record<string, string>>): Record<string, string> {
  const include = Object.keys(templates).map((local) => ({ local: `/${local}` }));
  const { expansion } = createdJobs(JSON.stringify({ include }), { files });
  expect(expansion.errors).toEqual([]);
  const jobs = expansion.jobs as Record<string, { script: readonly unknown[] }>;
  return Object.fromEntries(
    Object.entries(jobs).map(([name, { script }]) => [name, script.flat(10).join("\n")]),
  );
}

function run(
  script: string,
  [program = "", ...options]: readonly string[],
  variables: Record<string, string> = {},
) {
  const { status, stdout, stderr } = spawnSync(program, [...options, "-e", "-c", script], {
    encoding: "utf8",
    cwd: process.env.TMPDIR ?? "/tmp",
    input: "typed\n",
    env: { PATH: process.env.PATH ?? "", ...variables },
  });
  return { status, stdout, stderr };
}

describe("scripts with shared parts", () => {
  it("are tried in the shells that there are", () => expect(shells.length).toBeGreaterThan(1));

  const files = embedded();
  const jobs = scriptsOf(files);

  it.each(shells)("run in %s %s as they would from their folder", (...shell) => {
    expect(run(jobs.ask_job!, shell)).toEqual({
      status: 0,
      stdout: "tools\ntime now\n    the end of /dev/fd/3\n",
      stderr: "",
    });
    expect(run(jobs.name_job!, shell)).toEqual({
      status: 0,
      stdout: "two  spaces\n    and four it\nno other\nnothing to read\n",
      stderr: "",
    });
  });

  it.each(shells)("end in %s %s with the script's own exit code, after its traps", (...shell) => {
    expect(run(jobs.ask_job!, shell, { CODE: "75" })).toMatchObject({
      status: 75,
      stdout: "tools\ntime now\n    the end of /dev/fd/3\n",
    });
  });

  it.each(shells)("run nothing in %s %s of a text that was cut off", (...shell) => {
    for (const printer of jobs.ask_job!.match(/^berth_\w+$/gm) ?? []) {
      const cut = jobs.ask_job!.replace(new RegExp(`^${printer}$`, "m"), "false");
      const { status, stdout } = run(cut, shell);
      expect({ printer, status, stdout }).toEqual({ printer, status: 2, stdout: "tools\n" });
    }
  });

  it("have each function once, in the fragment, and each job only what it can reach", () => {
    const all = Object.keys(templates)
      .concat(fragment)
      .map((file) => files[file])
      .join("");
    const once = ["ask", "print_program", "last_words", "request_time", "request_name", "print_python"];
    for (const name of once.filter((each) => each !== "print_program"))
      expect(all.split(`${name}() {`).length - 1, name).toBe(1);
    expect(all).not.toContain("nobody_needs_this");
    expect(all).not.toContain("Says the time");
    expect(jobs.ask_job).toMatch(
      /request_time\(\)[\s\S]*last_words\(\)|last_words\(\)[\s\S]*request_time\(\)/,
    );
    expect(jobs.ask_job).not.toContain("request_name()");
    expect(jobs.name_job).not.toMatch(/request_time\(\)|print_python|last_words/);
  });

  it("print what a job and its program have in common twice, from one text", () => {
    const table =
      "#!/usr/bin/env bash\n# a table\nTABLE='one\n  two'\nrows() {\n  echo \"$TABLE\" | wc -l\n}\n";
    const sourcing = (file: string, line: string) =>
      scripts[file as keyof typeof scripts].replace(/\n/, `\n${line}\n`);
    const both = embedded({
      "scripts/table.sh": table,
      "scripts/ask.sh": scripts["scripts/ask.sh"]
        .replace('library.sh"', 'library.sh"\nsource "${BASH_SOURCE[0]%/*}/table.sh"')
        .replace("ask request_time now", "rows; ask request_time now"),
      "scripts/program/program.sh": sourcing(
        "scripts/program/program.sh",
        'source "${BASH_SOURCE[0]%/*}/../table.sh"',
      ),
      "scripts/program/answers.sh": scripts["scripts/program/answers.sh"]
        .replace("request_time() {", "request_time() {\n  rows")
        .replace("request_name() {", "request_name() {\n  rows"),
    });
    const shared = scriptsOf(both);
    expect(both[fragment]!.split("rows() {").length - 1).toBe(1);
    expect(shared.ask_job!.split("rows() {").length - 1).toBe(1);
    expect(run(shared.ask_job!, ["sh"]).stdout).toContain("tools\n2\n2\ntime now\n");
    expect(run(shared.name_job!, ["sh"]).stdout).toContain("2\ntwo  spaces\n");
  });

  it("are the same when they are embedded again, and other ones under another name when anything changes", () => {
    expect(embedded(files)).toEqual(files);
    const changed = {
      "scripts/library.sh": scripts["scripts/library.sh"].replace("the end of", "the very end of"),
    };
    const name = (text: string | undefined) => /\.berth_scripts_[0-9a-f]{12}/.exec(text ?? "")?.[0];
    expect(name(files[fragment])).toBeDefined();
    expect(name(embedded(changed)[fragment])).not.toBe(name(files[fragment]));
    expect(name(files["templates/one.yml"])).toBe(name(files[fragment]));
  });

  it("keep two versions apart that one pipeline includes", () => {
    const later = embedded({ "scripts/program/time.py": 'import sys\nprint("later", sys.argv[1])\n' });
    const moved = (path: string) => path.replace("templates/", "later/");
    const second = Object.keys(templates)
      .concat(fragment)
      .map((path) => [
        moved(path),
        later[path]!.replaceAll("templates/", "later/").replace("ask_job", "later_job"),
      ]);
    const both = { ...files, ...Object.fromEntries(second) } as Record<string, string>;
    const include = ["/templates/one.yml", "/later/one.yml"].map((local) => ({ local }));
    const { expansion } = createdJobs(JSON.stringify({ include }), { files: both });
    const script = (job: string) =>
      (expansion.jobs as Record<string, { script: readonly unknown[] }>)[job]!.script.flat(10).join("\n");
    expect(run(script("ask_job"), ["sh"]).stdout).toContain("time now");
    expect(run(script("later_job"), ["sh"]).stdout).toContain("later now");
  });

  it.each([
    ["a fragment that is not there", { [fragment]: undefined }, `${fragment}:1: there is no such fragment`],
    ["a fragment without its region", { [fragment]: "a: 1\n" }, `${fragment}:1: a fragment has one region`],
    [
      "a function without its end",
      { "scripts/library.sh": "ask() {\n  echo\n  }\n" },
      'scripts/library.sh:1: this function has no "}"',
    ],
    [
      "a function that is there twice",
      { "scripts/library.sh": "ask() {\n  echo\n}\nask() { echo; }\n" },
      'scripts/library.sh:4: "ask" is defined in scripts/library.sh too',
    ],
    [
      "an open quote",
      { "scripts/library.sh": "ask() {\n  echo 'a\n}\n" },
      "scripts/library.sh:1: a quote or here-document in it has no end",
    ],
    [
      "what GitLab would interpolate",
      { "scripts/library.sh": "ask() {\n  echo '$[[ a ]]'\n}\n" },
      'scripts/library.sh:2: "$[[" would be interpolated',
    ],
    [
      "a missing sourced file",
      { "scripts/library.sh": 'source "${BASH_SOURCE[0]%/*}/no.sh"\n' },
      'scripts/library.sh:1: sources "scripts/no.sh"',
    ],
  ])("refuse %s, with its line", (_, changed, message) => {
    expect(() => embedded(changed as Record<string, string>)).toThrow(message);
  });
});

describe("Berth's own scripts", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const jobs = ["pre_deploy_checks", "deploy_to_server", "post_deploy_verification", "rollback_deployment"];

  it("have no function that no job needs", () => {
    const expected = ["databases_kilobytes"]; // check_room will ask it for the room of a backup
    const { unused } = shareScripts(
      jobs.map((job) => `scripts/jobs/${job}.sh`),
      read,
    );
    expect(unused.filter((each) => !expected.some((name) => each.endsWith(name)))).toEqual([]);
  });

  const files = readdirSync(join(root, "scripts"), { recursive: true, encoding: "utf8" })
    .filter((file) => /^(lib|host)\/.*\.sh$/.test(file))
    .filter((file) => !/\$\{BASH_SOURCE/.test(read(`scripts/${file}`)));
  it.each(files)("%s is the same to bash when it travels", (file) => {
    const { functions, statements } = readProgram(`scripts/${file}`, read);
    const travelling = [...functions.flatMap(({ lines }) => lines), ...statements.map(({ line }) => line)];
    expect(asBashReadsIt(`${travelling.join("\n")}\n`)).toEqual(asBashReadsIt(read(`scripts/${file}`)));
  });
});

/** The lines of a script as bash prints it, which knows neither comments nor indentation, sorted: its functions may change places. */
function asBashReadsIt(script: string): string[] {
  const { stdout, status } = spawnSync("bash", ["--norc", "--pretty-print"], {
    input: script,
    encoding: "utf8",
  });
  expect(status).toBe(0);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}
