import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type GitlabServer, type ServerProject, startGitlabServer, tokens } from "./index.ts";

const run = promisify(execFile);
let server: GitlabServer;
let project: ServerProject;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-git-http-"));
  server = await startGitlabServer({ subPath: "/gitlab", backgroundDelay: 0 });
  project = server.addProject("group/app", {
    "README.md": "An application\n",
    ".gitlab-ci.yml": "a: { script: [ls] }\n",
  });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Real git, with nothing of this user's settings, and no question at a terminal. */
async function git(...args: string[]): Promise<string> {
  const person = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"];
  const env = { PATH: process.env.PATH, HOME: folder, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" };
  return (await run("git", [...person, ...args], { env, cwd: folder })).stdout;
}

const address = (token: string) => `${server.address.replace("://", `://oauth2:${token}@`)}/group/app.git`;

it("a Developer clones, pushes a branch and a tag, and each starts its pipeline", async () => {
  const clone = join(folder, "clone");
  await git("clone", "--quiet", address(tokens.developer.value), clone);
  expect(await readFile(join(clone, "README.md"), "utf8")).toBe("An application\n");
  await writeFile(join(clone, "more.txt"), "x".repeat(200_000));
  await git("-C", clone, "add", ".");
  await git("-C", clone, "commit", "--quiet", "--message", "More");
  await git("-C", clone, "tag", "1.0.0");
  await git("-C", clone, "push", "--quiet", "origin", "HEAD:refs/heads/change", "1.0.0");
  expect(project.branches()).toEqual(["change", "main"]);
  expect(project.read("1.0.0", "more.txt")?.length).toBe(200_000);
  const started = server.state.pipelines.map(
    ({ start }) => `${start.source} ${start.tag ? "tag" : "branch"} ${start.ref}`,
  );
  expect(started.toSorted()).toEqual(["push branch change", "push tag 1.0.0"]);
});

it.each([
  ["a wrong token", "wrong", "Authentication failed"],
  ["a token that may read the API only", tokens.reader.value, "Authentication failed"],
])("%s gets nothing", async (_, token, message) => {
  await expect(git("ls-remote", address(token))).rejects.toThrow(message);
});

it.each([
  ["a Reporter", tokens.reporter.value],
  ["a job token", tokens.job.value],
])("%s reads and does not push", async (name, token) => {
  expect(await git("ls-remote", "--heads", address(token))).toContain("refs/heads/main");
  const clone = join(folder, name.replaceAll(" ", "-"));
  await git("clone", "--quiet", address(token), clone);
  await expect(git("-C", clone, "push", "--quiet", "origin", "HEAD:refs/heads/other")).rejects.toThrow("403");
});

it("a project that the token cannot see is not there", async () => {
  project.hidden = true;
  await expect(git("ls-remote", address(tokens.developer.value))).rejects.toThrow("not found");
  project.hidden = false;
});
