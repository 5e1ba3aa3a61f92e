import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type JobResult, makeProject, runJob, scriptOf } from "./job.ts";

const script = scriptOf("validate", "validate_syntax");
const projects: { remove(): void }[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

function project(files: Record<string, string | Buffer>): string {
  const made = makeProject(files);
  projects.push(made);
  return made.path;
}

describe("validate_syntax", () => {
  it("reports every syntax error with file and line, in the log and for the merge request", async () => {
    const folder = project({
      "wsgi.py": "print('fine')\n",
      "blog/views.py": "def view():\n    return (\n",
      "blog/deep/models.py": "x = 1\nclass :\n",
      "a name with 'quotes'.py": "\n\nx = = 2\n",
      "nul.py": Buffer.from("x = 1\0\n"),
      "latin.py": Buffer.from([0x78, 0x3d, 0x22, 0xe9, 0x22, 0x0a]),
    });
    const { code, output } = await runJob(script, folder, {});
    expect(code).toBe(1);
    expect(output).toMatch(/^blog\/views\.py:2:\d+: '\(' was never closed$/m);
    expect(output).toMatch(/^blog\/deep\/models\.py:2:\d+: invalid syntax$/m);
    expect(output).toMatch(/^a name with 'quotes'\.py:3:\d+: invalid syntax$/m);
    expect(output).toMatch(/^nul\.py:1:\d+: .*null bytes/m);
    expect(output).toMatch(/^latin\.py:1:\d+: .*utf-8/m);
    expect(output).toMatch(/6 Python files, 5 with a syntax error/);
    const report = JSON.parse(readFileSync(join(folder, ".berth/reports/syntax.json"), "utf8"));
    expect(report).toHaveLength(5);
    const views = report.find(
      (each: { location: { path: string } }) => each.location.path === "blog/views.py",
    );
    expect(views).toMatchObject({ severity: "blocker", location: { positions: { begin: { line: 2 } } } });
    expect(new Set(report.map((each: { fingerprint: string }) => each.fingerprint)).size).toBe(5);
  });

  it("is content with good files, and looks at no environment, repository or excluded file", async () => {
    const broken = "def (\n";
    const folder = project({
      "app/good.py": "x: int = 1\n",
      "app/legacy/old.py": broken,
      "app/templates/code.py": broken,
      "venv/lib/x.py": broken,
      "my-env/pyvenv.cfg": "",
      "my-env/lib/x.py": broken,
      ".git/hooks/x.py": broken,
      "app/notes.txt": broken,
    });
    const { code, output } = await runJob(script, folder, { BERTH_EXCLUDE: "app/legacy *emplate?" });
    expect(output).toMatch(/^1 Python files, 0 with a syntax error/m);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, ".berth/reports/syntax.json"), "utf8")).toBe("[]");
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ["a folder without Python files", { "readme.txt": "" }, {}, /error: no Python file in \./],
    ["a missing folder", {}, { BERTH_SOURCE_FOLDER: "src" }, /error: there is no folder "src"/],
    [
      "another Python",
      { "a.py": "" },
      { BERTH_PYTHON_VERSION: "3.2" },
      /error: Python 3\.2 is wanted .*this job has/,
    ],
  ])("refuses %s in one line", async (_, files, variables, message) => {
    const { code, output } = await runJob(script, project(files), variables);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output.trim().split("\n")).toHaveLength(1);
  });

  it("does the same whatever shell the image gives to the runner", async () => {
    const folder = project({ "a.py": "x = (\n" });
    const shells = [["bash"], ["bash", "--posix"], ["dash"]];
    const results: JobResult[] = [];
    for (const shell of shells) results.push(await runJob(script, folder, {}, shell));
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0]!.output).toContain("a.py:1:5:");
  });

  it("takes an input for text, never for code", async () => {
    const folder = project({ "a.py": "" });
    const hostile = "$(touch pwned) `touch pwned` ; touch pwned * \"' \\";
    const { output } = await runJob(script, folder, { BERTH_EXCLUDE: hostile });
    expect(output).toContain("no Python file");
    expect(() => readFileSync(join(folder, "pwned"))).toThrow();
  });
});
