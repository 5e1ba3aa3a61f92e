import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../../skipped.ts";
import { type GitlabServer, type ServerProject, startGitlabServer } from "../index.ts";

const run = promisify(execFile);
const programs = join(process.env.BERTH_CLIENTS ?? "/nonexistent", "node_modules/.bin");
const missing = existsSync(join(programs, "gitbeaker")) ? "" : "the packages are not there: npm run clients";

let server: GitlabServer;
let project: ServerProject;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-packages-"));
  server = await startGitlabServer();
  const files = {
    ".gitlab-ci.yml": "a: { script: [echo hi] }\n",
    "package.json": '{"name":"app","version":"0.0.0"}',
  };
  project = server.addProject("group/app", files);
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe("the stand-in, to the command line of gitbeaker", skippedWhere(missing), () => {
  const call = async (...args: string[]) => {
    const access = [`--gb-host=${server.address}`, `--gb-token=${server.token}`];
    const { stdout } = await run(join(programs, "gitbeaker"), [...args, ...access], {
      cwd: folder,
      timeout: 60_000,
    });
    return JSON.parse(stdout);
  };

  it("makes branches, releases and pipelines, and lists them, commits and jobs", async () => {
    const of = "--project-id=group/app";
    await call("branches", "create", of, "--branch-name=made", "--ref=main");
    expect(project.branches()).toContain("made");
    await call("project-releases", "create", of, "--tag-name=1.1.0", "--ref=main", "--description=Notes");
    expect(await call("project-releases", "all", of)).toMatchObject([
      { tag_name: "1.1.0", description: "Notes" },
    ]);
    expect(await call("commits", "all", of)).toMatchObject([{ title: "First" }]);
    const { id } = await call("pipelines", "create", of, "--ref=main");
    await server.state.pipelines.find((each) => each.id === id)?.rest();
    expect(await call("pipelines", "show", of, `--pipeline-id=${id}`)).toMatchObject({ status: "success" });
    const jobs = await call("jobs", "all", of);
    expect(jobs.filter((each: { pipeline: { id: number } }) => each.pipeline.id === id)).toMatchObject([
      { name: "a", status: "success" },
    ]);
  });
});

describe("the stand-in, to semantic-release with @semantic-release/gitlab", skippedWhere(missing), () => {
  it("takes the pushed tag, the release, and the question after its merge requests", async () => {
    const clone = join(folder, "clone");
    const address = server.address.replace("//", `//oauth2:${server.token}@`);
    const git = (...args: string[]) =>
      run("git", ["-C", clone, "-c", "user.name=T", "-c", "user.email=t@example.com", ...args]);
    await run("git", ["clone", "--quiet", `${address}/group/app.git`, clone]);
    await git("commit", "--quiet", "--allow-empty", "--message", "feat: more");
    await git("push", "--quiet", "origin", "main");
    const plugins = ["commit-analyzer", "release-notes-generator", "gitlab"].map(
      (each) => `@semantic-release/${each}`,
    );
    await writeFile(join(clone, ".releaserc.json"), JSON.stringify({ branches: ["main"], plugins }));
    const env = {
      ...{ PATH: process.env.PATH, HOME: folder, CI: "true", GITLAB_CI: "true" },
      ...{ GL_URL: server.address, GL_TOKEN: server.token },
      ...{ CI_PROJECT_PATH: "group/app", CI_COMMIT_REF_NAME: "main", CI_COMMIT_BRANCH: "main" },
    };
    const args = ["--repository-url", `${server.address}/group/app.git`];
    await run(join(programs, "semantic-release"), args, { cwd: clone, env, timeout: 120_000 });
    expect(project.tags()).toContain("v1.0.0");
    expect(project.releases.find((each) => each.tag_name === "v1.0.0")?.description).toContain("more");
    expect(server.log.filter((each) => each.endsWith("/merge_requests")).length).toBeGreaterThan(0);
  });
});
