import { featuresOf } from "../features.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "gitlab-version-supported",
  group: "portability",
  severity: "warning",
  confidence: "certain",
  summary: "Nothing in the file is newer than the GitLab version it must run on.",
  why: "Self-managed servers lag behind. With `--gitlab-version 17.11` every feature that came later is reported with the version that brought it. Without a target the rule is silent.",
  reference: "https://docs.gitlab.com/ci/yaml/",
  check(file, { report, project }) {
    const target = project.gitlabVersion;
    if (target === undefined) return;
    for (const { name, since, at } of featuresOf(file)) {
      const [major = 0, minor = 0] = since.split(".").map(Number);
      if (major < target.major || (major === target.major && minor <= target.minor)) continue;
      report({ at, message: `${name} needs GitLab ${since}; the target is ${target.major}.${target.minor}` });
    }
  },
};
