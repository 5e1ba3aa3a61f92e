import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as face from "../../src/index.ts";

/*
 * The library as its users have it: the packed tarball, unpacked where npm would put it, in a project that knows nothing of this one.
 */

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const tool = (name: string) => fileURLToPath(import.meta.resolve(name));
const description = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-consumers-"));
  const packed = join(folder, "berth");
  const tsx = [process.execPath, tool("tsx/cli")] as const;
  const build = (name: string, to: string) => run(tsx[0], [tsx[1], join(root, "src/build", name), to]);
  await build("build.ts", join(packed, "dist"));
  await build("types.ts", join(packed, "dist/types"));
  for (const name of ["package.json", "README.md", "LICENSE", ...description.files])
    if (name !== "dist") cpSync(join(root, name), join(packed, name), { recursive: true });
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--offline"], { cwd: packed });
  await run("tar", ["-xzf", join(packed, stdout.trim()), "-C", folder, "--one-top-level=unpacked"]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A consumer's project with the package installed. Only what the package says it needs is there beside it. */
function install(name: string): string {
  const project = join(folder, name);
  cpSync(join(root, "test/library/consumers", name), project, { recursive: true });
  const modules = join(project, "node_modules");
  mkdirSync(modules);
  cpSync(join(folder, "unpacked/package"), join(modules, "berth"), { recursive: true });
  for (const dependency of Object.keys(description.dependencies)) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(root, "node_modules", dependency), join(modules, dependency));
  }
  return project;
}

async function output(project: string, file: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["--no-warnings", file], { cwd: project });
  return JSON.parse(stdout);
}

test("a project in TypeScript (nodenext, strict, libraries checked) compiles against the package, and runs", async () => {
  const project = install("typescript");
  const tsc = join(dirname(tool("typescript/package.json")), "bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "--project", project]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe("");
  expect(await output(project, "out/consumer.js")).toEqual({
    allowed: ["low", "high"],
    need: "gone",
    place: 1,
    jobs: ["build"],
    findings: ["need-undefined"],
    fixed: "string",
    changes: ["input-options-narrowed major"],
    condition: true,
    known: true,
    newest: face.NEWEST_VERSION.major,
  });
});

test("a project in JavaScript imports and requires it, and has all of the face", async () => {
  expect(await output(install("javascript"), "consumer.js")).toEqual({
    valid: false,
    code: "need-undefined",
    facts: { need: "gone" },
    refused: "true",
    required: true,
    names: Object.keys(face).sort(),
  });
});

test("the command line of the package runs", async () => {
  const { stdout } = await run(process.execPath, [join(folder, "unpacked/package/dist/cli.js"), "--version"]);
  expect(stdout.trim()).toBe(description.version);
});
