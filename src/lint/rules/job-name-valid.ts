import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "job-name-valid",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Every visible job has a name, and a script, a run or a trigger.",
  why: "GitLab refuses jobs without a name and jobs that do nothing.",
  reference: "https://docs.gitlab.com/ci/jobs/",
  codes: ["job-name-kind", "job-without-script"],
  check: (_file, context) => reportClaimed(context),
};
