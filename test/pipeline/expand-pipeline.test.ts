import { describe, expect, it } from "vitest";
import { createdJobs, expandPipeline } from "../../src/index.ts";

describe("a pipeline", () => {
  it("comes together from included files, extends, references and defaults", () => {
    const text = `
include: [ci/base.yml, { project: group/shared, ref: "1.0", file: /jobs.yml }]
stages: [build, check]
default: { image: alpine, tags: [small] }
lint:
  extends: .base
  stage: check
  script:
    - !reference [.steps, script]
    - lint
`;
    const { valid, stages, jobs } = expandPipeline(text, {
      files: {
        "ci/base.yml": ".base: { variables: { LEVEL: 2 }, retry: 1 }\n.steps: { script: [prepare] }\n",
      },
      projects: { "group/shared": { "1.0": { "jobs.yml": "compile: { stage: build, script: make }\n" } } },
    });
    expect(valid).toBe(true);
    expect(stages).toEqual([".pre", "build", "check", ".post"]);
    expect(jobs.lint).toMatchObject({
      stage: "check",
      script: ["prepare", "lint"],
      image: { name: "alpine" },
      tags: ["small"],
      retry: { max: 1 },
      yaml_variables: [{ key: "LEVEL", value: "2" }],
    });
    expect(jobs.compile).toMatchObject({ stage: "build", script: ["make"] });
  });

  it("is refused in GitLab's words, with the place and how it came there", () => {
    const text = "include:\n  - local: jobs.yml\nother: { script: x }\n";
    const { valid, errors, messages } = expandPipeline(text, {
      files: { "jobs.yml": "test:\n  script: x\n  image: { name: 5 }\n" },
    });
    expect(valid).toBe(false);
    expect(errors).toEqual(["jobs:test:image name should be a string"]);
    expect(messages[0]).toMatchObject({
      file: "jobs.yml",
      line: 3,
      column: 18,
      includedFrom: [{ file: ".gitlab-ci.yml", line: 2, column: 12 }],
    });
  });

  it("spreads parallel jobs, and the names of those that are needed", () => {
    const { jobs } = expandPipeline(
      "a: { script: x, parallel: { matrix: [{ OS: [linux, mac] }] } }\nb: { script: y, needs: [a] }\n",
    );
    expect(Object.keys(jobs)).toEqual(["a: [linux]", "a: [mac]", "b"]);
    expect(jobs.b?.needs).toEqual({
      job: [
        { name: "a: [linux]", artifacts: true, optional: false },
        { name: "a: [mac]", artifacts: true, optional: false },
      ],
    });
  });

  it.each([
    ["job: { script: x, extends: .nope }", "job: unknown keys in `extends` (.nope)"],
    ["a: { script: x, needs: [b] }\nb: { script: x, needs: [a] }", "The pipeline has circular dependencies"],
    ["job: { script: !reference [job, script] }", "is part of a circular chain"],
    ["include: self.yml\njob: { script: x }", "Maximum of 150 nested includes are allowed!"],
    ["job: { script: x, stage: nowhere }", "chosen stage nowhere does not exist"],
  ])("%s is refused", (text, message) => {
    const { errors } = expandPipeline(text, { files: { "self.yml": "include: self.yml\n" } });
    expect(errors.join("\n")).toContain(message);
  });
});

describe("the jobs of a pipeline", () => {
  const text = `
always: { script: x, rules: [{ when: always }] }
merge: { script: x, rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }] }
main: { script: x, only: [main] }
docs: { script: x, rules: [{ changes: ["docs/**/*.md"], when: manual }] }
`;
  it("depend on what started it, and each decision says why", () => {
    const push = createdJobs(text, { event: { changedFiles: ["docs/a/b.md"] } });
    expect([...push.jobs.keys()]).toEqual(["always", "main", "docs"]);
    expect(push.jobs.get("docs")).toMatchObject({ when: "manual", decision: { keyword: "rules", rule: 0 } });
    expect(push.absent.get("merge")?.reason).toContain("merge_request_event");

    const merge = createdJobs(text, {
      event: { source: "merge_request_event", ref: "topic", changedFiles: [] },
    });
    expect([...merge.jobs.keys()]).toEqual(["always", "merge"]);
    expect(merge.absent.get("main")).toEqual({ keyword: "only", reason: "only:refs does not hold (main)" });
  });

  it("are none when workflow:rules say so", () => {
    const { created, reason } = createdJobs(
      "workflow: { rules: [{ if: $CI_COMMIT_TAG }] }\njob: { script: x }\n",
    );
    expect({ created, reason }).toEqual({ created: false, reason: "workflow" });
  });
});

describe("a component", () => {
  it("cannot take inputs from other files", () => {
    const component = "spec:\n  include: [/inputs.yml]\n---\njob: { script: x }\n";
    const files = { "templates/c.yml": component, "inputs.yml": "inputs: { a: { default: b } }\n" };
    const { errors, messages } = expandPipeline(
      "include: { component: gitlab.com/group/project/c@1.0.0 }\n",
      {
        projects: { "group/project": { "1.0.0": files } },
      },
    );
    expect(errors[0]).toContain("cannot use `spec:include`. This keyword is not supported in components");
    expect(messages[0]).toMatchObject({ line: 2, column: 3, includedFrom: [{ file: ".gitlab-ci.yml" }] });
  });
});
