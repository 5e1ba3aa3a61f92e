import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command } from "../../src/commands/expand.ts";
import { expandPipeline } from "../../src/index.ts";
import { runCommand } from "../command.ts";

const job = "---\nbuild: {script: 'make $[[ inputs.a ]]'}\n";
const files = { "in.yml": "inputs: {a: {default: b}}\n" };
const verdict = (include: string, inputs: Record<string, string> = {}) =>
  expandPipeline(`spec: {include: ${include}}\n${job}`, { files, inputs }).errors;

it("a header's include that fails leaves all given inputs unknown, in one message", () => {
  expect(verdict("[{local: gone.yml}]", { a: "x", c: "y" })).toEqual([
    "Local file `gone.yml` does not exist!, unknown input arguments: a, c",
  ]);
  expect(verdict("[{local: gone.yml}]")).toEqual(["Local file `gone.yml` does not exist!"]);
});

it("lists in the list of a header's includes are taken apart, and nothing is left out", () => {
  expect(verdict("[[in.yml], null, []]")).toEqual([]);
  expect(verdict("[[], 1]")).toEqual(["header:spec:include:include config should be a hash or a string"]);
});

it("berth expand tells a component its name and version", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-expand-"));
  try {
    mkdirSync(join(folder, "templates"));
    const text =
      "spec: {component: [name, version]}\n---\nbuild: {script: '$[[ component.name ]] $[[ component.version ]]'}\n";
    writeFileSync(join(folder, "templates/tool.yml"), text);
    const { code, out } = await runCommand(command, ["templates/tool.yml"], { cwd: folder });
    expect({ code, out }).toEqual({ code: 0, out: "build:\n  script: tool 1.0.0\n" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
