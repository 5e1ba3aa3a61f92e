import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { addFile, makeProject } from "./job.ts";

const program = fileURLToPath(new URL("../../scripts/lib/resolved_requirements.py", import.meta.url));
const { path: folder, remove } = makeProject({});
afterAll(remove);
mkdirSync(join(folder, "wheels"));
const a = "a".repeat(64);
const b = "b".repeat(64);

/** Both files that come of it, and what is refused. */
function divide(resolved: string, requirements: string, variables: Record<string, string> = {}) {
  addFile(folder, "resolved.txt", resolved);
  addFile(folder, "requirements.txt", requirements);
  const { status, stderr } = spawnSync(
    "python3",
    ["-B", program, "resolved.txt", "requirements.txt", "hashed.txt", "other.txt"],
    { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH, ...variables } },
  );
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { code: status, stderr, hashed: read("hashed.txt"), other: read("other.txt") };
}
const flask = `flask[async]==3.0 \\\n    --hash=sha256:${a} \\\n    --hash=sha256:${b}\n`;

describe("what uv resolved, for pip", () => {
  it("is divided into what has hashes and what has none", () => {
    const own = "-e .\nlib @ file:///lib\n";
    expect(divide(own + flask, "flask[async]\n-e .\n./lib\n")).toEqual({
      code: 0,
      stderr: "",
      hashed: `flask[async]==3.0 --hash=sha256:${a} --hash=sha256:${b}\n`,
      other: own,
    });
  });

  it("keeps the options of the project's files, those of the folder that each file lies in", () => {
    addFile(folder, "sub/more.txt", "--find-links ../wheels\n--extra-index-url=https://b # second\n");
    const { hashed, other } = divide(flask, "-i https://a\n--pre\n-rsub/more.txt\nflask\n");
    expect(hashed.split("\n").slice(0, -2)).toEqual([
      "-i https://a",
      "--pre",
      `--find-links ${folder}/sub/../wheels`,
      "--extra-index-url https://b",
    ]);
    expect(other).toBe("");
  });

  it("has only files with the project's hashes, where it names any", () => {
    expect(divide(flask, `Flask==3.0 \\\n  --hash sha256:${b}\n`).hashed).toBe(
      `flask[async]==3.0 --hash=sha256:${b}\n`,
    );
    const wrong = divide(flask, `flask==3.0 --hash=sha256:${"c".repeat(64)}\n`);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain(
      "error: no file of flask==3.0 in the package index has a hash that requirements.txt names",
    );
    expect(divide(flask, `other==1 --hash=sha256:${a}\n`).stderr).toContain(
      "error: requirements.txt has hashes, but none for flask==3.0",
    );
  });

  it("demands hashes where pip is set up to", () => {
    expect(divide(flask, "flask\n", { BERTH_REQUIRE_HASHES: "1" })).toMatchObject({ code: 1 });
  });
});
