import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

const host = fileURLToPath(new URL("../../scripts/host/", import.meta.url));
const files = ["messages", "service", "standby"].map((name) => `../host/${name}`);
const aDay = 86_400;

/**
 * What the waits need of the rest of the host program. bash's SECONDS follows the clock, so moving it is what a clock that is set
 * does to a script; at each sleep the clock is set once more. A wait that has not ended after 80 sleeps never ends. How long
 * it took at most is not asked: on a busy machine anything takes long.
 */
const surroundings = (jump: number) => `
  BERTH_HEALTH_TIMEOUT=1 BERTH_STABLE_SECONDS=1 BERTH_SERVICE_NAME=helpdesk LIVE_BEFORE=before BERTH_HEALTH_URL=none
  sleep() { ((++slept < 80)) || exit 9; SECONDS=$((SECONDS + ${jump})); command sleep "$1"; }
  systemctl() { return 0; }
  property() { case $1 in MainPID) echo 7 ;; ActiveState) echo active ;; *) echo 0 ;; esac; }
  expected_version() { echo "version of $1"; }
  started=$(steady_time) slept=0
`;

describe.each([
  ["forward", aDay],
  ["back", -aDay],
])("while the clock is set %s by a day again and again", (_, jump) => {
  it("a second instance that does not answer has its time, and no more", () => {
    const program = `health_answer() { echo refused; false; }; journal_cure() { :; }
      (wait_for_standby 2.0) || { echo "ended with $?"; echo "after $(seconds_since "$started")"; }`;
    const { stdout, stderr } = runWithLibrary(files, surroundings(jump) + program);
    expect(stderr).toContain("the second instance does not answer: refused");
    expect(stdout).toContain("ended with 1\n");
    expect(secondsIn(stdout)).toBeGreaterThanOrEqual(1);
  });

  it("one that cannot show its version has two seconds", () => {
    const program = `wait_for_standby ''; echo "after $(seconds_since "$started")"`;
    const { code, stdout } = runWithLibrary(files, surroundings(jump) + program);
    expect(code).toBe(0);
    expect(secondsIn(stdout)).toBeGreaterThanOrEqual(2);
  });

  it("a healthy release is watched for stable_seconds", () => {
    // Three answers may take longer than a second: they have all the time they need.
    const program = `BERTH_HEALTH_TIMEOUT=600; health_answer() { :; }; watch_release good >/dev/null; echo "after $(seconds_since "$started")"`;
    const { code, stdout, stderr } = runWithLibrary(files, surroundings(jump) + program);
    expect(code, stderr).toBe(0);
    expect(secondsIn(stdout)).toBeGreaterThanOrEqual(1);
  });

  it("a release that does not answer is watched for health_timeout", () => {
    const program = `health_answer() { false; }; journal_cure() { :; }
      (watch_release bad) || { echo "ended with $?"; echo "after $(seconds_since "$started")"; }`;
    const { stdout, stderr } = runWithLibrary(files, surroundings(jump) + program);
    expect(stderr).toContain("helpdesk is not healthy after 1 s");
    expect(stdout).toContain("ended with 1");
    expect(secondsIn(stdout)).toBeGreaterThanOrEqual(1);
  });
});

it("no script of the server reads a time that follows the clock, but to name a moment for people", () => {
  for (const file of readdirSync(host)) {
    const text = readFileSync(`${host}${file}`, "utf8").replaceAll(/^\s*#.*$/gm, "");
    expect(
      text.match(/\$\{?(?:SECONDS|EPOCH\w+)\b|\(\(.*\bSECONDS\b|date \+%s|time\.time\(/)?.[0],
      `scripts/host/${file} reads a time that jumps when the clock is set: wait with steady_time and seconds_since (scripts/host/messages.sh)`,
    ).toBeUndefined();
  }
});

function secondsIn(text: string): number {
  return Number(/^after (\d+\.\d)$/m.exec(text)?.[1]);
}
