import { spawnSync } from "node:child_process";
import { readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RunProject, states } from "./project.ts";

let project: RunProject;

afterEach(() => project.remove());

const pipeline = `
stages: [build, test, deploy]
build:
  stage: build
  script: [mkdir out, 'echo "made from $(cat source)" > "out/a b.txt"']
  artifacts: { paths: [out/] }
unit:
  stage: test
  needs: [build]
  parallel: 2
  script: ['cat "out/a b.txt"', 'echo "node $CI_NODE_INDEX"']
lint:
  stage: test
  allow_failure: true
  script: [exit 3]
for reviewers:
  stage: test
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
  script: ['echo "into $CI_MERGE_REQUEST_TARGET_BRANCH_NAME"']
deploy:
  stage: deploy
  when: manual
  needs: [build]
  script: [ls out, 'echo "manual: $CI_JOB_MANUAL"']
`;

describe("berth run", () => {
  it("runs the pipeline of the work tree as it is, and leaves all of it as it was", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": pipeline,
      source: "old",
      ".gitignore": "ignored\n",
    });
    await project.write({ source: "new", added: "x", ignored: "x" });
    const before = await project.state();
    const { code, out, err } = await project.run([]);
    expect(code).toBe(0);
    expect(err).toMatch(/^unit 1\/2 \| made from new$/m);
    expect(err).toMatch(/^unit 2\/2 \| node 2$/m);
    expect(out).toContain("lint      failed (exit code 3; allowed to fail)");
    expect(out).toContain("deploy    manual, not started");
    expect(out).toContain("3 passed, 1 failed (allowed), 1 manual\n");
    expect(await project.state()).toBe(before);
  });

  it("keeps artifacts and logs where it says, under the jobs' names", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": pipeline, source: "it" });
    const { folder, jobs, code } = await project.json("build");
    expect(code).toBe(0);
    expect(folder.startsWith(join(project.root, ".cache", "berth", "run", "app-"))).toBe(true);
    expect(await readFile(join(folder, "artifacts", "build", "out", "a b.txt"), "utf8")).toBe(
      "made from it\n",
    );
    expect(await readFile(jobs[0]?.traceFile ?? "", "utf8")).toContain("Job succeeded");
    const chosen = join(project.root, "chosen");
    await project.json("build", "--output", chosen);
    expect((await readdir(chosen)).sort()).toEqual(["artifacts", "kept", "logs", "run.json"]);
  });

  it("runs named jobs with what they need, and starts manual ones", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": pipeline, source: "it" });
    expect(states(await project.json("unit"))).toEqual({
      build: "success",
      "unit 1/2": "success",
      "unit 2/2": "success",
    });
    const { code, err } = await project.run(["deploy"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^deploy \| a b\.txt$/m);
    expect(err).toMatch(/^deploy \| manual: true$/m);
  });

  it("ends with 1 when a job fails, and leaves out what comes after it", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": `
stages: [build, test]
broken: { stage: build, script: [echo "here it breaks", exit 7] }
after: { stage: test, script: [echo never] }
`,
    });
    const data = await project.json();
    expect(data.code).toBe(1);
    expect(states(data)).toEqual({ broken: "failed", after: "skipped" });
    expect(data.jobs[0]?.exitCode).toBe(7);
  });

  it("is the pipeline of another event where that is asked for", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": pipeline, source: "it" });
    await project.git("checkout", "--quiet", "-b", "feature/x");
    const { err } = await project.run(["for reviewers", "--event", "merge_request", "--target", "main"]);
    expect(err).toMatch(/^for reviewers \| into main$/m);
    const tag = await project.json("build", "--event", "tag", "--ref", "v9");
    expect(tag.pipeline).toMatchObject({ ref: "v9", tag: true });
    await expect(project.run(["for reviewers"])).rejects.toThrow(/is not in this pipeline: no rule matched/);
  });

  it("knows what the next push changes", async () => {
    const byChanges = (path: string) => `{ rules: [{ changes: [${path}] }], script: [echo yes] }`;
    project = await RunProject.create({
      ".gitlab-ci.yml": `docs: ${byChanges("docs/**")}\ncode: ${byChanges("src/**")}\n`,
      "docs/a": "1",
      "src/a": "1",
    });
    const names = async () => (await project.json("--list")).jobs.map(({ name }) => name);
    expect(await names(), "a new branch").toEqual(["docs", "code"]);
    await project.git("update-ref", "refs/remotes/origin/main", "HEAD");
    await project.write({ "src/b": "new" });
    expect(await names(), "not committed").toEqual(["code"]);
    await project.commit();
    await project.git("update-ref", "refs/remotes/origin/main", "HEAD");
    expect(await names(), "pushed").toEqual(["code"]);
  });

  it("runs only what a change touches, with what that needs", async () => {
    const byChanges = (path: string) => `stage: test, rules: [{ changes: [${path}] }], script: [echo yes]`;
    project = await RunProject.create({
      ".gitlab-ci.yml": `
stages: [build, test]
docs: { ${byChanges("docs/**")}, needs: [] }
code: { ${byChanges("src/**")}, needs: [build] }
always: { stage: test, script: [echo yes] }
build: { stage: build, script: [echo yes] }
`,
    });
    await project.git("checkout", "--quiet", "-b", "feature/x");
    const nothing = await project.run(["--changed"]);
    expect([nothing.code, nothing.out]).toEqual([0, ""]);
    expect(nothing.err).toContain("no job is in the pipeline because of the 0 files that changed");
    await project.write({ "src/a": "new" });
    expect(states(await project.json("--changed"))).toEqual({ build: "success", code: "success" });
    await project.commit();
    await project.write({ "docs/a": "new" });
    expect(states(await project.json("--changed"))).toEqual({ docs: "success" });
    expect(Object.keys(states(await project.json("--changed", "main")))).toEqual(["build", "docs", "code"]);
    await expect(project.run(["--changed", "nowhere"])).rejects.toThrow(/no such commit or branch/);
    await expect(project.run(["docs", "--changed"])).rejects.toThrow(/chooses the jobs itself/);
  });

  it("says how to give a project that is not here", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": "include: [{ project: group/other, file: jobs.yml }]\n",
    });
    const { code, err } = await project.run([]);
    expect(code).toBe(2);
    expect(err).toContain("Project `group/other` not found or access denied!");
    expect(err).toContain("hint: other projects come from --with project=folder");
    const other = { "../other/jobs.yml": "theirs: { script: [echo theirs] }\n" };
    await project.write(other);
    expect((await project.run(["--with", `group/other=${project.root}/other`])).err).toMatch(
      /^theirs \| theirs$/m,
    );
  });

  it("says before the start what cannot run here, runs the rest and ends with 2", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": `
stages: [build, test]
here: { stage: build, script: [echo yes] }
elsewhere: { stage: build, tags: [saas-windows-medium-amd64], script: [dir] }
packs: { stage: test, needs: [elsewhere], script: [echo no] }
downstream: { stage: test, trigger: group/other }
`,
    });
    const { code, err, impossible, ...data } = await project.json();
    expect(code).toBe(2);
    expect(states(data)).toEqual({ here: "success" });
    expect(impossible.map(({ name }) => name)).toEqual(["elsewhere", "packs", "downstream"]);
    expect(err.indexOf("packs cannot run here: it needs elsewhere")).toBeLessThan(err.indexOf("here | yes"));
    await expect(project.run(["elsewhere"])).rejects.toThrow(/asks for a runner on another platform/);
  });

  it("says why GitLab would make no pipeline, and runs nothing", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": "build: { stage: nowhere, script: [echo] }\n" });
    const { code, out, err } = await project.run([]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(".gitlab-ci.yml:1:");
    expect(err).toContain("nowhere");
  });

  it("plans: what would run and where, and why the rest would not", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": pipeline, source: "it" });
    const { code, out } = await project.run(["--plan"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^test +unit 1\/2 +on_success +build +shell/m);
    expect(out).toMatch(/^for reviewers +no rule matched/m);
    expect(await readdir(join(project.root)).then((names) => names.includes(".cache"))).toBe(false);
  });

  it("runs a child pipeline with its artifacts under the trigger's name", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": "more: { trigger: { include: child.yml, strategy: depend } }\n",
      "child.yml": "inner: { script: [echo text > made], artifacts: { paths: [made] } }\n",
    });
    const data = await project.json();
    expect(states(data)).toEqual({ more: "success", "more / inner": "success" });
    expect(await readFile(join(data.jobs[1]?.artifactsFolder ?? "", "made"), "utf8")).toBe("text\n");
  });

  it("works without git, and before the first commit", async () => {
    project = await RunProject.create({ ".gitlab-ci.yml": "one: { script: [ls -A] }\n" });
    await project.git("update-ref", "-d", "HEAD");
    expect(states(await project.json())).toEqual({ one: "success" });
    await rm(join(project.folder, ".git"), { recursive: true });
    expect(states(await project.json())).toEqual({ one: "success" });
  });

  it("runs again after a change, also of its own pipeline, until it is interrupted", async () => {
    const show = "show: { script: ['echo \"it is $(cat source)\"'] }\n";
    project = await RunProject.create({ ".gitlab-ci.yml": show, ".gitignore": "log\n", source: "one" });
    const controller = new AbortController();
    const changes = [
      { source: "two", log: "x" },
      { ".gitlab-ci.yml": "other: { script: [echo other] }\n" },
      { ".gitlab-ci.yml": show, source: "three" },
    ];
    const { code, err } = await project.run(["show", "--watch"], {
      signal: controller.signal,
      onErr: (text) => {
        if (!text.startsWith("waiting")) return;
        const next = changes.shift();
        if (next) void project.write(next);
        else controller.abort("SIGINT");
      },
    });
    expect(code).toBe(0);
    const told = err.split("\n").filter((line) => /^(show \| it is|berth:)/.test(line));
    expect(told).toEqual([
      "show | it is one",
      "show | it is two",
      'berth: there is no job "show"; the jobs are other',
      "show | it is three",
    ]);
    await expect(project.run(["--watch", "--json"])).rejects.toThrow(/leave --list, --plan and --json out/);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    project = await RunProject.create({
      ".gitlab-ci.yml": `
long:
  script: ['echo "$$" > pid', 'sleep 600 & echo "running in $PWD as $$ with $!"', wait]
  artifacts: { paths: [pid], when: always }
`,
    });
    const controller = new AbortController();
    let told = "";
    const { code, out } = await project.run([], {
      signal: controller.signal,
      onErr: (text) => {
        if (!/\| running in/.test(text)) return;
        told = text;
        controller.abort("SIGINT");
      },
    });
    expect(code).toBe(2);
    expect(out).toContain("1 canceled");
    const [, checkout = "", ...pids] = / in (\S+) as (\d+) with (\d+)/.exec(told) ?? [];
    expect(checkout.startsWith(await realpath(tmpdir()))).toBe(true);
    await expect(readdir(checkout)).rejects.toThrow(/ENOENT/);
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
    expect((await readdir(project.root, { recursive: true })).filter((name) => name.endsWith("~"))).toEqual(
      [],
    );
  });
});

/** A process that has ended and that nobody has asked about yet (a zombie) is not alive. */
function isAlive(pid: string): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" });
  return /^[^XZ\s]/.test(stdout.trimStart());
}
