import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { leaksOf } from "./strict-mode.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));
const files = Object.fromEntries(
  readdirSync(scripts, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sh"))
    .sort()
    .map((file) => [file, readFileSync(`${scripts}/${file}`, "utf8")]),
);

function formsOf(line: string): string[] {
  return leaksOf({ "a.sh": `${line}\n` }).map(({ form }) => form);
}

it("no script goes on in silence where something failed", () => {
  expect(Object.keys(files).length).toBeGreaterThan(40);
  const leaks = leaksOf(files);
  expect(leaks.map(({ file, line, form }) => `${file}:${line}: ${form}`)).toEqual([]);
});

describe("each form is found, as it was in Berth's own scripts", () => {
  it.each([
    [`persistent_paths | grep -q . || { say 'nothing to save'; return 0; }`],
    [`problem=$(environment_problems | head -n 1)`],
    [`[[ ! -L $CURRENT ]] && in_place_entries | grep -q .`],
    [`! check_targets | grep -q . && is_user_name "$DEPLOY_USER"`],
    [`newest=$(backups | head -n 1)`],
    [`tr '\\0' ' ' <"$folder/cmdline" | grep -qF -- " transact "`],
    [`id -nG | tr ' ' '\\n' | grep -qxF -- "$(service_group)"`],
    [`backups | LC_ALL=C grep -a -m 1 .`],
    [`backups | awk '{ print; exit }'`],
    [`backups | sed 1q`],
    [`backups | sed -n '/x/{p;q}'`],
    [`backups | read -r first`],
  ])("a reader that closes the pipe early: %s", (line) => {
    expect(formsOf(line)).toContain("a reader that closes the pipe early");
  });

  it.each([
    ["the status of < <(…) is lost", "done 3< <(deploy_targets)"],
    ["the status of < <(…) is lost", "show_findings < <(check_variables)"],
    ["the status of $(…) in a here-string is lost", 'done <<<"$(persistent_paths)"'],
    ["the status of $(…) in a loop's list is lost", 'for run in $(abandoned_runs); do end_run "$run"; done'],
    ["the status of $(…) in a declaration is lost", "local live=$(live_release)"],
    [
      "a subshell in a condition, where set -e is ignored",
      "if (watch_release ''); then say 'live again'; fi",
    ],
    ["a subshell in a condition, where set -e is ignored", '(set -e; switch_back "$1") || status=$?'],
  ])("%s: %s", (form, line) => expect(formsOf(line)).toEqual([form]));

  it("a function in a condition that does not say what its status means", () => {
    const text = [
      "# usage: upload TARGET    sends it",
      "upload() {",
      "  prepare",
      "  send",
      "}",
      'upload "$1" || fail "not sent"',
      'if ! answer=$(upload "$1"); then return 1; fi',
      '[[ -n $1 ]] || upload "$1"',
    ].join("\n");
    expect(leaksOf({ "a.sh": text }).map(({ line }) => line)).toEqual([6, 7]);
    expect(leaksOf({ "a.sh": text.replace("sends it", "false where it was not sent") })).toEqual([]);
  });

  it("strict mode that ends at every $(…)", () => {
    expect(leaksOf({ "a.sh": "set -Eeuo pipefail\nmain\n" })).toEqual([
      { file: "a.sh", line: 1, form: "set -e without inherit_errexit" },
    ]);
    expect(leaksOf({ "a.sh": "set -Eeuo pipefail\nshopt -s inherit_errexit\nmain\n" })).toEqual([]);
  });
});

it.each([
  ["a reader that takes all", 'cut -f 1 | tail -n 1 | sed "s/^/  /" | wc -l'],
  [
    "a reader of a file",
    `grep -q '^ExecStart=' "$1"; head -n 1 -- "$file"; sed -n '/^ *error: /{s///p;q}' <<<"$report"`,
  ],
  ["a loop over a variable", 'for run in $runs; do end_run "$run"; done'],
  ["a comment", "x=1 # not: backups | head -n 1"],
  ["arithmetic", "if ((status == 0)); then local seconds=$((now - then)); fi"],
  ["a subshell that is checked as a whole", "(umask 077 && mkdir -p folder)"],
])("%s is no such form", (_, line) => expect(formsOf(line)).toEqual([]));
