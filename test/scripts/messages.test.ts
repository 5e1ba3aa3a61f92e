import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const library = readFileSync(new URL("../../scripts/lib/messages.sh", import.meta.url), "utf8");

/** What a script that sources the library writes to standard error; its standard output stays its own. */
function talk(
  script: string,
  env: Record<string, string> = {},
): { stderr: string; stdout: string; code: number | null } {
  const input = `set -Eeuo pipefail\n${library}\n${script}\n`;
  const { stderr, stdout, status } = spawnSync("bash", ["-s"], {
    input,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });
  return { stderr, stdout, code: status };
}

describe("messages of the scripts", () => {
  it("go to standard error, so that a function's output stays its result", () => {
    expect(talk("say one; warn two; echo result; fail three")).toEqual({
      stderr: "one\nwarning: two\nerror: three\n",
      stdout: "result\n",
      code: 1,
    });
  });

  it("are coloured by the line in GitLab's log, unless NO_COLOR is set", () => {
    expect(talk("warn two", { GITLAB_CI: "true" }).stderr).toBe("\u001b[33mwarning: two\u001b[0m\n");
    expect(talk("warn two", { GITLAB_CI: "true", NO_COLOR: "1" }).stderr).toBe("warning: two\n");
  });

  it("fold into GitLab's sections, one after the other, the failed one left open", () => {
    const script = "section one 'First step'; section two 'Second step' collapsed; say inside; fail no";
    const { stderr } = talk(script, { GITLAB_CI: "true", NO_COLOR: "1" });
    const now = String.raw`\d{10}`;
    const esc = "\u001b";
    expect(stderr).toMatch(
      new RegExp(
        [
          `^${esc}\\[0Ksection_start:${now}:one\r${esc}\\[0K${esc}\\[1mFirst step${esc}\\[0m`,
          `${esc}\\[0Ksection_end:${now}:one\r${esc}\\[0K`,
          `${esc}\\[0Ksection_start:${now}:two\\[collapsed=true\\]\r${esc}\\[0K${esc}\\[1mSecond step${esc}\\[0m`,
          "inside",
          "error: no\n$",
        ].join("\n"),
      ),
    );
  });

  it("are plain titles elsewhere, and where the runner would swallow folded ones", () => {
    expect(talk("section one 'First step'", { GITLAB_CI: "false" }).stderr).toBe("== First step\n");
    expect(talk("section one 'First step'", { GITLAB_CI: "true", BERTH_PLAIN_LOG: "true" }).stderr).toBe(
      "== First step\n",
    );
    expect(
      talk("section one 'First step'; section two 'Second step' collapsed; end_section; end_section").stderr,
    ).toBe("== First step\n== Second step\n");
  });
});
