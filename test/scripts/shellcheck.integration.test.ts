import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bundleScript } from "../../src/embed/bundle.ts";
import { skippedWhere } from "../skipped.ts";
import { systemHas } from "./system.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = readdirSync(join(root, "scripts"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sh"))
  .map((file) => `scripts/${file}`)
  .sort();
const where = skippedWhere((await systemHas("shellcheck")) ? "" : "no ShellCheck here");

/** What ShellCheck says of these files, one finding a line; empty when it is content. */
function shellcheck(files: readonly string[], ...options: string[]): string {
  try {
    return execFileSync("shellcheck", ["--format=gcc", ...options, ...files], {
      cwd: root,
      encoding: "utf8",
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe("the scripts", () => {
  it("have nothing that ShellCheck would say", { ...where, timeout: 300_000 }, () => {
    expect(scripts.length).toBeGreaterThan(0);
    expect(shellcheck(scripts)).toBe("");
  });

  it("would not pass with a fault in them", where, () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-shellcheck-"));
    writeFileSync(join(folder, "fault.sh"), "#!/bin/sh\nrm -rf $1/*\n");
    expect(shellcheck([join(folder, "fault.sh")])).toContain("SC2086");
    rmSync(folder, { recursive: true });
  });

  it.each(scripts)("%s is whole when it is embedded: bash or sh can read it to its end", (script) => {
    const bundle = bundleScript(script, (path) => readFileSync(join(root, path), "utf8"));
    const shell = bundle.startsWith("#!/bin/sh") ? "dash" : "bash";
    expect(() =>
      execFileSync(shell, ["-n"], { input: bundle, stdio: ["pipe", "pipe", "pipe"] }),
    ).not.toThrow();
  });
});
