import { reportClaimed } from "../claimed.ts";
import { includeHint } from "../include-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-found",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Every include leads to a file.",
  why: "GitLab refuses the pipeline if one of its includes cannot be read.",
  reference: "https://docs.gitlab.com/ci/yaml/#include",
  codes: [
    "include-kind",
    "include-ambiguous",
    "include-subkey-unknown",
    "include-address-kind",
    "include-extension",
    "local-file-missing",
    "local-file-empty",
    "project-missing",
    "project-ref-missing",
    "project-file-missing",
    "project-file-empty",
    "remote-address-invalid",
    "remote-failed",
    "remote-integrity",
    "template-name-invalid",
    "file-empty-or-missing",
    "artifact-outside-child",
    "component-missing",
    "component-version-outside-catalog",
    "included-file-empty",
    "includes-many",
  ],
  check: (file, context) =>
    reportClaimed(context, ({ problem }) => includeHint(problem, file, context.project)),
};
