import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import type { ExitCode } from "../../src/commands/command.ts";
import { command } from "../../src/commands/release.ts";
import { startGitlabServer, tokens } from "../gitlab-server/index.ts";
import { base } from "./pairs.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-release-"));
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
    stdio: "pipe",
  });
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const commit = (tag: string) => {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", tag);
  git("tag", tag);
};

mkdirSync(join(folder, "templates"));
git("init", "--quiet");
write("templates/check.yml", base);
write("README.md", "Checks");
write("LICENSE", "MIT");
write(".gitlab-ci.yml", "publish: { script: [echo], release: { tag_name: $CI_COMMIT_TAG } }");
write("CHANGELOG.md", "## [1.0.0]\n\n- First\n");
commit("1.0.0");
commit("v9.9.9-not-semantic");
write("templates/check.yml", base.replace("[1, 2, 3]", "[1, 2]"));
write("CHANGELOG.md", "## [2.0.0]\n\n- No level 3\n\n## [1.1.0]\n\n- Wrong\n\n## [1.0.0]\n\n- First\n");
afterAll(() => rmSync(folder, { recursive: true }));

describe("berth release", () => {
  it("refuses a tag that is too low, with the change that asks for more", async () => {
    const { code, stdout } = await run("check", "--tag", "1.1.0");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^major {2}templates\/check.yml:5:40: check: input "level" does not take 3 any more \[input-options-narrowed\]$/m,
    );
    expect(stdout).toMatch(/1 changes since 1.0.0; the next version is 2.0.0 or higher/);
    expect(stdout).toMatch(
      /the tag "1.1.0" is too low: the major changes ask for 2.0.0 or higher \(input "level"/,
    );
  });

  it("lets an honest tag pass, and writes its notes", async () => {
    expect((await run("check", "--tag", "2.0.0")).code).toBe(0);
    const { stdout } = await run("notes", "--tag", "2.0.0");
    expect(stdout).toBe(
      '## 2.0.0\n\n- No level 3\n\n### Breaking: interface\n\n- `check`: input "level" does not take 3 any more\n',
    );
  });

  it("names what the catalog would miss", async () => {
    const verdict = JSON.parse((await run("check", "--tag", "v2.0.0", "--json")).stdout);
    expect(verdict.obstacles.map((each: { rule: string }) => each.rule)).toEqual([
      "tag-semantic",
      "changelog-section-present",
    ]);
  });

  it("says whom of a group the release breaks", async () => {
    const server = await startGitlabServer();
    const include = (level: number) =>
      `include: [{ component: host/lib/checks/check@1, inputs: { target: a, level: ${level} } }]`;
    server.addProject("big/one", { ".gitlab-ci.yml": include(3) });
    server.addProject("big/two", { ".gitlab-ci.yml": include(2) });
    server.addProject("big/three", { "README.md": "" });
    server.addProject("big/empty");
    const env = {
      GITLAB_URL: server.address,
      GITLAB_TOKEN: server.token,
      XDG_CACHE_HOME: join(folder, ".git"),
    };
    const { code, stdout } = await runWith(env, "impact", "--group", "big", "--project", "lib/checks");
    await server.stop();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^BREAKS {2}big\/one {2}.gitlab-ci.yml:1 {2}check@1\n {4}`level` input: /);
    expect(stdout).toMatch(/^fine {4}big\/two /m);
    expect(stdout).toMatch(/4 projects, 2 includes, 1 projects break\n$/);
    // A page, and the files of the three projects that have a commit.
    expect(server.log).toHaveLength(4);
  });

  it("takes the changelog's newest version for the tag, until that is released", async () => {
    expect((await run("check")).stdout).toContain("nothing stands in the way of 2.0.0");
    git("tag", "2.0.0");
    const { stdout } = await run("check");
    git("tag", "--delete", "2.0.0");
    expect(stdout).toContain('no entries under "## [Unreleased]"');
  });

  it("holds a mended older version against the one before it, not against the highest", async () => {
    git("tag", "3.0.0");
    const { stdout } = await run("check", "--tag", "1.0.1");
    git("tag", "--delete", "3.0.0");
    expect(stdout).toContain("changes since 1.0.0; the next version is 2.0.0 or higher");
  });

  it("asks GitLab, with a token: what the catalog wants of the project, and which tags were ever released", async () => {
    const server = await startGitlabServer();
    const project = server.addProject("lib/checks", { "README.md": "" });
    const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token, CI_PROJECT_PATH: "lib/checks" };
    const rules = async () =>
      JSON.parse((await runWith(env, "check", "--tag", "2.0.0", "--json")).stdout).obstacles.map(
        (each: { rule: string }) => each.rule,
      );
    expect(await rules()).toEqual(["project-described", "project-in-catalog"]);
    project.description = "Checks";
    project.inCatalog = true;
    expect(await rules()).toEqual([]);
    // 1.9.0 was refused: its tag is there, its release is not. What it broke must count against what follows.
    const release = {
      tag_name: "1.0.0",
      name: "1.0.0",
      description: "",
      released_at: "2026-01-01T00:00:00Z",
    };
    project.releases.push(release);
    commit("1.9.0");
    const { stdout } = await runWith(env, "check", "--tag", "1.9.1");
    expect(stdout).toContain("1 changes since 1.0.0; the next version is 2.0.0 or higher");
    await server.stop();
    git("tag", "--delete", "1.9.0");
  });

  it("checks the project's settings on GitLab, and gives the page where each is changed", async () => {
    const server = await startGitlabServer();
    const project = server.addProject("lib/checks", { "README.md": "" });
    const env = (token: { readonly value: string }) => ({
      GITLAB_URL: server.address,
      GITLAB_TOKEN: token.value,
    });
    const args = ["check", "--on", "gitlab", "--project", "lib/checks", "--tag", "2.0.0"];
    const page = `${server.address}/lib/checks`;
    try {
      const bare = await runWith(env(tokens.maintainer), ...args);
      expect(bare.code).toBe(1);
      const lines = bare.stdout.split("\n").filter((line) => line.startsWith("not "));
      expect(lines).toEqual([
        `not ready: the project has no description on GitLab, and is not published without one: ${page}/edit [project-described]`,
        `not ready: the project is not a catalog project yet: an Owner switches "CI/CD Catalog project" on: ${page}/edit#js-shared-permissions [project-in-catalog]`,
        `not ready: the tag 2.0.0 is not protected, so that every Developer may push it and protected variables are not there: ${page}/-/settings/repository#js-protected-tags-settings [tag-protected]`,
      ]);
      Object.assign(project, { description: "Checks", inCatalog: true });
      project.protectedTags.push("v*", "*.0");
      const ready = await runWith(env(tokens.maintainer), ...args);
      expect(ready.stdout).toMatch(/^nothing stands in the way of 2.0.0$/m);
      expect(ready.code).toBe(0);
      const low = await runWith(env(tokens.developer), ...args);
      expect(low.stdout).toContain(
        `the token's user is not a Maintainer, so cannot push a protected tag: ${page}/-/project_members`,
      );
      expect(low.stdout).toContain(
        "not told: whether release tags are protected: GitLab tells Maintainers only",
      );
      server.faults = ({ path }) =>
        path.endsWith("/projects/lib%2Fchecks")
          ? {
              kind: "change",
              change: ({ json }) => ({
                json: {
                  ...(json as object),
                  jobs_enabled: false,
                  ci_config_path: "ci/x.yml",
                  archived: true,
                },
              }),
            }
          : undefined;
      const off = JSON.parse((await runWith(env(tokens.maintainer), ...args, "--json")).stdout);
      expect(off.obstacles.map(({ rule }: { rule: string }) => rule)).toEqual([
        "project-active",
        "pipelines-on",
        "pipelines-on",
      ]);
      await expect(runWith(env(tokens.maintainer), "check", "--on", "gitlab")).rejects.toThrow(
        "no GitLab project",
      );
      await expect(runWith({}, ...args)).rejects.toThrow("no GitLab token");
    } finally {
      await server.stop();
    }
  });

  it("says that there is no such tag", async () => {
    await expect(run("check", "--since", "7.0.0")).rejects.toThrow('there is no tag "7.0.0"');
  });
});

function run(...args: string[]) {
  return runWith({}, ...args);
}

async function runWith(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: ExitCode | undefined; stdout: string }> {
  let stdout = "";
  let code: ExitCode | undefined;
  const program = new Command("release");
  const stream = { write: (text: string) => (stdout += text) };
  const surroundings = {
    cwd: folder,
    env,
    stdout: stream,
    stderr: stream,
    signal: new AbortController().signal,
  };
  command(program, surroundings, (given) => {
    code = given;
  });
  await program.parseAsync(args, { from: "user" });
  return { code, stdout };
}
