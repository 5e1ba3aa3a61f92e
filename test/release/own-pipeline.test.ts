import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { createdJobs, lint } from "../../src/index.ts";
import { checkRelease } from "../../src/release/check.ts";

/* Berth's own pipeline, and whether Berth as it stands could be released. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const pipeline = read(".gitlab-ci.yml");
const variables = { GITLAB_TOKEN: "a-token" };
const tests = ["20.19.0", "22.12.0", "24.11.0"].map((version) => `test: [node:${version}-bookworm]`);

describe("the pipeline of this project", () => {
  it.each([
    [
      "merge_request_event",
      { source: "merge_request_event", ref: "feature" },
      ["check", "lint", ...tests, "smoke"],
    ],
    ["push to the default branch", { source: "push", ref: "main" }, ["check", "lint", ...tests, "pages"]],
    [
      "semantic tag",
      { source: "push", ref: "1.2.3", tag: true },
      ["check", "lint", ...tests, "smoke", "pages", "release_check", "release"],
    ],
  ])("on a %s", (_, event, jobs) => {
    const created = createdJobs(pipeline, { event, variables });
    expect(created.expansion.errors).toEqual([]);
    expect([...created.jobs.keys()]).toEqual(jobs);
  });

  it.each([
    ["another tag", { source: "push", ref: "v1.2.3", tag: true }],
    ["another branch", { source: "push", ref: "feature" }],
  ])("is not there for %s", (_, event) => {
    expect([...createdJobs(pipeline, { event, variables }).jobs.keys()]).toEqual([]);
  });

  it("publishes by the keyword release, only after everything else and the check of the release", () => {
    const { expansion } = createdJobs(pipeline, {
      event: { source: "push", ref: "1.2.3", tag: true },
      variables,
    });
    const { release, release_check: check } = expansion.jobs;
    expect(release).toMatchObject({ stage: "release", release: { tag_name: "$CI_COMMIT_TAG" } });
    expect(release?.needs).toMatchObject({ job: [{ name: "release_check" }] });
    expect(check?.stage).toBe("release");
    expect(check?.needs).toBeUndefined();
    expect(expansion.stages.at(-2)).toBe("release");
  });

  it("tests on the oldest Node.js of each line that package.json supports", () => {
    expect(packageManifest.engines.node).toBe("^20.19 || >=22.12");
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
  const { obstacles } = checkRelease({ files, since: undefined, tag: packageManifest.version });
  expect(obstacles).toEqual([]);
});
