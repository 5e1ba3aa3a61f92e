import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/base/usage-error.ts";
import type { SmokeOptions } from "../../../src/commands/smoke/options.ts";
import { smoke } from "../../../src/commands/smoke/run.ts";
import { type GitlabServer, startGitlabServer } from "../../gitlab-server/index.ts";

let folder: string;
let server: GitlabServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-smoke-command-"));
  server = await startGitlabServer();
  server.addProject("group/berth", { "README.md": "Components\n" });
  await scenario(
    "greeting",
    "description: Says hello\npipeline: |\n  hello: { script: [echo hello world] }\nexpect: { jobs: { hello: success } }\n",
  );
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("berth smoke --on gitlab", () => {
  it("says in one line what to set where there is no token", async () => {
    const { code, stdout, stderr } = await berthSmoke({}, { GITLAB_TOKEN: undefined });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^no GitLab token: set GITLAB_TOKEN to an access token with the scope api .*\n$/);
  });

  it("shows a token nowhere: not in traces, reports, notes or errors, also with --verbose", async () => {
    await scenario(
      "leak",
      `description: A job that knows the token\npipeline: |\n  leak: { script: ["echo it is ${server.token}; exit 1"] }\nexpect: { jobs: { leak: success } }\n`,
    );
    openMergeRequest();
    const { code, stdout, stderr } = await berthSmoke({
      verbose: true,
      note: true,
      mergeRequest: "1",
      junit: "smoke.xml",
      markdown: "smoke.md",
      logs: "logs",
    });
    expect(code).toBe(1);
    expect(stderr).toContain("it is glpat-[MASKED]");
    const logs = await readdir(join(folder, "logs/leak"));
    const texts = ["smoke.xml", "smoke.md", ...logs.map((name) => join("logs/leak", name))];
    const written = await Promise.all(texts.map((name) => readFile(join(folder, name), "utf8")));
    const note = server.state.mergeRequests[0]?.notes[0]?.body;
    expect([stdout, stderr, note, ...written].join("\n")).not.toContain(server.token);

    const wrong = await berthSmoke({ verbose: true }, { GITLAB_TOKEN: "glpat-not-the-right-one" });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("401");
    expect(wrong.stdout + wrong.stderr).not.toContain("not-the-right-one");
  });

  it("posts one note on the merge request, and rewrites it the next time", async () => {
    openMergeRequest();
    expect((await berthSmoke({ note: true }, { CI_MERGE_REQUEST_IID: "1" })).code).toBe(0);
    await scenario(
      "greeting",
      "description: Says hello\npipeline: |\n  hello: { script: [exit 7] }\nexpect: { jobs: { hello: success } }\n",
    );
    expect((await berthSmoke({ note: true, mergeRequest: "1" })).code).toBe(1);
    const notes = server.state.mergeRequests[0]?.notes ?? [];
    expect(notes).toHaveLength(1);
    expect(notes[0]?.body).toMatch(/^<!-- berth smoke -->\n### Smoke runs: 0 passed, 1 failed/);
    expect(notes[0]?.body).toContain("hello: state is failed, expected success");
    expect(notes[0]?.body).toMatch(/\[✗ hello\]\(http:\/\/127.0.0.1:\d+\/group\/berth\/-\/jobs\/\d+\)/);
  });

  it.each([
    [{ note: true }, /^--note: no merge request: name one with --merge-request NUMBER/],
    [{ note: true, mergeRequest: "!12" }, /^--merge-request !12: give its number/],
    [{ note: true, mergeRequest: "12" }, /merge_requests\/12.* does not exist or the token cannot see it/],
  ])("finds out before the first run that it cannot post: %j", async (options, message) => {
    const { code, stderr } = await berthSmoke(options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(server.state.pipelines).toEqual([]);
  });

  it("compares both runners, and says which runs GitLab cannot do", async () => {
    await scenario(
      "tagged",
      "description: x\nref: 1.0.0\ntag: true\npipeline: |\n  a: { script: [ls] }\nexpect: { pipeline: success }\n",
    );
    await scenario(
      "apart",
      'description: x\nsource: push\npipeline: |\n  a: { script: [\'test "$CI_RUNNER_DESCRIPTION" = ""\'], rules: [{ exists: [.berth-smoke.yml], when: always }] }\n  b: { script: [ls] }\nexpect: { pipeline: success }\n',
    );
    const { code, stdout, stderr } = await berthSmoke({ compare: true });
    expect(stderr).toContain("left out on GitLab: tagged: pipelines for tags run on the local runner only");
    expect(stdout).toContain("differs: apart, a: local nothing, gitlab failed");
    expect(code).toBe(1);
  });
});

function openMergeRequest(): void {
  const project = server.state.projects[0];
  if (!project) throw new Error("there is a project");
  const request = { project, source: "change", target: "main", title: "T", state: "opened" };
  server.state.mergeRequests.push({ id: 1, iid: 1, ...request, preparedAt: "2026-01-01", notes: [] });
}

async function scenario(name: string, text: string): Promise<void> {
  const file = join(folder, "test/smoke", name, "scenario.yml");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function berthSmoke(options: Partial<SmokeOptions>, env: NodeJS.ProcessEnv = {}) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const usual = { on: "gitlab", project: "group/berth", executor: "shell", concurrency: "2", interval: 100 };
  const all = { ...usual, ...options };
  const given = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token, ...env };
  const surroundings = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...given },
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    signal: new AbortController().signal,
  };
  try {
    return { code: await smoke([], all, surroundings), ...written };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // As the command line does.
    return { code: 2, stdout: written.stdout, stderr: `${written.stderr}${error.message}\n` };
  }
}
