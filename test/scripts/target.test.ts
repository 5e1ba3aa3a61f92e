import { describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

/** What `read_target` makes of the two inputs. */
function readTarget(target: string, version: string) {
  return runWithLibrary(
    ["messages", "target"],
    'read_target; printf "%s|" "$TARGET" "$WANTED_PYTHON" "$TARGET_PYTHON" "$TARGET_GLIBC"',
    { BERTH_TARGET: target, BERTH_PYTHON_VERSION: version },
  );
}

describe("read_target", () => {
  it.each([
    ["debian-12", "3.11", "debian-12|3.11|3.11.2|2.36|"],
    ["debian-13", "", "debian-13|3.13|3.13.5|2.41|"],
    ["ubuntu-22.04", "3.10", "ubuntu-22.04|3.10|3.10.12|2.35|"],
    ["ubuntu-24.04", "3.12", "ubuntu-24.04|3.12|3.12.3|2.39|"],
    ["3.11.2", "3.11", "3.11.2|3.11|3.11.2||"],
    ["", "3.13", "Python 3.13|3.13|||"],
  ])("target %j with python_version %j", (target, version, expected) => {
    expect(readTarget(target, version)).toMatchObject({ code: 0, stdout: expected, stderr: "" });
  });

  it.each([
    ["debian-13", "3.11", "target debian-13 has Python 3.13.5, and python_version is 3.11"],
    ["3.12.3", "3.11", "target 3.12.3 has Python 3.12.3, and python_version is 3.11"],
    ["", "", "nothing says which Python the server has: set the input target"],
  ])("refuses target %j with python_version %j", (target, version, message) => {
    const { code, stderr } = readTarget(target, version);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
  });
});
