import { describe, expect, it } from "vitest";
import { expandPipeline } from "../../src/index.ts";

/** A job of one keyword; its value is in YAML. */
function jobWith(keyword: string, value: string) {
  const { errors, warnings, jobs } = expandPipeline(`job:\n  script: make\n  ${keyword}: ${value}\n`);
  return { errors, warnings, job: jobs.job };
}

/* What GitLab 18.11 makes of values that the open conformance cases do not show; from its entries and the gems they use. */

describe("timeout, as gitlab-chronic-duration 0.12 reads it", () => {
  it.each([
    ['"1:30"', 90],
    ['"1:30:00"', 5400],
    ['"1 : 02 : 03"', 3723],
    ['"1:30.5"', 90.5],
    ["hour", 3600],
    ["minute 30sec", 90],
    ["1h,", 3600],
    ["and 5", 5],
    ["3h 30", 10_830],
    ["5 10 m", 600],
    ['"2.5"', 2.5],
    [".5h", 1800],
  ])("%s is %d seconds", (value, seconds) => {
    const { errors, job } = jobWith("timeout", value);
    expect(errors).toEqual([]);
    expect(job?.timeout).toBe(seconds);
  });

  it.each([
    '"1:30."',
    '"1:2:3:4:5:6:7"',
    "1,000s",
    "1 hour , 5m",
    "-1h",
    "onehour",
    "0h",
    "and",
    "1h foo",
  ])("%s is none", (value) => {
    expect(jobWith("timeout", value).errors).toContain("jobs:job:timeout config should be a duration");
  });
});

describe("retry: max, as Rails' numericality judges it", () => {
  it.each([
    ['"1"', []],
    ['"1.5"', ["retry max must be an integer"]],
    ['" 1"', ["retry max must be an integer"]],
    ['"1e0"', ["retry max must be an integer"]],
    ['"0x1"', ["retry max is not a number"]],
    ['""', ["retry max is not a number"]],
    ['"3"', ["retry max must be less than or equal to 2"]],
    ["1.0", ["retry max must be an integer"]],
    ["true", ["retry max is not a number"]],
  ])("%s", (value, errors) => {
    expect(jobWith("retry", `{max: ${value}}`).errors).toEqual(errors);
  });
});

describe("cache", () => {
  it.each([
    ["5", ["should be a string", "should be a variable or one of: pull-push, push, pull"]],
    ["[push]", ["should be a string"]],
    ["[]", []],
  ])("policy: %s", (value, problems) => {
    expect(jobWith("cache", `{policy: ${value}}`).errors).toEqual(
      problems.map((problem) => `jobs:job:cache policy ${problem}`),
    );
  });

  it("has a key of nothing when no keyword of the key is set", () => {
    expect(jobWith("cache", "{key: {files: null}}").job?.cache).toMatchObject([{ key: {} }]);
  });
});

describe("the warning of a last rule with nothing but when", () => {
  it.each([
    ["[{when: always, if: null}]", 1],
    ["[{when: always, changes: null}]", 1],
    ["[{when: always, if: $A}]", 0],
    ["[{when: never}]", 0],
  ])("%s", (value, warnings) => {
    expect(jobWith("rules", value).warnings).toHaveLength(warnings);
  });
});

describe("keywords of the Enterprise edition", () => {
  const text = `
default: { identity: google_cloud }
job:
  script: make
  secrets: { PASSWORD: { vault: production/db/password@ops, file: false } }
  dast_configuration: { site_profile: site }
  needs: [{ project: group/other, ref: main, job: build }]
mirror:
  needs: { pipeline: group/upstream }
`;

  it("are unknown to the FOSS edition", () => {
    expect(expandPipeline(text).errors).toEqual([
      "default config contains unknown keys: identity",
      "jobs:job config contains unknown keys: secrets, dast_configuration",
      "jobs:mirror config should contain either a trigger or a needs:pipeline",
      "jobs:mirror:needs:need has an unsupported type",
    ]);
  });

  it("are known to the Enterprise edition", () => {
    const { errors, jobs } = expandPipeline(text, { edition: "enterprise" });
    expect(errors).toEqual([]);
    expect(jobs.job).toMatchObject({
      identity: "google_cloud",
      secrets: { PASSWORD: { vault: "production/db/password@ops", file: false } },
      dast_configuration: { site_profile: "site" },
      needs: { cross_dependency: [{ project: "group/other", ref: "main", job: "build", artifacts: true }] },
    });
    expect(jobs.mirror).toMatchObject({ needs: { bridge: [{ pipeline: "group/upstream" }] } });
  });

  it.each([
    [
      "secrets: { A: { file: true } }",
      "jobs:job:secrets:a config must use exactly one of these keys: vault,",
    ],
    ["identity: aws", "jobs:job:identity config should be one of: google_cloud"],
    ["dast_configuration: { site: a }", "jobs:job:dast_configuration config contains unknown keys: site"],
    ["needs: [{ project: g/p, job: j }]", "jobs:job:needs:need ref should be a string"],
    ["needs: [{ pipeline: g/p }]", "jobs:job:needs config uses invalid types: bridge"],
  ])("%s is refused", (keyword, message) => {
    const { errors } = expandPipeline(`job:\n  script: x\n  ${keyword}\n`, { edition: "enterprise" });
    expect(errors[0]).toContain(message);
  });
});
