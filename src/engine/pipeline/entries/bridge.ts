import { toJson } from "../../yaml/index.ts";
import { check, optional, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import { inheritDefaults } from "./inherit.ts";
import { needs } from "./needs.ts";
import { parallel } from "./parallel.ts";
import { COMMON_KEYS, commonChecks, commonChildren, commonValues, compact } from "./processable.ts";
import { allowedKeys, isString, isTrueOrFalse, oneOf } from "./rules.ts";
import { trigger } from "./trigger.ts";

/* A trigger job: it starts another pipeline (https://docs.gitlab.com/ci/yaml/#trigger). */

const WHEN = ["on_success", "on_failure", "always", "manual"];

export const bridge: Definition = {
  title: "bridge",
  checks: [
    ...commonChecks,
    check("config", allowedKeys("trigger", "parallel", ...COMMON_KEYS)),
    optional("when", isString, oneOf(WHEN, `should be one of: ${WHEN.join(", ")}`)),
    optional("allow_failure", isTrueOrFalse),
  ],
  composedChecks: [
    verify("config", (entry) =>
      entry.childSpecified("trigger") || upstreamPipelines(entry) > 0
        ? undefined
        : "should contain either a trigger or a needs:pipeline",
    ),
    verify("config", (entry) =>
      upstreamPipelines(entry) > 1 ? "should contain at most one bridge need" : undefined,
    ),
  ],
  children: {
    ...commonChildren,
    trigger: { is: trigger },
    needs: { is: needs, options: { needs: ["job", "bridge"] } },
    parallel: { is: parallel, options: { strategies: ["matrix"] } },
  },
  inherit: (entry, root) => inheritDefaults(entry, root, ["interruptible"]),
};

/** How many pipelines of other projects the job mirrors. */
function upstreamPipelines(entry: Entry): number {
  const needed = entry.childValue("needs") as { bridge?: readonly unknown[] } | undefined;
  return needed?.bridge?.length ?? 0;
}

/** What a trigger job comes to, in GitLab's names. */
export function bridgeValues(entry: Entry, root: Entry): Record<string, unknown> {
  const needsDefined = entry.childSpecified("needs");
  return compact({
    ...commonValues(entry, root),
    trigger: entry.childValue("trigger"),
    needs: needsDefined ? entry.childValue("needs") : undefined,
    allow_failure: toJson(entry.get("allow_failure") ?? null) ?? entry.get("when") === "manual",
    when: toJson(entry.get("when") ?? null) ?? "on_success",
    scheduling_type: needsDefined ? "dag" : "stage",
    parallel: entry.childValue("parallel"),
  });
}
