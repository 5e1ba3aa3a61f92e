import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
  server.property("NRestarts", "0");
  server.property("ActiveState", "active");
});
afterEach(() => server.remove());

/**
 * The watch with a clock of its own: each sleep is one second. ANSWERS has a letter for each second: g a good answer, b a bad one,
 * n a good one from a new process. What comes after the last letter is like it.
 */
function watch(answers: string, settings: Readonly<Record<string, string>> = {}) {
  return server.run(
    `
CLOCK=0 SECOND=0
steady_time() { printf '%d' "$CLOCK"; }
now() { local at=$SECOND; ((at < \${#ANSWERS})) || at=$((\${#ANSWERS} - 1)); printf '%s' "\${ANSWERS:at:1}"; }
sleep() { CLOCK=$((CLOCK + 100)) SECOND=$((SECOND + 1)); }
health_answer() { [[ $(now) == [gn] ]] && echo 'answers 200'; }
property() {
  case $1 in
    MainPID) local seen=\${ANSWERS:0:SECOND + 1}; seen=\${seen//[^n]/}; echo $((100 + \${#seen})) ;;
    NRestarts) echo "\${RESTARTS:-0}" ;;
    ActiveState) echo "\${ACTIVE_STATE:-active}" ;;
    Result) echo "\${RESULT:-success}" ;;
  esac
}
trap 'echo "$SECOND"' EXIT
watch_release ''`,
    { ANSWERS: answers, BERTH_HEALTH_TIMEOUT: "20", BERTH_STABLE_SECONDS: "0", ...settings },
  );
}

describe("the watch over a new release", () => {
  it("ends after three good answers in a row", () => {
    expect(watch("g")).toMatchObject({ code: 0, stdout: "2\n" });
  });

  it("counts from the beginning after a bad answer", () => {
    expect(watch("ggbg")).toMatchObject({ code: 0, stdout: "5\n" });
  });

  it("counts from the beginning where another process answers", () => {
    expect(watch("ggng")).toMatchObject({ code: 0, stdout: "4\n" });
    expect(watch("ggnngg")).toMatchObject({ code: 0, stdout: "5\n" });
  });

  it("goes on for stable_seconds", () => {
    expect(watch("g", { BERTH_STABLE_SECONDS: "7" })).toMatchObject({ code: 0, stdout: "7\n" });
  });

  it("ends badly where there are never three good answers in a row within health_timeout", () => {
    const { code, log, stdout } = watch("ggbggbggbggbggbggbggbggbggb");
    expect(code).toBe(1);
    expect(stdout).toBe("20\n");
    expect(log).toContain("helpdesk is not healthy after 20 s");
  });

  it.each([
    [{ RESTARTS: "1", RESULT: "exit-code" }, "(exit-code)"],
    [{ ACTIVE_STATE: "failed", RESULT: "signal" }, "(signal)"],
  ])("ends at once where the service ended by itself: %o", (state, reason) => {
    const { code, log, stdout } = watch("g", state);
    expect(code).toBe(1);
    expect(stdout).toBe("0\n");
    expect(log).toContain(reason);
  });

  it("does not call an end a success", () => {
    expect(watch("g", { ACTIVE_STATE: "inactive", RESULT: "success" }).log).toContain(
      "error: helpdesk ended by itself 0.0 s after its start (exit code 0, but a service must go on)",
    );
  });
});
