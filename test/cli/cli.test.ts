import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

describe("the command line", () => {
  it("prints its version", async () => {
    const { stdout } = await run(process.execPath, ["--import", "tsx", cli, "--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("says in one line which option was probably meant", async () => {
    const failure = await run(process.execPath, ["--import", "tsx", cli, "lint", "--formt", "json"]).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(2);
    expect(failure?.stderr).toBe("berth: unknown option '--formt'; did you mean --format?\n");
  });

  it.each([
    { folder: join(cli, "project"), reason: "a part of this path is a file, not a folder" },
    // Node 20 never comes back from making a folder there together with those above it
    { folder: "/proc/project", reason: "there is no such file or folder" },
  ])("says in one line that it cannot write to $folder", async ({ folder, reason }) => {
    const failure = await run(process.execPath, ["--import", "tsx", cli, "init", folder], {
      timeout: 20_000,
    }).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(2);
    expect(failure?.stderr).toBe(`berth: ${folder}: ${reason}\n`);
  });

  it("says in one line what an unknown command is, and exits with 2", async () => {
    const failure = await run(process.execPath, ["--import", "tsx", cli, "lnt"]).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(2);
    expect(failure?.stderr).toMatch(/lnt/);
  });
});
