import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "pipeline-valid",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "The pipeline is one that GitLab accepts.",
  why: "Everything that GitLab refuses in jobs and global keywords and that no other rule explains. The file is judged as a consumer would include it, with plausible values for the required inputs.",
  reference: "https://docs.gitlab.com/ci/yaml/",
  stage: "pipeline",
  isCatchAll: true,
  check: (_file, context) => reportClaimed(context),
};
