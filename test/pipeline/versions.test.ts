import { describe, expect, it } from "vitest";
import { isKnownTo } from "../../src/engine/version/index.ts";
import {
  type ExpandOptions,
  expandPipeline,
  type GitLabVersion,
  NEWEST_VERSION,
  parseGitLabVersion,
} from "../../src/index.ts";
import { EXAMPLES } from "./version-examples.ts";

/* What came with a version of GitLab: refused by the one before, accepted from there on. */

const job = (keywords: string) => `job: {script: x, ${keywords}}\n`;
const component = (inputs: string, text = "x") =>
  `spec: {inputs: {${inputs}}}\n---\njob: {script: "${text}"}\n`;

function isValid(text: string, version: string): boolean {
  return expandPipeline(text, { gitlabVersion: parseGitLabVersion(version)! }).valid;
}

/** GitLab takes an `include` with keys that it does not know, and passes those of `trigger:include` on. */
const NEVER_REFUSED = ["include:integrity", "include:cache", "trigger:include:inputs"];

const VERSIONS = [
  [17, 12],
  [18, 12],
  [19, NEWEST_VERSION.minor + 1],
].flatMap(([major = 0, count = 0]) => Array.from({ length: count }, (_, minor) => ({ major, minor })));

describe("a version of GitLab takes what it knows, and nothing that came later", () => {
  it.each(Object.entries(EXAMPLES))("%s", (name, { text, given }) => {
    const isThere = (gitlabVersion: GitLabVersion) =>
      NEVER_REFUSED.includes(name) || isKnownTo(gitlabVersion, name);
    const taken = VERSIONS.map((gitlabVersion) => expandPipeline(text, { ...given, gitlabVersion }).valid);
    expect(taken).toEqual(VERSIONS.map(isThere));
  });

  it("takes no more than what the newest takes", () => {
    expect(isValid(job("cache: {key: {files: [a, b, c, d, e, f, g, h, i, j, k]}}"), "newest")).toBe(false);
    expect(isValid(job(`rules: [{changes: {regexp: ${"a".repeat(256)}}}]`), "newest")).toBe(false);
    expect(isValid(job("rules: [{changes: {regexp: a, paths: [b]}}]"), "newest")).toBe(false);
  });
});

describe("what GitLab 18.11 accepts", () => {
  it.each<[what: string, text: string, given?: ExpandOptions]>([
    ["a number in words as timeout", job("timeout: one week")],
    ["a number in words as start_in", job("when: delayed, start_in: thirty minutes")],
    ["a number in words as expire_in", job("artifacts: {paths: [a], expire_in: one week}")],
    [
      "a variable as pages:expire_in",
      "pages: {script: x, pages: {expire_in: $D}, artifacts: {paths: [public]}}\n",
    ],
    ["services:command as a text", job("services: [{name: a, command: x}]")],
    ["services:command in nested lists", job("services: [{name: a, command: [[x], [y]]}]")],
    ["released_at as a time", job(`release: {tag_name: v, description: d, released_at: "08:00"}`)],
    ["cache:policy in braces", job("cache: {paths: [a], policy: '${P}'}")],
    ["tags that repeat", job(`tags: [${Array.from({ length: 60 }, (_, index) => `t${index % 3}`)}]`)],
    ["a job's name of one space", '" ": {script: x}\n'],
  ])("%s", (_, text, given) => {
    expect(expandPipeline(text, { gitlabVersion: { major: 18, minor: 11 }, ...given }).errors).toEqual([]);
  });
});

describe("what GitLab 18.11 refuses", () => {
  it.each<[what: string, text: string]>([
    ["fifty-one tags", job(`tags: [${Array.from({ length: 51 }, (_, index) => `t${index}`)}]`)],
    ["trigger:include beside inputs", "job: {trigger: {include: a.yml, inputs: {a: b}}}\n"],
    [
      "fifty-one job inputs",
      job(`inputs: {${Array.from({ length: 51 }, (_, index) => `i${index}: {default: a}`)}}`),
    ],
    [
      "a dashboard without namespace",
      job("environment: {name: a, kubernetes: {agent: a, dashboard: {flux_resource_path: f}}}"),
    ],
    [
      "a no-break space in a function",
      component("a: {default: abc}", "$[[ inputs.a | truncate(\u00a01,2) ]]"),
    ],
    ["a step's name with a space", "job: {run: [{name: '1 x', script: a}]}\n"],
    ["a step with script and step", "job: {run: [{name: a, script: a, step: b}]}\n"],
    ["a step that is a text", "job: {run: [a]}\n"],
    ["a block without a name", component("a: {default: abc}", "$[[ inputs. ]]")],
  ])("%s", (_, text) => {
    expect(isValid(text, "18.11")).toBe(false);
  });
});

describe("values that GitLab 18.11 makes", () => {
  const jobOf = (keywords: string) => expandPipeline(job(keywords)).jobs.job;

  it("of nulls", () => {
    expect(jobOf("artifacts: {paths: null}")?.artifacts).toEqual({});
    expect(jobOf("services: [null]")?.services).toEqual([]);
  });

  it("of paths that begin with slashes", () => {
    expect(jobOf("cache: {key: {files: [/a, //b]}}")?.cache).toMatchObject([{ key: { files: ["a", "b"] } }]);
  });
});

describe("wildcards of include:local", () => {
  const namesOf = (pattern: string, files: Record<string, string>) =>
    Object.keys(expandPipeline(`include: [{local: '${pattern}'}]\nmain: {script: x}\n`, { files }).jobs);

  it("reach no folder by `**/`, and nothing by a slash in front", () => {
    const files = { "ci/a.yml": "a: {script: x}\n", "ci/sub/b.yml": "b: {script: x}\n" };
    expect(namesOf("ci/**/*.yml", files).sort()).toEqual(["a", "b", "main"]);
    expect(namesOf("/ci/*.yml", files)).toEqual(["main"]);
  });

  it("leave out files that are being included already", () => {
    const files = { "ci/index.yml": "include: [{local: 'ci/*.yml'}]\n", "ci/a.yml": "a: {script: x}\n" };
    expect(namesOf("ci/index.yml", files).sort()).toEqual(["a", "main"]);
  });
});
