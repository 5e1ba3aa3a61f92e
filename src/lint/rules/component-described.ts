import { isKnownTo, NEWEST_VERSION } from "../../engine/version/index.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "component-described",
  group: "catalog",
  severity: "info",
  confidence: "high",
  summary: "A component's header says what it does.",
  why: "`spec:description` is what lists of components show beside the name. It needs GitLab 18.10.",
  since: "18.10",
  reference: "https://docs.gitlab.com/ci/yaml/#specdescription",
  check(file, { report, project }) {
    const oldest = project.gitlabVersions?.from ?? NEWEST_VERSION;
    if (!isKnownTo(oldest, "spec:description")) return;
    if (file.kind !== "component" || file.spec === undefined) return;
    const description = file.spec.get("description");
    if (typeof description === "string" && description.trim() !== "") return;
    report({
      at: file.header?.entry("spec")?.keyPlace,
      message: "the component has no description",
      hint: "add spec:description (at most 256 characters)",
    });
  },
};
