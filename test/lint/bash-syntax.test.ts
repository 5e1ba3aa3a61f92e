import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bashFaults } from "../../src/lint/shell/bash-syntax.ts";
import { findShellTool } from "../../src/lint/shell/tools.ts";

const bash = findShellTool("bash", process.env)?.file ?? "";

const sound = "if true; then\n  echo one\nfi\n";
const broken = [
  "echo one\nif true; then\n",
  "fi\n",
  "echo 'a\n",
  '\n\n\necho "$(date\n',
  "case x in\n",
  "echo )\n",
  "f() { }\n",
  'cat <<E\nx\nE\necho "\n',
];

test("each script's fault is the one that bash -n names, at its line", async () => {
  const faults = await bashFaults(bash, [sound, ...broken, sound], undefined);
  expect(faults.has(sound)).toBe(false);
  for (const script of broken) {
    const said = complaintOf(script);
    expect(`line ${faults.get(script)?.line}: ${faults.get(script)?.message}`).toBe(said);
  }
});

test("a warning, a NUL and what only another shell would refuse are no faults", async () => {
  const scripts = ["cat <<E\nno end\n", "echo a\0b\n", "[[ a =~ b ]] && a=(1 2)\n", ""];
  expect(await bashFaults(bash, [...scripts, "fi\n"], undefined)).toEqual(
    new Map([["fi\n", { line: 1, column: 1, message: "syntax error near unexpected token `fi'" }]]),
  );
});

test("nothing is run, whatever a script says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
  try {
    const mark = join(folder, "mark");
    const attempts = [
      `touch ${mark}`,
      `set +n; touch ${mark}`,
      `set +n\ntouch ${mark}`,
      `shopt -u; set +o noexec\n$(touch ${mark})`,
      `)\ntouch ${mark}`,
      `"\ntouch ${mark}`,
      `\\\0\ntouch ${mark}`,
      `trap 'touch ${mark}' EXIT`,
      `: \${x:=$(touch ${mark})}`,
      `a[$(touch ${mark})]=1`,
      `cat <<E\n$(touch ${mark})\nE`,
    ];
    await bashFaults(bash, attempts, undefined);
    expect(existsSync(mark)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a bash that cannot be run is an error", async () => {
  await expect(bashFaults("/does/not/exist", [sound], undefined)).rejects.toThrow("ENOENT");
});

/** What `bash -n` says of a script, without `syntax error: `. */
function complaintOf(script: string): string {
  const { stderr } = runBash(script);
  return (/line \d+: .*/.exec(stderr)?.[0] ?? "").replace("syntax error: ", "");
}

function runBash(script: string): { stderr: string } {
  try {
    execFileSync(bash, ["-n"], { input: script, env: { LC_ALL: "C" }, encoding: "utf8", stdio: "pipe" });
    return { stderr: "" };
  } catch (error) {
    return error as { stderr: string };
  }
}
