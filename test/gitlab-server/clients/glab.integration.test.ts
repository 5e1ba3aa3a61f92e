import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../../skipped.ts";
import { startGitlabServer } from "../index.ts";

const run = promisify(execFile);
/** GitLab's own command line, where it is installed (Debian has it in testing, 1.53); BERTH_GLAB names another place. */
const glab = process.env.BERTH_GLAB ?? "glab";
const installed = spawnSync(glab, ["--version"]).status === 0;
const cleanUps: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanUps.map((each) => each())));

describe(
  "the stand-in, to a client that we did not write",
  skippedWhere(installed ? "" : "glab is not installed: npm run clients"),
  () => {
    it("starts a pipeline, lists it, follows a job's trace and fetches its artifacts", async () => {
      const { server, call, home } = await open(
        "greet: { script: [echo hello | tee out.txt], artifacts: { paths: [out.txt] } }\nchild: { trigger: { include: child.yml } }",
      );
      expect(JSON.parse(await call("api", "projects/group%2Fapp"))).toMatchObject({
        path_with_namespace: "group/app",
      });
      expect(await call("ci", "run", "--repo", "group/app", "--branch", "main")).toMatch(
        /Created pipeline \(id: 1 /,
      );
      expect(await call("ci", "list", "--repo", "group/app")).toMatch(/Showing 1 pipeline on group\/app/);
      expect(await call("ci", "trace", "1", "--repo", "group/app")).toMatch(/ 01O hello$/m);
      await server.state.pipelines[0]?.rest();
      const details = await call(
        "ci",
        "get",
        "--repo",
        "group/app",
        "--pipeline-id",
        "1",
        "--output",
        "json",
      );
      expect(JSON.parse(details)).toMatchObject({ id: 1, status: "success", jobs: [{ name: "greet" }] });
      await call("job", "artifact", "main", "greet", "--repo", "group/app");
      expect(await readFile(join(home, "out.txt"), "utf8")).toBe("hello\n");
      const bridges = JSON.parse(await call("api", "projects/group%2Fapp/pipelines/1/bridges"));
      expect(bridges).toMatchObject([{ name: "child", downstream_pipeline: { id: 2 } }]);
      expect(server.state.pipelines).toHaveLength(2);
    });

    it("clones over HTTP, with glab as git's credential helper", async () => {
      const { home, host, call } = await open("greet: { script: [echo hello] }");
      const helper = `!${glab} auth git-credential`;
      await run("git", [
        "config",
        "--file",
        join(home, ".gitconfig"),
        `credential.http://${host}.helper`,
        helper,
      ]);
      await call("config", "set", "git_protocol", "https", "--host", host);
      await call("repo", "clone", "group/app", "clone");
      expect(await readFile(join(home, "clone/child.yml"), "utf8")).toContain("inner:");
    });

    it("lints, opens a merge request and writes a note on it", async () => {
      const { server, project, call } = await open("greet: { script: [echo hello] }");
      project.commit("change", "Change", [{ action: "create", file_path: "b", content: "" }], "main");
      const fields = { source_branch: "change", target_branch: "main", title: "A change" };
      const given = Object.entries(fields).flatMap(([key, value]) => ["--field", `${key}=${value}`]);
      const made = await call("api", "--method", "POST", "projects/group%2Fapp/merge_requests", ...given);
      expect(JSON.parse(made)).toMatchObject({ iid: 1, state: "opened", ...fields });
      expect(await call("mr", "list", "--repo", "group/app")).toMatch(/!1\s.*A change/);
      await call("mr", "note", "1", "--repo", "group/app", "--message", "Well done");
      expect(server.state.mergeRequests[0]?.notes.map((each) => each.body)).toEqual(["Well done"]);
      await call("mr", "close", "1", "--repo", "group/app");
      expect(server.state.mergeRequests[0]?.state).toBe("closed");
    });
  },
);

async function open(pipeline: string) {
  const server = await startGitlabServer();
  const home = await mkdtemp(join(tmpdir(), "berth-glab-"));
  cleanUps.push(
    () => server.stop(),
    () => rm(home, { recursive: true }),
  );
  const files = { ".gitlab-ci.yml": pipeline, "child.yml": "inner: { script: [ls] }" };
  const project = server.addProject("group/app", files);
  const { host } = new URL(server.address);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    GLAB_CONFIG_DIR: home,
    GITLAB_TOKEN: server.token,
    GITLAB_HOST: host,
    NO_PROMPT: "1",
    GLAB_CHECK_UPDATE: "false",
  };
  const call = async (...args: string[]) =>
    (await run(glab, args, { env, cwd: home, timeout: 30_000 })).stdout;
  // Some of its commands want to stand in a repository.
  await run("git", ["init", "--quiet", home]);
  await call("config", "set", "api_protocol", "http", "--host", host);
  return { server, project, home, host, call };
}
