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

  it("says in one line that it cannot write below a file", async () => {
    const folder = join(cli, "project");
    const failure = await run(process.execPath, ["--import", "tsx", cli, "init", folder]).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(2);
    expect(failure?.stderr).toBe(`berth: ${folder}: a part of this path is a file, not a folder\n`);
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
