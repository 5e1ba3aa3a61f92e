import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expandPipeline } from "../../src/index.ts";
import { applyFixes, lint } from "../../src/lint/index.ts";
import { quotingAt } from "../../src/lint/shell/quoting.ts";

/* What `--fix --unsafe-fixes` makes of inputs in scripts: run by a real bash before and after. */

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "berth-through-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const header = "spec:\n  inputs:\n    word:\n    other:\n---\n";

function fixAll(text: string): string {
  for (let current = text; ; ) {
    const diagnostics = lint([{ path: "fragment.yml", text: current }]);
    const { text: next, applied } = applyFixes("fragment.yml", current, diagnostics, "all");
    if (applied === 0) return current;
    current = next;
  }
}

/** Runs the job `job` as a runner would: the script in one shell, the variables around it. Returns what it prints. */
function run(text: string, inputs: Record<string, string>): string {
  const main = JSON.stringify({ include: [{ local: "/fragment.yml", inputs }] });
  const { errors, config } = expandPipeline(main, { files: { "fragment.yml": text } });
  expect(errors).toEqual([]);
  const job = (config as Record<string, { script: string[]; variables?: Record<string, string> }>).job;
  const env = { PATH: process.env.PATH, ...job?.variables };
  const { stdout, status } = spawnSync("bash", ["-euc", job?.script.join("\n") ?? ""], {
    cwd,
    env,
    encoding: "utf8",
  });
  return `${stdout}${status}`;
}

const scripts = [
  'echo "say $[[ inputs.word ]] twice $[[ inputs.word ]]"',
  "echo $[[ inputs.word ]] $[[ inputs.other ]]",
  "echo --name=$[[ inputs.word ]] path/$[[ inputs.word ]].txt",
  `echo 'single $[[ inputs.word ]]' "$[[ inputs.word ]]'s"`,
  'echo "a $(echo $[[ inputs.word ]] "$[[ inputs.other ]]") b"',
  "cat <<EOF\nhere $[[ inputs.word ]]\nEOF\necho $[[ inputs.word ]]",
  "cat <<-'END'\n\there's $[[ inputs.word ]]\n\tEND\necho \"$[[ inputs.word ]]\"",
  "# don't $[[ inputs.word ]]\necho $[[ inputs.word ]]",
  "WORD=$[[ inputs.word ]]\necho ${#WORD} $WORD",
  "$[[ inputs.word ]]_NAME=1; alpha_NAME=2; echo $alpha_NAME ${alpha_NAME}",
  "alpha() { echo called; }; $[[ inputs.word ]]",
  'export alpha=5; echo "$((alpha + 1))" "${$[[ inputs.word ]]}"',
  "for each in $[[ inputs.word ]] b; do echo $each; done",
  'if [ "$[[ inputs.word ]]" = alpha ] && [[ $[[ inputs.other ]] =~ ^b ]]; then echo same; fi',
  "case $[[ inputs.word ]] in alpha) echo first ;; *) echo rest ;; esac",
  "echo \\\"$[[ inputs.word ]]\\\" 'it'\\''s' $[[ inputs.word ]]",
  "echo `echo $[[ inputs.word ]]` $'\\'' $[[ inputs.word ]]",
];

describe.each(scripts)("%s", (script) => {
  const indented = script.replaceAll("\n", "\n      ");
  const forms = [
    `${header}job:\n  script:\n    - |\n      ${indented}\n`,
    `${header}job:\n  variables:\n    A: b\n  script:\n    - |\n      ${indented}\n    - echo end\n`,
    ...(/\n|#/.test(script) ? [] : [`${header}job:\n  script:\n    - ${JSON.stringify(script)}\n`]),
  ];
  test("prints the same for a plain word, and never runs a value", () => {
    for (const form of forms) {
      const fixed = fixAll(form);
      expect(run(fixed, { word: "alpha", other: "beta" })).toBe(run(form, { word: "alpha", other: "beta" }));
      const bad = `"; touch pwned; echo "`;
      const left = lint([{ path: "fragment.yml", text: fixed }]).filter(
        (each) => each.rule === "input-not-in-shell",
      );
      if (left.length > 0) continue;
      run(fixed, { word: bad, other: bad });
      run(fixed, { word: "$(touch pwned)", other: "`touch pwned`" });
      run(fixed, { word: "; touch pwned #", other: "' ; touch pwned '" });
      expect(existsSync(join(cwd, "pwned"))).toBe(false);
    }
  });
});

test("most of these scripts lose all their blocks", () => {
  const whole = scripts.filter((script) => {
    const fixed = fixAll(`${header}job:\n  script:\n    - |\n      ${script.replaceAll("\n", "\n      ")}\n`);
    return !fixed.slice(fixed.indexOf("script:")).includes("$[[");
  });
  expect(whole.length).toBeGreaterThanOrEqual(8);
});

test.each([
  ["anchored scripts", "job:\n  script: &shared\n    - echo $[[ inputs.word ]]\nnext:\n  script: *shared\n"],
  [
    "referenced scripts",
    "job:\n  script:\n    - echo $[[ inputs.word ]]\nnext:\n  script: !reference [job, script]\n",
  ],
  ["flow style", "job: {script: ['echo $[[ inputs.word ]]']}\n"],
  ["variables in flow style", "job:\n  variables: {A: b}\n  script: echo $[[ inputs.word ]]\n"],
  [
    "a variable of that name",
    "job:\n  variables:\n    INPUT_WORD: other\n  script: echo $[[ inputs.word ]]\n",
  ],
  ["merged jobs", ".base: &base\n  image: alpine\njob:\n  <<: *base\n  script: echo $[[ inputs.word ]]\n"],
])("%s are left alone", (_name, body) => {
  expect(fixAll(header + body)).toBe(header + body);
});

/** `@` marks the place. */
test.each([
  ["echo @x", "bare"],
  ['echo "a @x"', "double"],
  ["echo 'a @x'", "other"],
  ["echo 'a' @x", "bare"],
  ["echo \\' @x", "bare"],
  ['echo "$(cat "a" @x)"', "bare"],
  ['echo "$(cat "a @x")"', "double"],
  ['echo "$(cat (a) @x) y"', "bare"],
  ['echo "$(cat) @x"', "double"],
  ["echo ${A:-@x}", "other"],
  ["echo $((1 + @x))", "other"],
  ["echo $((1)) @x", "bare"],
  ["echo `a @x`", "other"],
  ["echo $'a\\' @x'", "other"],
  ["# it's\necho @x", "bare"],
  ["echo a#b 'c @x'", "other"],
  ["# @x", "other"],
  ["cat <<A <<B\nit's\nA\n@x\nB", "other"],
  ["cat <<A <<B\nit's\nA\n'\nB\necho @x", "bare"],
  ["cat <<< it; echo @x", "bare"],
  ["cat <<A\n@x", "other"],
  ['echo "a \\@x"', "other"],
  ["echo $(case a in a) echo;; esac) @x", "other"],
])("%s is read as %s", (marked, quoting) => {
  const offset = marked.indexOf("@");
  expect(quotingAt(marked.replace("@", ""), offset)).toBe(quoting);
});
