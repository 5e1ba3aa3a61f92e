import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { releaseImage } from "../../src/base/release-image.ts";
import { suites } from "../../src/host/index.ts";
import { createdJobs, lint } from "../../src/index.ts";
import { releaseJobIn } from "../../src/lint/release-job.ts";
import { checkRelease } from "../../src/release/check.ts";
import { scaffoldProject } from "../../src/scaffold/project.ts";
import { folderTree } from "../../src/sources/folder.ts";
import { debianReleases, nodeVersions } from "./own-versions.ts";

/* Berth's own pipeline, and whether Berth as it stands could be released. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const pipeline = read(".gitlab-ci.yml");
const variables = { GITLAB_TOKEN: "a-token", CI_COMMIT_REF_PROTECTED: "true" };
const units = nodeVersions().map((version) => `unit: [${version}]`);
const onEachDebian = (job: string) => debianReleases().map((release) => `${job}: [${release}]`);
const mergeRequest = { source: "merge_request_event", ref: "feature" };
const main = { source: "push", ref: "main" };
const tag = { source: "push", ref: "1.2.3", tag: true };
const schedule = { source: "schedule", ref: "main" };
const jobsOn = (event: object, more: Readonly<Record<string, string>> = {}) => [
  ...createdJobs(pipeline, { event, variables: { ...variables, ...more } }).jobs.keys(),
];

describe("the pipeline of this project", () => {
  it("makes its release in the image that berth init and the documents name", () => {
    const { jobs } = createdJobs(pipeline, { event: tag, variables }).expansion;
    expect((jobs.release?.image as { name: string }).name).toBe(releaseImage);
    expect(scaffoldProject("a", "b", 2026).find(({ path }) => path === ".gitlab-ci.yml")?.text).toContain(
      `  image: ${releaseImage}\n`,
    );
    const spoken = [
      ".gitlab-ci.yml",
      "docs/release.md",
      "docs/ru/release.md",
      "docs/gitlab.md",
      "docs/ru/gitlab.md",
    ]
      .filter((path) => existsSync(`${root}/${path}`))
      .flatMap((path) => read(path).match(/registry\.gitlab\.com\/gitlab-org\/cli:[\w.-]+/g) ?? []);
    expect(new Set(spoken)).toEqual(new Set([releaseImage]));
  });

  it.each([
    ["merge request", mergeRequest, ["check", "lint", ...units]],
    ["push to the default branch", main, ["check", "lint", ...units, "smoke", "pages"]],
    ["semantic tag", tag, ["check", "lint", ...units, "smoke", "pages", "release_check", "release"]],
    ["schedule", schedule, ["check", "lint", ...units, "fuzz", "smoke"]],
  ])("on a %s, where there are only ordinary runners", (_, event, jobs) => {
    const created = createdJobs(pipeline, { event, variables });
    expect(created.expansion.errors).toEqual([]);
    expect([...created.jobs.keys()]).toEqual(jobs);
    expect(jobsOn(event, { HOST_RUNNER_TAG: "" })).toEqual(jobs);
  });

  it("boots servers on the runner that HOST_RUNNER_TAG names, and at night on each Debian too", () => {
    const more = { HOST_RUNNER_TAG: "virtual-machine" };
    const added = (event: object) => jobsOn(event, more).filter((job) => !jobsOn(event).includes(job));
    expect(added(mergeRequest)).toEqual(["hosts"]);
    expect(added(schedule)).toEqual([
      "hosts",
      ...onEachDebian("deploy_at_length"),
      "faults",
      "compare_smoke",
    ]);
    const { jobs } = createdJobs(pipeline, {
      event: schedule,
      variables: { ...variables, ...more },
    }).expansion;
    const elsewhere = added(schedule).filter((name) => String(jobs[name]?.tags) !== "$HOST_RUNNER_TAG");
    expect(elsewhere).toEqual([]);
  });

  it("gives its token to no merge request, and to no branch or tag that is not protected", () => {
    expect(jobsOn(mergeRequest)).not.toContain("smoke");
    for (const event of [main, tag, schedule])
      expect(jobsOn(event, { CI_COMMIT_REF_PROTECTED: "false" })).not.toContain("smoke");
  });

  it.each([
    ["another tag", { source: "push", ref: "v1.2.3", tag: true }],
    ["another branch", { source: "push", ref: "feature" }],
  ])("is not there for %s", (_, event) => {
    expect(jobsOn(event)).toEqual([]);
  });

  it("publishes by the keyword release, only after everything else and the check of the release", () => {
    const { expansion } = createdJobs(pipeline, {
      event: { source: "push", ref: "1.2.3", tag: true },
      variables,
    });
    const { release, release_check: check } = expansion.jobs;
    expect(release).toMatchObject({ stage: "release", release: { tag_name: "$CI_COMMIT_TAG" } });
    expect(release?.needs).toMatchObject({ job: [{ name: "release_check" }] });
    // What the links name is what the check leaves.
    const { paths } = check?.artifacts as { paths: string[] };
    const links = (release?.release as { assets: { links: { url: string }[] } }).assets.links;
    const linked = links.flatMap(({ url }) => /\/raw\/(.+)\?job=release_check$/.exec(url)?.[1] ?? []);
    expect(linked).toEqual(["verified.json", "sbom.cdx.json"]);
    expect(paths).toEqual(expect.arrayContaining(linked));
    expect(check?.stage).toBe("release");
    expect(check?.needs).toBeUndefined();
    expect(expansion.stages.at(-2)).toBe("release");
  });

  it("tests on the oldest Node.js of each line that package.json supports, and on each Debian that Berth boots", () => {
    expect(packageManifest.engines.node).toBe("^20.19 || >=22.12");
    expect(nodeVersions()).toEqual(["20.19.0", "22.12.0", expect.stringMatching(/^24\.\d+\.\d+$/)]);
    expect(debianReleases()).toEqual(suites);
    const outside = pipeline.replace(/^\.versions:\n(?: .*\n)+/m, "");
    expect(outside.match(/\d+\.\d+\.\d+|bookworm"|trixie/g)).toEqual(null);
  });

  it("ends every run of tests with the promised line: N passed, N failed", () => {
    const runs = pipeline.match(/npm (?:test|run test).*$/gm) ?? [];
    expect(runs.length).toBeGreaterThan(2);
    for (const run of runs) expect(run).toContain(" --reporter=./test/closing-line.ts");
  });

  it("has no findings", () => {
    expect(lint([{ path: ".gitlab-ci.yml", text: pipeline }]).map((each) => each.message)).toEqual([]);
  });
});

it("this project can be released as the version of its package.json", () => {
  const names = ["README.md", "LICENSE", "CHANGELOG.md", ".gitlab-ci.yml"];
  const templates = readdirSync(`${root}/templates`, { recursive: true, encoding: "utf8" })
    .filter((each) => each.endsWith(".yml"))
    .map((each) => `templates/${each}`);
  const files = Object.fromEntries([...names, ...templates].map((path) => [path, read(path)]));
  const { obstacles } = checkRelease({
    files,
    releaseJob: releaseJobIn(folderTree(root)),
    since: undefined,
    tag: packageManifest.version,
  });
  expect(obstacles).toEqual([]);
});
