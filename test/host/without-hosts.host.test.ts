import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { skippedWhere } from "../skipped.ts";

/** Linux and root, and yet no machine for servers: a container as an ordinary runner makes it. */
const asInAContainer = ["setpriv", "--bounding-set=-sys_admin,-net_admin", process.execPath];
const root = fileURLToPath(new URL("../..", import.meta.url));
const refused =
  "namespaces with mounts of their own are refused: unshare: unshare failed: Operation not permitted";

describe(
  "a machine that cannot boot servers",
  skippedWhere(process.getuid?.() === 0 ? "" : "needs root"),
  () => {
    it("is told so by berth host up, in one line, with exit 2", async () => {
      const { code, stdout, stderr } = await inAContainer([
        "--import",
        "tsx",
        "src/cli.ts",
        "host",
        "up",
        "--name",
        "none",
      ]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toBe(
        `berth: a throw-away server cannot run here: ${refused}; use --target user@host instead\n`,
      );
    });

    it("skips the tests that need them, and the end of the run says which and why", async () => {
      const { code, stdout } = await runHostTests({});
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /\n\d+ skipped in test\/host\/prepare\.host\.test\.ts: .*\n[1-9]\d* passed, 0 failed\n$/,
      );
      expect(stdout).toContain(`no throw-away servers here: ${refused}`);
    });

    it("fails them where BERTH_REQUIRE_HOSTS is set: that run cannot pass by skipping", async () => {
      const { code, stdout, stderr } = await runHostTests({ BERTH_REQUIRE_HOSTS: "1" });
      expect(code).toBe(1);
      expect(stderr).toContain(`a throw-away server cannot run here: ${refused}`);
      expect(stdout).toMatch(/\n[1-9]\d* passed, 1 failed\n$/);
    });
  },
);

/** One file of tests, some of which need a server, in a vitest of its own. */
function runHostTests(env: Record<string, string>) {
  return inAContainer(["node_modules/vitest/vitest.mjs", "run", "test/host/prepare.host.test.ts"], {
    BERTH_REQUIRE_HOSTS: "",
    ...env,
  });
}

function inAContainer(argv: readonly string[], env: Record<string, string> = {}) {
  const [program = "", ...args] = [...asInAContainer, ...argv];
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const surroundings = { ...process.env, NO_COLOR: "1", ...env };
    execFile(program, args, { cwd: root, env: surroundings }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
