import { describe, expect, it } from "vitest";
import { readDotenv } from "../../../src/pipelines/job-variables.ts";
import { environmentSlug, pipelineVariables, slug } from "../../../src/pipelines/predefined.ts";
import { maskerFor } from "../../../src/pipelines/trace.ts";
import { expandVariables } from "../../../src/pipelines/variables.ts";

describe("variables of a job", () => {
  it("refer to each other in every form; raw ones and doubled dollars stay", () => {
    const values = expandVariables([
      { key: "A", value: "a" },
      { key: "B", value: "$A ${A} %A% $$A $UNKNOWN." },
      { key: "C", value: "<$B>" },
      { key: "RAW", value: "$A", raw: true },
      { key: "USES_RAW", value: "$RAW" },
    ]);
    expect(Object.fromEntries(values)).toEqual({
      A: "a",
      B: "a a a $A .",
      C: "<a a a $A .>",
      RAW: "$A",
      USES_RAW: "$A",
    });
  });

  it("see nothing of themselves in a circle, and the last definition wins", () => {
    const values = expandVariables([
      { key: "PATH_LIKE", value: "x:$PATH_LIKE" },
      { key: "A", value: "1$B" },
      { key: "B", value: "2$A" },
      { key: "TWICE", value: "first" },
      { key: "TWICE", value: "second" },
    ]);
    expect(Object.fromEntries(values)).toEqual({ PATH_LIKE: "x:", A: "12", B: "21", TWICE: "second" });
  });

  it("come from dotenv reports as they stand there", () => {
    expect(readDotenv("A=1\n# no\nB = 2\n\nC='x $y'\nexport D=\n")).toEqual([
      { key: "A", value: "1", raw: true },
      { key: "C", value: "x $y", raw: true },
      { key: "D", value: "", raw: true },
    ]);
  });
});

describe("predefined variables", () => {
  const identity = (source: string, tag = false) => ({
    project: { path: "group/sub/app", server: "gitlab.example.com:8443" },
    trigger: { source, ref: "feature/X", tag, defaultBranch: "main" },
    commit: {
      sha: "a".repeat(40),
      beforeSha: "b".repeat(40),
      timestamp: "",
      message: "One\n\nTwo",
      author: "",
    },
    pipelineId: 7,
  });

  it("tell branches, tags and merge requests apart", () => {
    expect(pipelineVariables(identity("push"))).toMatchObject({
      CI_COMMIT_BRANCH: "feature/X",
      CI_COMMIT_TITLE: "One",
    });
    expect(pipelineVariables(identity("push", true))).toMatchObject({ CI_COMMIT_TAG: "feature/X" });
    const mergeRequest = pipelineVariables(identity("merge_request_event"));
    expect(mergeRequest).toMatchObject({
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature/X",
      CI_COMMIT_REF_NAME: "feature/X",
    });
    expect(mergeRequest).not.toHaveProperty("CI_COMMIT_BRANCH");
    expect(pipelineVariables(identity("push"))).not.toHaveProperty("CI_COMMIT_TAG");
  });

  it("make slugs as GitLab does", () => {
    expect(slug("-Feature/Ä_1-")).toBe("feature---1");
    expect(slug("x".repeat(70))).toHaveLength(63);
    expect(environmentSlug("production")).toBe("production");
    expect(environmentSlug("review/feature-1")).toMatch(/^review-feature-1-[a-z0-9]{6}$/);
  });
});

describe("masking", () => {
  it("hides every line of a secret, the longest first, and leaves short texts alone", () => {
    const mask = maskerFor(["-----BEGIN KEY-----\nAAAABBBBCCCC\nshort\n", "AAAABBBBCCCCDDDD", "tiny"]);
    expect(mask("x AAAABBBBCCCCDDDD y AAAABBBBCCCC short tiny -----BEGIN KEY-----")).toBe(
      "x [MASKED] y [MASKED] short tiny [MASKED]",
    );
    expect(maskerFor(["a.c+(d)ef"])("a.c+(d)ef abc")).toBe("[MASKED] abc");
  });
});
