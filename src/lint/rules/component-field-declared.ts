import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "component-field-declared",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Every field of the component context that is used is declared under `spec:component`.",
  why: "`component.name`, `sha`, `version` and `reference` are there only if the header asks for them.",
  since: "18.6",
  reference: "https://docs.gitlab.com/ci/components/#use-component-context-in-components",
  codes: ["component-field-undeclared"],
  check: (_file, context) =>
    reportClaimed(
      context,
      () => "list it under spec:component; the fields are name, sha, version and reference",
    ),
};
