import { compareGitLabVersions, parseGitLabVersion, showGitLabVersion } from "../../engine/version/index.ts";
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
    const range = project.gitlabVersions;
    if (range === undefined) return;
    for (const { name, since, until, at } of featuresOf(file)) {
      const [first, last] = [parseGitLabVersion(since ?? ""), parseGitLabVersion(until ?? "")];
      if (first && compareGitLabVersions(first, range.from) > 0)
        report({
          at,
          message: `${name} needs GitLab ${since}; the target is ${showGitLabVersion(range.from)}`,
        });
      if (last && compareGitLabVersions(last, range.to) <= 0)
        report({ at, message: `${name} was removed in GitLab ${until}` });
    }
  },
};
