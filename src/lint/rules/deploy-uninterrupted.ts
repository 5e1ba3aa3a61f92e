import { YamlMap } from "../../engine/yaml/index.ts";
import { deployments } from "../deployments.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "deploy-uninterrupted",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "Jobs that deploy are not interruptible.",
  why: "An interruptible job is cancelled when a newer pipeline starts, in the middle of the deployment.",
  reference: "https://docs.gitlab.com/ci/yaml/#interruptible",
  check(file, { report }) {
    const defaults = file.body?.get("default");
    for (const { job } of deployments(file)) {
      const entry =
        job.entry("interruptible") ??
        (defaults instanceof YamlMap ? defaults.entry("interruptible") : undefined);
      if (entry?.value !== true) continue;
      report({
        at: entry.keyPlace,
        message: `job "${job.name}" deploys and may be cancelled half way`,
        hint: "set interruptible: false",
      });
    }
  },
};
