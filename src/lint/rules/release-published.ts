import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "release-published",
  group: "catalog",
  severity: "info",
  confidence: "high",
  summary: "The pipeline of a component project has a job that makes a release.",
  why: "A version reaches the catalog only through the `release` keyword of a job that runs for a tag. A release made by hand or through the API is not published.",
  reference: "https://docs.gitlab.com/ci/components/#publish-a-new-release",
  check(file, { report, project }) {
    if (file.kind !== "pipeline") return;
    const hasComponents = project.files.some((each) => each.kind === "component" && each.root === file.root);
    if (!hasComponents || file.body?.has("include") || file.jobs.some((job) => job.entry("release"))) return;
    report({
      at: undefined,
      message: "no job publishes a release to the catalog",
      hint: "add a job with release: and rules: - if: $CI_COMMIT_TAG",
    });
  },
};
