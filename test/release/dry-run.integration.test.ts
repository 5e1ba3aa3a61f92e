import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitlabClient, openGitlab } from "../../src/gitlab/index.ts";
import { scaffoldProject } from "../../src/scaffold/project.ts";
import { type GitlabServer, type ServerProject, startGitlabServer } from "../gitlab-server/index.ts";

/*
 * A release of Berth's own components from tag to consumer, on the stand-in for GitLab: its pipeline is the one that `berth init` gives to
 * every component project, and its jobs run the real command line, bundled as users get it.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const scenario = `description: a Python file compiles
component: validate
stages: [validate]
files: { "main.py": "print(1)\\n" }
expect: { jobs: { validate_syntax: success } }
`;
const changelog = (version: string) => `# Changelog\n\n## [${version}]\n\n- What is new in ${version}\n`;

let folder: string;
let server: GitlabServer;
let client: GitlabClient;
let project: ServerProject;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-dry-run-"));
  server = await startGitlabServer();
  client = openGitlab({
    env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
    perSecond: 1000,
    pause: 1,
  });
  const pipeline = scaffoldProject("berth", "greet", 2026).find((each) => each.path === ".gitlab-ci.yml");
  project = server.addProject(
    "platform/berth",
    {
      ...filesOf("templates"),
      ...filesOf("docs/components"),
      ...filesOf("examples/pipelines"),
      "README.md": readFileSync(join(root, "README.md"), "utf8"),
      LICENSE: readFileSync(join(root, "LICENSE"), "utf8"),
      "CHANGELOG.md": changelog("1.2.0"),
      ".gitlab-ci.yml": pipeline?.text ?? "",
      "test/smoke/validate/scenario.yml": scenario,
    },
    "Deploys Python applications",
  );
  project.inCatalog = true;
  // As the guide asks: the smoke job and its token are there for protected branches and tags only.
  project.protectedTags.push("*");
  const variables = {
    BERTH: await packCommandLine(),
    GITLAB_URL: server.address,
    GITLAB_TOKEN: server.token,
  };
  for (const [key, value] of Object.entries(variables))
    project.variables.push({ key, value, type: "variable", masked: key === "GITLAB_TOKEN", raw: true });
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a release on the stand-in GitLab", () => {
  it("goes from a tag through checks, smoke runs and the release job into the catalog and to consumers", async () => {
    const first = await tag("1.2.0");
    expect(first, await traces("1.2.0")).toEqual({
      check: "success",
      smoke: "success",
      release_check: "success",
      release: "success",
    });
    expect(project.releases[0]?.description).toContain("- What is new in 1.2.0");

    const found = await client.catalog.resources("berth");
    expect(found.map((each) => each.fullPath)).toEqual(["platform/berth"]);
    const [version] = (await client.catalog.versions("platform/berth")) ?? [];
    expect(version?.name).toBe("1.2.0");
    expect(version?.components.map((each) => each.name).sort()).toEqual([
      "build",
      "delivery",
      "deploy",
      "rollback",
      "test",
      "validate",
    ]);
    expect(
      version?.components.find((each) => each.name === "validate")?.inputs.map((each) => each.name),
    ).toContain("exclude");
    const included = await Promise.all(["1.2.0", "1", "1.2", "~latest"].map((each) => consume(each)));
    expect(included).toEqual(["success", "success", "success", "success"]);
    expect((await lint("2")).errors.join()).toContain("platform/berth/validate@2");
  }, 300_000);

  // With two more pipelines: in `npm run dry-run` only.
  if (process.env.BERTH_DRY_RUN !== "whole") return;
  it("refuses a tag that hides a breaking change, and takes the honest one", async () => {
    const template = read("templates/validate.yml");
    const [old, narrow] = ["regex: ^3\\.[0-9]{1,2}$", "regex: ^3\\.1[0-9]$"];
    expect(template).toContain(old);
    await client.repository.commit("platform/berth", {
      branch: "main",
      message: "No Python before 3.10 [skip ci]",
      actions: [
        update("templates/validate.yml", template.replace(old, narrow)),
        update("CHANGELOG.md", `${changelog("2.0.0")}\n${changelog("1.3.0")}\n${changelog("1.2.0")}`),
      ],
    });
    // Without a token there are no smoke runs, and the tags alone say what was released.
    project.variables.splice(
      project.variables.findIndex((each) => each.key === "GITLAB_TOKEN"),
      1,
    );
    const [low, honest] = await Promise.all([tag("1.3.0"), tag("2.0.0")]);
    expect(low, await traces("1.3.0")).toMatchObject({
      check: "success",
      release_check: "failed",
      release: "skipped",
    });
    expect(honest, await traces("2.0.0")).toMatchObject({
      check: "success",
      release_check: "success",
      release: "success",
    });
    const refusal = await traceOf("1.3.0", "release_check");
    expect(refusal).toContain('the tag "1.3.0" is too low: the major changes ask for 2.0.0 or higher');
    expect((await client.catalog.versions("platform/berth"))?.map((each) => each.name)).toEqual([
      "2.0.0",
      "1.2.0",
    ]);
    const old39 = 'python_version: "3.9"';
    expect((await lint("1", old39)).errors).toEqual([]);
    expect((await lint("~latest", old39)).errors.join()).toContain("`python_version` input: ");
  }, 300_000);
});

/** Pushes a tag, waits for its pipeline, and gives the state of each job. */
async function tag(name: string): Promise<Record<string, string>> {
  await client.repository.createTag("platform/berth", name, "main");
  const { id } = await pipelineOf("platform/berth", name);
  await atRest("platform/berth", id);
  const jobs = await client.pipelines.jobs("platform/berth", id);
  return Object.fromEntries(jobs.map((each) => [each.name, each.status]));
}

/** A consumer with this version of the component: the state of its pipeline. */
async function consume(version: string): Promise<string> {
  const path = `teams/with-${version.replace(/\W/g, "-")}`;
  server.addProject(path, {
    ".gitlab-ci.yml": `stages: [validate]\n${include(version)}`,
    "app.py": "print(1)\n",
  });
  const { id } = await client.pipelines.create(path, { ref: "main" });
  return atRest(path, id);
}

function lint(version: string, input = "") {
  server.addProject(`lint/${version.replace(/\W/g, "-")}-${input.length}`, { "README.md": "" });
  const path = server.state.projects.at(-1)!.path;
  return client.pipelines.lint(path, `stages: [validate]\n${include(version, input)}`);
}

function include(version: string, input = ""): string {
  return `include: [{ component: $CI_SERVER_FQDN/platform/berth/validate@${version}, inputs: { ${input} } }]\n`;
}

async function pipelineOf(path: string, ref: string) {
  const [pipeline] = await client.pipelines.list(path, { ref });
  expect(pipeline, `a pipeline for ${ref}`).toBeDefined();
  return pipeline!;
}

async function atRest(path: string, id: number): Promise<string> {
  for (;;) {
    const { status } = await client.pipelines.get(path, id);
    if (["success", "failed", "canceled", "skipped"].includes(status)) return status;
    await sleep(100);
  }
}

async function traceOf(ref: string, name: string): Promise<string> {
  const { id } = await pipelineOf("platform/berth", ref);
  const job = server.state.pipelines.find((each) => each.id === id)?.jobs.find((each) => each.name === name);
  return job?.trace ?? "";
}

/** The logs of a tag's jobs, for the message of an expectation that fails. */
async function traces(ref: string): Promise<string> {
  const { id } = await pipelineOf("platform/berth", ref);
  const jobs = server.state.pipelines.find((each) => each.id === id)?.jobs ?? [];
  return jobs.map((each) => `${each.name}:\n${each.trace}`).join("\n");
}

function update(path: string, content: string) {
  return { action: "update" as const, file_path: path, content };
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function filesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(root, path), { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => relative(root, join(each.parentPath, each.name)))
      .map((each) => [each, read(each)]),
  );
}

/** The command line of this work tree, built as users get it, as a package for `npm exec`; `dist/` may be older. */
async function packCommandLine(): Promise<string> {
  const target = join(folder, "package");
  const build = [join(root, "src/build/build.ts"), join(target, "dist")];
  await promisify(execFile)(join(root, "node_modules/.bin/tsx"), build, { cwd: root });
  const manifest = { name: "berth", version: "0.1.0", type: "module", bin: { berth: "dist/cli.js" } };
  await writeFile(join(target, "package.json"), JSON.stringify(manifest));
  // What is not bundled stands beside it, as after an installation.
  await symlink(join(root, "node_modules"), join(target, "node_modules"));
  return target;
}
