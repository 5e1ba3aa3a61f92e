import { includesOf } from "../includes.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-pinned",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "Includes from other projects name a version, and remote files an integrity hash.",
  why: "A branch, `~latest` or a project include without `ref` runs whatever its owner pushes next, with your variables and your runners.",
  reference: "https://docs.gitlab.com/ci/components/#component-versions",
  check(file, { report }) {
    for (const include of includesOf(file)) {
      if (include.kind === "component" && include.value.includes("@")) {
        const version = include.value.slice(include.value.lastIndexOf("@") + 1);
        if (!/^(~latest|main|master|develop|dev|trunk|HEAD|latest)$/.test(version)) continue;
        report({
          at: include.at,
          message: `component version "${version}" moves`,
          hint: "name a tag such as 1.2.3, a partial version such as 1, or a commit",
        });
      } else if (include.kind === "project" && typeof include.map?.get("ref") !== "string") {
        report({
          at: include.at,
          message: `include of project "${include.value}" has no ref`,
          hint: "add ref: with a tag or a commit",
        });
      } else if (include.kind === "remote" && !include.map?.has("integrity")) {
        report({
          at: include.at,
          message: "remote include without an integrity hash",
          hint: "add integrity: sha256-… (GitLab 17.9), or include a project at a tag",
        });
      }
    }
  },
};
