import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../src/commands/expand.ts";
import { localSources } from "../../src/sources/local.ts";
import { tagOfVersion } from "../../src/sources/versions.ts";
import { runCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-sources-"));
const mirror = join(folder, "mirror");
const shared = join(mirror, "group/shared");
let first = "";

beforeAll(() => {
  mkdirSync(shared, { recursive: true });
  git("init", "--initial-branch=main");
  release("1.0.0", "scan: { script: first }\n");
  first = git("rev-parse", "HEAD").trim();
  release("1.2.0", "scan: { script: second }\n");
  release("2.0.0-rc1", "scan: { script: third }\n");
  write(join(folder, "plain/group/other/main/templates/lint/template.yml"), "lint: { script: plain }\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("projects on this machine", () => {
  const sources = localSources({ workTrees: new Map(), mirrors: [mirror, join(folder, "plain")] });
  const read = async (version: string) => {
    const found = await sources.component!("group/shared", version);
    return typeof found === "object" ? (await found.tree.read("templates/scan.yml"))?.trim() : found;
  };

  it.each([
    ["1.0.0", "first"],
    ["1", "second"],
    ["~latest", "second"],
    ["main", "third"],
    ["2.0.0-rc1", "third"],
  ])("version %s of a git repository", async (version, script) => {
    expect(await read(version)).toBe(`scan: { script: ${script} }`);
  });

  it("a commit, and a version that is not there", async () => {
    expect(await read(first)).toBe("scan: { script: first }");
    expect(await read("3")).toBeUndefined();
  });

  it("plain folders, one for each version", async () => {
    const found = await sources.project!("group/other", "main");
    expect(found).toMatchObject({ sha: "main" });
    expect(await sources.project!("group/other", "v9")).toBe("missing_ref");
    expect(await sources.project!("group/none", "main")).toBeUndefined();
  });

  it("a moving version never means a pre-release", () => {
    expect(tagOfVersion("~latest", ["1.9.0", "1.10.0", "2.0.0-rc.1", "v3.0.0"])).toBe("1.10.0");
    expect(tagOfVersion("1.9", ["1.9.0", "1.9.3", "1.10.0"])).toBe("1.9.3");
    expect(tagOfVersion("4", ["1.9.0"])).toBeUndefined();
  });
});

describe("berth expand", () => {
  it("prints the merged pipeline with a component from a mirror", async () => {
    write(join(folder, "app/.gitlab-ci.yml"), "include:\n  - component: gitlab.com/group/shared/scan@1\n");
    const { code, out } = await expand("app/.gitlab-ci.yml", "--mirror", "mirror");
    expect(out).toBe("scan:\n  script: second\n");
    expect(code).toBe(0);
  });

  it("tells what is wrong, where, and where the file was included", async () => {
    write(join(folder, "bad/.gitlab-ci.yml"), "include: /jobs.yml\n");
    write(join(folder, "bad/jobs.yml"), "test:\n  script: x\n  retry: 9\n");
    const { code, out, err } = await expand("bad/.gitlab-ci.yml");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(
      "jobs.yml:3:10: error: retry config must be less than or equal to 2\n  included from bad/.gitlab-ci.yml:1:10\n",
    );
  });

  it("lists the jobs with what decided, and draws them", async () => {
    const text =
      "a: { script: x, stage: build }\nb: { script: y, needs: [a], rules: [{ if: $B }] }\nc: { script: z, needs: [a] }\n";
    write(join(folder, "jobs/.gitlab-ci.yml"), text);
    const table = (await expand("jobs/.gitlab-ci.yml", "--jobs")).out;
    expect(table).toMatch(/^build +a +on_success/m);
    expect(table).toMatch(/^b +no rule matched \(rule 1: if: \$B\)$/m);
    const withVariable = (await expand("jobs/.gitlab-ci.yml", "--jobs", "--format", "json", "--var", "B=1"))
      .out;
    expect(Object.keys(JSON.parse(withVariable).jobs)).toEqual(["a", "b", "c"]);
    expect((await expand("jobs/.gitlab-ci.yml", "--graph", "mermaid")).out).toContain("job0 --> job1");
    expect((await expand("jobs/.gitlab-ci.yml", "--graph", "svg")).out).toMatch(
      /^<svg .*<title>c<\/title>.*<\/svg>\n$/s,
    );
  });

  it("takes the stages of a component from its jobs, and those of a pipeline as GitLab does", async () => {
    const text = "check: { script: x, stage: verify }\nrelease: { script: y, stage: ship, needs: [check] }\n";
    write(join(folder, "stages/templates/ship.yml"), `spec:\n---\n${text}`);
    write(join(folder, "stages/.gitlab-ci.yml"), text);
    expect((await expand("stages/templates/ship.yml", "--jobs")).out).toMatch(
      /^verify +check.*^ship +release/ms,
    );
    expect((await expand("stages/.gitlab-ci.yml", "--jobs")).err).toContain(
      "chosen stage verify does not exist",
    );
  });

  it("tells of each input by itself, where it is declared", async () => {
    write(
      join(folder, "inputs.yml"),
      "spec:\n  inputs:\n    a:\n    b: { type: number }\n---\nj: { script: x }\n",
    );
    const { err } = await expand("inputs.yml", "--input", "b=x");
    expect(err.split("\n")).toEqual([
      "inputs.yml:3:5: error: `a` input: required value has not been provided",
      "inputs.yml:4:5: error: `b` input: provided value is not a number",
      "",
    ]);
  });

  it("says that remote files are not fetched here", async () => {
    write(join(folder, "remote.yml"), "include: { remote: 'https://example.com/x.yml' }\n");
    expect((await expand("remote.yml")).err).toContain("only --sources gitlab fetches remote files");
  });

  it("refuses options that it does not know in one line", async () => {
    await expect(expand("jobs/.gitlab-ci.yml", "--graph", "dot")).rejects.toThrow(
      "the choices are mermaid, svg",
    );
    await expect(expand("jobs/.gitlab-ci.yml", "--source", "tag")).rejects.toThrow(
      "--source tag: the choices are push, ",
    );
    await expect(expand("none.yml")).rejects.toThrow("cannot read none.yml");
    await expect(expand("jobs/.gitlab-ci.yml", "--input", "x")).rejects.toThrow("--input name=value");
  });
});

const expand = (...args: string[]) => runCommand(command, args, { cwd: folder });

function release(tag: string, text: string): void {
  write(join(shared, "templates/scan.yml"), text);
  git("add", ".");
  git("commit", "-m", tag);
  git("tag", tag);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return execFileSync("git", [...identity, ...args], {
    cwd: shared,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe("berth expand of a component with spec:include", () => {
  it("is refused, as GitLab refuses every include of it", async () => {
    write(join(folder, "own/in.yml"), "inputs: {level: {default: a}}\n");
    write(
      join(folder, "own/templates/scan.yml"),
      "spec:\n  include: [in.yml]\n---\nscan:\n  script: $[[ inputs.level ]]\n",
    );
    const { code, err } = await runCommand(command, ["templates/scan.yml"], { cwd: join(folder, "own") });
    expect(code).toBe(1);
    expect(err).toContain(
      "templates/scan.yml:2:3: error: Component `templates/scan.yml` cannot use `spec:include`.",
    );
  });
});
