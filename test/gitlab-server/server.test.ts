import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type GitlabClient, isGitlabError, openGitlab, type Pipeline } from "../../src/gitlab/index.ts";
import {
  everyday,
  type GitlabServer,
  type GitlabServerOptions,
  seededFaults,
  startGitlabServer,
} from "./index.ts";

const servers: GitlabServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.stop()));
});

const pipelineFile = `
spec:
  inputs:
    greetingText: { default: hello }
---
stages: [test, deploy]
greet:
  stage: test
  script:
    - echo "$[[ inputs.greetingText ]] from $CI_COMMIT_BRANCH and $EXTRA"
    - mkdir -p out && echo made > out/file.txt
    - |
      printf '<testsuite><testcase name="a" classname="C" time="0.5"/><testcase name="b"><failure>no</failure></testcase></testsuite>' > report.xml
  artifacts:
    paths: [out]
    reports: { junit: report.xml }
by_hand:
  stage: deploy
  when: manual
  script: ['cat out/file.txt']
`;

describe("a pipeline on the stand-in", () => {
  it("is made with inputs and variables, followed, played, and gives its artifacts, reports and traces", async () => {
    const { client, server } = await start({ subPath: "/gitlab", pagination: "foreign-links" });
    const project = server.addProject("group/app", { ".gitlab-ci.yml": pipelineFile, "README.md": "App" });
    const commit = await client.repository.commit(project.path, {
      branch: "smoke/1",
      start: { branch: "main" },
      message: "Try\n\nit",
      actions: [{ action: "update", file_path: "README.md", content: "changed" }],
    });
    expect(await client.repository.file(project.path, "README.md", commit.id)).toBe("changed");
    const pushed = await client.pipelines.list(project.path, { ref: "smoke/1" });
    expect(pushed.map((each) => each.source)).toEqual(["push"]);

    const made = await client.pipelines.create(project.path, {
      ref: "smoke/1",
      inputs: { greetingText: "good day" },
      variables: [{ key: "EXTRA", value: "$5" }],
    });
    expect(made).toMatchObject({ source: "api", sha: commit.id });
    expect((await rest(client, project.path, made)).status).toBe("success");
    const jobs = await client.pipelines.jobs(project.path, made.id);
    expect(Object.fromEntries(jobs.map((each) => [each.name, each.status]))).toEqual({
      greet: "success",
      by_hand: "manual",
    });

    const greet = jobs.find((each) => each.name === "greet")!;
    expect(await client.jobs.traceReader(project.path, greet.id).read()).toContain(
      "good day from smoke/1 and",
    );
    const folder = await mkdtemp(join(tmpdir(), "berth-test-"));
    expect(await client.jobs.downloadArtifacts(project.path, greet.id, join(folder, "a.zip"))).toBe(true);
    expect(execFileSync("python3", ["-m", "zipfile", "-l", join(folder, "a.zip")]).toString()).toContain(
      "out/file.txt",
    );
    const report = await client.pipelines.testReport(project.path, made.id);
    expect(report).toMatchObject({ total_count: 2, failed_count: 1, success_count: 1 });

    const byHand = jobs.find((each) => each.name === "by_hand")!;
    expect(await client.jobs.downloadArtifacts(project.path, byHand.id, join(folder, "b.zip"))).toBe(false);
    await client.jobs.play(project.path, byHand.id);
    await rest(client, project.path, made);
    expect((await client.jobs.get(project.path, byHand.id)).status).toBe("success");
    await rm(folder, { recursive: true });
    await client.repository.removeBranch(project.path, "smoke/1");
    expect(await client.repository.branch(project.path, "smoke/1")).toBeUndefined();
  });

  it("is refused with the engine's reasons", async () => {
    const { client, server } = await start();
    const project = server.addProject("group/app", { ".gitlab-ci.yml": pipelineFile });
    const refused = client.pipelines.create(project.path, { ref: "main", inputs: { other: 1 } });
    await expect(refused).rejects.toThrow(/unknown input.*other|other/);
    server.addProject("group/none", { "README.md": "" });
    await expect(client.pipelines.create("group/none", { ref: "main" })).rejects.toThrow(
      /Missing CI config file/,
    );
  });

  it("stays pending where no runner has the tags, and can be cancelled", async () => {
    const { client, server } = await start({ runnerTags: ["linux"] });
    const file = "a: { tags: [windows], script: [dir] }\nb: { tags: [linux], script: [ls] }";
    const project = server.addProject("group/app", { ".gitlab-ci.yml": file });
    const made = await client.pipelines.create(project.path, { ref: "main" });
    const finished = async () =>
      (await client.pipelines.jobs(project.path, made.id)).map(({ name, status }) => `${name} ${status}`);
    await expect.poll(finished, { timeout: 100_000 }).toContain("b success");
    const jobs = await client.pipelines.jobs(project.path, made.id);
    expect(jobs.find((each) => each.name === "a")).toMatchObject({ status: "pending", runner: null });
    await client.pipelines.cancel(project.path, made.id);
    expect((await rest(client, project.path, made)).status).toBe("canceled");
  });

  it("runs for merge requests", async () => {
    const { client, server } = await start();
    const file = "a:\n  rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }]\n  script: [ls]";
    const project = server.addProject("group/app", { ".gitlab-ci.yml": file });
    project.commit("change", "Change", [{ action: "create", file_path: "b", content: "" }], "main");
    const request = await client.projects.createMergeRequest(project.path, {
      source: "change",
      target: "main",
      title: "T",
    });
    // GitLab makes it a moment later.
    const made = () => client.projects.mergeRequestPipelines(project.path, request.iid);
    await expect.poll(made, { timeout: 30_000 }).toHaveLength(1);
    const [first] = await made();
    expect(first?.source).toBe("merge_request_event");
    expect((await client.projects.createMergeRequestPipeline(project.path, request.iid)).id).toBeGreaterThan(
      first!.id,
    );
    await client.projects.note(project.path, request.iid, "<!-- berth -->one", "<!-- berth -->");
    await client.projects.note(project.path, request.iid, "<!-- berth -->two", "<!-- berth -->");
    expect(server.state.mergeRequests[0]?.notes.map((each) => each.body)).toEqual(["<!-- berth -->two"]);
    await client.projects.closeMergeRequest(project.path, request.iid);
    expect(server.state.mergeRequests[0]?.state).toBe("closed");
  });
});

describe("the catalog of the stand-in", () => {
  it("gets a version by the release keyword, which consumers then include by ~latest, 1 and 1.2", async () => {
    const { client, server } = await start();
    const component = (text: string) =>
      `spec:\n  inputs:\n    name: { default: a, description: Who }\n---\n"$[[ inputs.name ]]-job":\n  script: [echo ${text}]\n`;
    const release =
      "release:\n  rules: [{ if: $CI_COMMIT_TAG }]\n  script: [echo release]\n  release: { tag_name: $CI_COMMIT_TAG, description: Notes }\n";
    const library = server.addProject(
      "group/library",
      { ".gitlab-ci.yml": release, "README.md": "L", "templates/greet.yml": component("one") },
      "A library",
    );
    library.inCatalog = true;
    for (const [tag, text] of [
      ["1.1.0", "one"],
      ["1.2.0", "two"],
      ["1.2.3", "three"],
      ["2.0.0", "four"],
    ] as const) {
      library.commit("main", text, [
        { action: "update", file_path: "templates/greet.yml", content: component(text) },
      ]);
      await client.repository.createTag(library.path, tag, "main");
      await expect.poll(() => library.published, { timeout: 50_000 }).toContain(tag);
    }
    expect((await client.repository.tags(library.path)).map((each) => each.name)).toEqual([
      "2.0.0",
      "1.2.3",
      "1.2.0",
      "1.1.0",
    ]);
    expect((await client.projects.releases(library.path))[0]).toMatchObject({
      tag_name: "2.0.0",
      description: "Notes",
    });
    expect((await client.catalog.resources("library")).map((each) => each.fullPath)).toEqual([
      "group/library",
    ]);
    const versions = await client.catalog.versions(library.path);
    expect(versions?.map((each) => each.name)).toEqual(["2.0.0", "1.2.3", "1.2.0", "1.1.0"]);
    expect(versions?.[0]?.components[0]).toMatchObject({
      name: "greet",
      inputs: [{ name: "name", type: "STRING", required: false, default: "a" }],
    });
    expect(await client.catalog.versions("group/consumer")).toBeUndefined();

    const consumer = server.addProject("group/consumer", { "README.md": "C" });
    for (const [version, text] of [
      ["~latest", "four"],
      ["1", "three"],
      ["1.2", "three"],
      ["1.1.0", "one"],
    ] as const) {
      const content = `include: [{ component: $CI_SERVER_FQDN/group/library/greet@${version}, inputs: { name: x } }]`;
      const verdict = await client.pipelines.lint(consumer.path, content);
      expect(verdict.errors).toEqual([]);
      expect(verdict.merged_yaml).toContain(`echo ${text}`);
    }
    const missing = await client.pipelines.lint(
      consumer.path,
      "include: [{ component: $CI_SERVER_FQDN/group/library/greet@3 }]",
    );
    expect(missing.valid).toBe(false);
  });
});

describe("access to the stand-in", () => {
  it("tells a wrong token, a reading token, a reader's role and a hidden project apart", async () => {
    const { client, server } = await start();
    const project = server.addProject("group/app", { ".gitlab-ci.yml": "a: { script: [ls] }" });
    const as = (token: string) =>
      openGitlab({ env: { GITLAB_URL: server.address, GITLAB_TOKEN: token }, pause: 1 });
    await expect(as("wrong").projects.get(project.id)).rejects.toMatchObject({ kind: "unauthorized" });
    await expect(as(server.readToken).pipelines.create(project.id, { ref: "main" })).rejects.toThrow(
      /lacks the scope "api"/,
    );
    expect((await client.projects.token())?.scopes).toEqual(["api"]);
    project.readOnly = true;
    await expect(client.pipelines.create(project.id, { ref: "main" })).rejects.toMatchObject({
      kind: "forbidden",
    });
    project.hidden = true;
    await expect(client.projects.get(project.path)).rejects.toMatchObject({ kind: "not-found" });
  });

  it.each([
    "usual",
    "no-totals",
    "foreign-links",
    "no-headers",
  ] as const)("gives all projects of a group, pages told: %s", async (pagination) => {
    const { client, server } = await start({ pagination });
    for (let number = 0; number < 205; number += 1) server.addProject(`many/p${number}`);
    const paths: string[] = [];
    for await (const page of client.projects.ofGroup("many"))
      paths.push(...page.items.map((each) => each.path_with_namespace));
    expect(new Set(paths).size).toBe(205);
  });
});

describe("faults", () => {
  it.each(
    Array.from({ length: 12 }, (_, index) => index + 1),
  )("seed %i: one commit, one pipeline, one branch removed, or a clear error", async (seed) => {
    const { client, server } = await start({ faults: seededFaults(seed, 250, everyday) });
    const project = server.addProject("group/app", {
      ".gitlab-ci.yml":
        "workflow: { rules: [{ if: $CI_PIPELINE_SOURCE == 'api' }] }\na: { script: [echo hi] }",
    });
    try {
      const start = { branch: "main" };
      const commit = await client.repository.commit(project.path, {
        branch: "smoke/1",
        start,
        message: `Seed ${seed}`,
        actions: [{ action: "create", file_path: "x", content: "x" }],
      });
      const made = await client.pipelines.create(project.path, { ref: "smoke/1" });
      expect(made.sha).toBe(commit.id);
      await rest(client, project.path, made);
      await client.repository.removeBranch(project.path, "smoke/1");
      expect(project.branches()).toEqual(["main"]);
    } catch (error) {
      expect(isGitlabError(error)).toBe(true);
      expect((error as Error).message).not.toMatch(/\n/);
    }
    const sent = server.log.filter((each) => each.startsWith("POST") && each.endsWith("/pipeline"));
    expect(server.state.pipelines.length).toBeLessThanOrEqual(1);
    expect(sent.length).toBeGreaterThanOrEqual(server.state.pipelines.length);
  });
});

async function start(
  options: GitlabServerOptions = {},
): Promise<{ server: GitlabServer; client: GitlabClient }> {
  const server = await startGitlabServer(options);
  servers.push(server);
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  return { server, client: openGitlab({ env, pause: 5, perSecond: 200, horizon: 1_000 }) };
}

/** The pipeline as it is when nothing in it runs any more. */
async function rest(client: GitlabClient, project: string, { id }: Pipeline): Promise<Pipeline> {
  const states = servers.map(({ state }) => state);
  await states
    .flatMap(({ pipelines }) => pipelines)
    .find((each) => each.id === id)
    ?.rest();
  return client.pipelines.get(project, id);
}
