import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { startGitlabServer } from "./index.ts";

const run = promisify(execFile);
/** GitLab's own command line, where it is installed (Debian has it in testing, 1.53); BERTH_GLAB names another place. */
const glab = process.env.BERTH_GLAB ?? "glab";
const installed = spawnSync(glab, ["--version"]).status === 0;
const cleanUps: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanUps.map((each) => each())));

describe.skipIf(!installed)("the stand-in, to a client that we did not write", () => {
  it("starts a pipeline, lists it and follows a job's trace", async () => {
    const server = await startGitlabServer();
    const home = await mkdtemp(join(tmpdir(), "berth-glab-"));
    cleanUps.push(
      () => server.stop(),
      () => rm(home, { recursive: true }),
    );
    server.addProject("group/app", { ".gitlab-ci.yml": "greet: { script: [echo hello] }" });
    const { host } = new URL(server.address);
    const env = {
      PATH: process.env.PATH,
      GLAB_CONFIG_DIR: home,
      GITLAB_TOKEN: server.token,
      GITLAB_HOST: host,
      NO_PROMPT: "1",
      GLAB_CHECK_UPDATE: "false",
    };
    const call = async (...args: string[]) =>
      (await run(glab, args, { env, cwd: home, timeout: 30_000 })).stdout;
    await call("config", "set", "api_protocol", "http", "--host", host);

    expect(JSON.parse(await call("api", "projects/group%2Fapp"))).toMatchObject({
      path_with_namespace: "group/app",
    });
    expect(await call("ci", "run", "--repo", "group/app", "--branch", "main")).toMatch(
      /Created pipeline \(id: 1 /,
    );
    expect(await call("ci", "list", "--repo", "group/app")).toMatch(/Showing 1 pipeline on group\/app/);
    expect(await call("ci", "trace", "1", "--repo", "group/app")).toMatch(/^hello$/m);
    expect(server.state.pipelines).toHaveLength(1);
  });
});
