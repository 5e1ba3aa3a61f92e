import { componentsByRoot, startOf } from "../components.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "tag-semantic",
  group: "catalog",
  severity: "warning",
  confidence: "certain",
  summary: "The newest tag is a semantic version without a leading v.",
  why: "The catalog takes only tags such as 1.2.3. A tag v1.2.3 is no version to it, so consumers cannot ask for 1 or ~latest.",
  reference: "https://docs.gitlab.com/ci/components/#semantic-versioning",
  checkProject(files, { report, project }) {
    for (const [root, [first]] of componentsByRoot(files)) {
      const tag = project.tags(root)?.[0];
      if (first === undefined || tag === undefined || !/^v\d+(?:\.\d+)*/.test(tag)) continue;
      report({
        at: startOf(first.path),
        message: `tag "${tag}" is no version to the catalog`,
        hint: `tag the next release without the v: ${tag.replace(/^v/, "")}`,
      });
    }
  },
};
