import { describe, expect, it } from "vitest";
import { globMatches } from "../../src/engine/pipeline/events/glob.ts";
import { createdJobs, expandPipeline } from "../../src/index.ts";

/* Which jobs a pipeline gets, where the open conformance cases are silent. */

describe("globs, as Ruby's File.fnmatch? reads them (asked of Ruby)", () => {
  it.each<[glob: string, path: string, matches: boolean]>([
    ["docs/\\", "docs/\\", false],
    ["*.rb\\", "x.rb", true],
    ["{a*/b", "{a}/b", false],
    ["\\{a", "{a", true],
    ["\\{a,b\\}", "{a,b}", true],
    ["{a,{b,c}}", "c", true],
    ["{,a}b", "b", true],
    ["a}", "a}", true],
    ["[a", "[a", false],
    ["[]", "]", false],
    ["[!]", "a", true],
    ["[!a]", "/", false],
    ["[!-a]", "^", true],
    ["[!-a]", "-", false],
    ["[b-a]", "a", true],
    ["[b-a]", "b", true],
    ["[c-a]", "b", false],
    ["[a\\-c]", "-", true],
    ["[a\\-c]", "b", false],
    ["[a-]", "-", true],
  ])("%s and %s: %s", (glob, path, matches) => {
    expect(globMatches(glob, path)).toBe(matches);
  });
});

/** Whether a job with these rules or conditions is created beside another one. */
function isCreated(keywords: string, options: Parameters<typeof createdJobs>[1]): boolean {
  return createdJobs(
    `job: {script: x, ${keywords}}\nother: {script: y, rules: [{when: always}]}\n`,
    options,
  ).jobs.has("job");
}

describe("rules:changes:compare_to", () => {
  const rules = (ref: string) => `rules: [{changes: {paths: [a], compare_to: ${ref}}}]`;
  const sources = {
    local: { project: "group/app", sha: "HEAD", tree: { read: () => undefined, paths: () => [] } },
    changesSince: (ref: string) =>
      ref === "main" ? ["a"] : ref === "develop" ? ["b"] : ("missing_ref" as const),
  };

  it.each<[ref: string, created: boolean]>([
    ["main", true],
    ["$TARGET", true],
    ["develop", false],
  ])("compares with %s instead of what the event changed", (ref, created) => {
    const event = { changedFiles: ["c"] };
    expect(isCreated(rules(ref), { sources, event, variables: { TARGET: "main" } })).toBe(created);
  });

  it("is refused where the ref is not there, in a job, a workflow and an include", () => {
    const job = `job: {script: x, ${rules("gone")}}\nother: {script: y}\n`;
    expect(createdJobs(job, { sources }).errors).toEqual([
      "Failed to parse rule for job: rules:changes:compare_to is not a valid ref",
    ]);
    expect(createdJobs(`workflow: {${rules("gone")}}\njob: {script: x}\n`, { sources }).reason).toBe(
      "workflow",
    );
    expect(
      expandPipeline(`include: [{local: a.yml, ${rules("gone")}}]\njob: {script: x}\n`, { sources }).errors,
    ).toEqual(["include:rules:changes:compare_to is not a valid ref"]);
  });

  it("is what the event changed where refs are known by name alone", () => {
    expect(isCreated(rules("refs/heads/main"), { refs: ["main"], event: { changedFiles: ["a"] } })).toBe(
      true,
    );
    expect(isCreated(rules("main"), { refs: ["main"], event: { changedFiles: ["b"] } })).toBe(false);
  });
});

describe("rules:exists of a folder", () => {
  it.each<[files: string[], found: boolean]>([
    [["docs/a.md", "x.txt"], false],
    [["README.md", "docs/a.md", "x.txt"], true],
    [["a", "b", "docs/a.md", "docs/b.md", "x", "y", "z"], true],
    [["a", "docs/b.md", "x", "y", "z"], false],
    [["z", "a", "docs/a.md"], true],
  ])("is searched by halves: %j", (files, found) => {
    const contents = Object.fromEntries(files.map((file) => [file, ""]));
    expect(isCreated("rules: [{exists: [docs/]}]", { files: contents, event: {} })).toBe(found);
  });
});

describe("only with the source of a pipeline", () => {
  it.each<[source: string, name: string, created: boolean]>([
    ["merge_request_event", "merge_request", true],
    ["merge_request_event", "merge_requests", true],
    ["merge_request_event", "merge_request_event", false],
    ["security_orchestration_policy", "security_orchestration_policies", true],
    ["push", "pushes", true],
    ["push", "pushs", false],
  ])("%s and %s", (source, name, created) => {
    expect(isCreated(`only: [${name}]`, { event: { source } })).toBe(created);
  });
});

describe("variables that refer to each other (asked of GitLab's classes)", () => {
  const errorsOf = (variables: string, options: Parameters<typeof createdJobs>[1] = {}) =>
    createdJobs(`variables: ${variables}\njob: {script: x}\n`, options).errors ?? [];

  it("form a circle", () => {
    expect(errorsOf("{A: $B, B: $A}")).toEqual(['job: circular variable reference detected: ["A", "B"]']);
  });

  it("form one also where a project's variable hides a value", () => {
    const variables = [{ key: "A", value: "over" }];
    expect(errorsOf("{A: $B, B: $A}", { variables })).toEqual([
      'job: circular variable reference detected: ["A", "B"]',
    ]);
  });

  it.each([
    "{A: $A}",
    "{A: $B, B: $$A}",
    "{A: $B, B: '%%A%%'}",
    "{A: $B, B: {value: $A, expand: false}}",
  ])("form none: %s", (variables) => {
    expect(errorsOf(variables)).toEqual([]);
  });

  it.each<[variables: string, glob: string, file: string]>([
    ["{DIR: $ROOT/docs, ROOT: src}", "$DIR/a.md", "src/docs/a.md"],
    ["{DIR: '${NOPE}docs'}", "$DIR/a.md", "docs/a.md"],
    ["{DIR: docs}", "$DIR$NOPE/a.md", "docs$NOPE/a.md"],
    ["{DIR: $$docs}", "$DIR/a.md", "$$docs/a.md"],
    ["{CI_PROJECT_NAME: $CI_PROJECT_NAME-x}", "$CI_PROJECT_NAME/a.md", "app-x/a.md"],
  ])("%s: the glob %s finds %s", (variables, glob, file) => {
    const text = `variables: ${variables}\njob: {script: x, rules: [{exists: ["${glob}"]}]}\nother: {script: y}\n`;
    expect(createdJobs(text, { files: { [file]: "" }, event: {} }).jobs.has("job")).toBe(true);
  });
});

describe("rules:exists:project", () => {
  const projects = { "group/other": { main: { Dockerfile: "" }, v1: { "old.txt": "" } } };
  const answer = (exists: string, more = "") =>
    createdJobs(`job: {script: x, rules: [{exists: ${exists}}]}\nother: {script: y${more}}\n`, {
      files: { "here.txt": "" },
      projects,
      variables: { NAME: "other" },
      event: {},
    });

  it.each<[exists: string, created: boolean]>([
    ["{paths: [Dockerfile], project: group/other}", true],
    ["{paths: [Dockerfile], project: group/$NAME, ref: main}", true],
    ["{paths: [old.txt], project: group/other}", false],
    ["{paths: [old.txt], project: group/other, ref: v1}", true],
    ["{paths: [here.txt], project: group/other}", false],
    ["{paths: [here.txt], project: acme/app}", true],
    ["{paths: [], project: group/nothing}", false],
  ])("%s looks into that project: %s", (exists, created) => {
    expect(answer(exists).jobs.has("job")).toBe(created);
  });

  it.each<[exists: string, message: string]>([
    [
      "{paths: [a], project: group/nothing}",
      "rules:exists:project `group/nothing` not found or access denied",
    ],
    [
      "{paths: [a], project: group/other, ref: v9}",
      "rules:exists:ref `v9` is not a valid ref in project `group/other`",
    ],
  ])("%s is an error of the job, and of an include", (exists, message) => {
    expect(answer(exists)).toMatchObject({
      created: false,
      reason: "jobs",
      errors: [`Failed to parse rule for job: ${message}`],
    });
    expect(answer(exists, ", stage: deploy").created).toBe(true);
    const text = `include: {local: a.yml, rules: [{exists: ${exists}}]}\njob: {script: x}\n`;
    expect(expandPipeline(text, { projects }).errors).toEqual([`include:${message}`]);
  });
});

describe("the bounds of a job", () => {
  const others = (count: number) => Array.from({ length: count }, (_, index) => `j${index}`);
  const jobs = (count: number) => others(count).map((name) => `${name}: { stage: build, script: x }\n`);
  it.each([
    [50, []],
    [
      51,
      [
        "job: one job can only need 50 others, but you have listed 51. See needs keyword documentation for more details",
      ],
    ],
  ])("it may need %d others", (count, errors) => {
    const text = `${jobs(count).join("")}job: { script: x, needs: [${others(count)}] }\n`;
    expect(createdJobs(text, { event: {} }).errors ?? []).toEqual(errors);
  });

  it.each([
    [49, []],
    [50, ["jobs:job:tags config must be less than the limit of 50 tags"]],
  ])("it may have %d tags", (count, errors) => {
    const { expansion } = createdJobs(`job: { script: x, tags: [${others(count)}] }\n`, { event: {} });
    expect(expansion.errors).toEqual(errors);
  });

  it.each(["", " \n"])("a template of GitLab's own with the text %j is none", (text) => {
    const { expansion } = createdJobs("include: [{ template: Empty.gitlab-ci.yml }]\njob: { script: x }\n", {
      templates: { "Empty.gitlab-ci.yml": text },
      event: {},
    });
    expect(expansion.errors).toEqual(["Included file `Empty.gitlab-ci.yml` is empty or does not exist!"]);
  });
});
