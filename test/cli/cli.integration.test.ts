import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { skippedWhere } from "../skipped.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

// Node 20 never comes back from making a folder there together with those above it.
it(
  "says in one line that it cannot write to /proc/project",
  skippedWhere(existsSync("/proc/self") ? "" : "no /proc here"),
  async () => {
    const failure = await new Promise((done) => {
      const args = ["--import", "tsx", cli, "init", "/proc/project"];
      execFile(process.execPath, args, { timeout: 50_000 }, (error, _, stderr) =>
        done({ code: error?.code, stderr }),
      );
    });
    expect(failure).toEqual({ code: 2, stderr: "berth: /proc/project: there is no such file or folder\n" });
  },
);
