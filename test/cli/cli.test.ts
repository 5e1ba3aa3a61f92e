import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
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
    expect(failure?.stderr).toBe('berth: unknown command "lnt"; did you mean "lint"?\n');
  });

  it("lists its commands where none is named, and helps with one", async () => {
    const alone = await run(process.execPath, ["--import", "tsx", cli]).catch((error) => error);
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ {2}lint +Checks/m) });
    const { stdout } = await run(process.execPath, ["--import", "tsx", cli, "help", "explain"]);
    expect(stdout).toContain("Usage: berth explain");
  });

  it("ends quietly where its reader has gone", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", cli, "explain", "--json"]);
    child.stdout.destroy();
    const stderr: Buffer[] = [];
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    const [code] = await once(child, "close");
    expect({ code, stderr: Buffer.concat(stderr).toString() }).toEqual({ code: 0, stderr: "" });
  });
});
