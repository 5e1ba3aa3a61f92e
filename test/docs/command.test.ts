import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExitCode } from "../../src/commands/command.ts";
import { command } from "../../src/commands/docs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-docs-"));
  mkdirSync(join(folder, "templates"));
  mkdirSync(join(folder, "docs/guide"), { recursive: true });
  write(
    "templates/scan.yml",
    "spec: { inputs: { level: { default: low } } }\n---\nscan: { script: [scan] }\n",
  );
  write("README.md", "# Scan\n\n<!-- berth docs: inputs scan -->\n<!-- berth end -->\n");
  write("docs/guide/scan.md", "Words\n<!-- berth docs: outputs scan -->\n<!-- berth end -->\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("berth docs", () => {
  it("names the place of each stale region and changes nothing with --check, renews without, and is quiet then", async () => {
    const before = read("README.md");
    const checked = await run("--check");
    expect(checked.code).toBe(1);
    expect(checked.stdout).toBe(
      'README.md:3: inputs scan: out of date; run "berth docs"\n' +
        'docs/guide/scan.md:2: outputs scan: out of date; run "berth docs"\n',
    );
    expect(read("README.md")).toBe(before);
    expect(await run()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("README.md:3: inputs scan: renewed"),
    });
    expect(read("README.md")).toContain("| `level` | string | `low` |");
    expect(await run("--check")).toEqual({ code: 0, stdout: "2 regions in 2 documents up to date\n" });
    expect(readdirSync(folder).sort()).toEqual(["README.md", "docs", "templates"]);
  });

  it("finds out when a component changes", async () => {
    await run();
    write("templates/scan.yml", read("templates/scan.yml").replace("low", "high"));
    const { code, stdout } = await run("--check", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      documents: [
        { file: "README.md", state: "stale", regions: 1, changed: [{ line: 3, region: "inputs scan" }] },
        { file: "docs/guide/scan.md", state: "current", regions: 1, changed: [] },
      ],
    });
  });

  it("renews only the documents that it is given", async () => {
    expect((await run("docs/guide/scan.md")).stdout).toBe("docs/guide/scan.md:2: outputs scan: renewed\n");
    expect((await run("--check")).code).toBe(1);
  });

  it("writes no document where one of them is wrong", async () => {
    write("docs/guide/scan.md", "<!-- berth docs: inputs scam -->\n<!-- berth end -->\n");
    const before = read("README.md");
    await expect(run()).rejects.toThrow('docs/guide/scan.md:1: there is no component "scam"');
    expect(read("README.md")).toBe(before);
    await expect(run("none.md")).rejects.toThrow('there is no document "none.md"');
    rmSync(join(folder, "templates"), { recursive: true });
    await expect(run()).rejects.toThrow('no folder "templates"');
  });
});

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function read(path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

async function run(...args: string[]): Promise<{ code: ExitCode | undefined; stdout: string }> {
  let stdout = "";
  let code: ExitCode | undefined;
  const program = new Command("docs");
  const surroundings = {
    cwd: folder,
    env: {},
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: () => undefined },
    signal: new AbortController().signal,
  };
  command(program, surroundings, (given) => {
    code = given;
  });
  await program.parseAsync(args, { from: "user" });
  return { code, stdout };
}
