import { JOB_STARTERS } from "../../engine/pipeline/index.ts";
import { type Entry, YamlMap } from "../../engine/yaml/index.ts";
import { nearest } from "../nearest.ts";
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
  check(file, { claimed, report }) {
    for (const { problem, place, message, related } of claimed) {
      const job = problem.code === "job-without-script" ? problem.facts.job : "";
      const map = file.body?.get(job);
      const misspelt = map instanceof YamlMap ? [...map.entries()].find(isMisspelt) : undefined;
      const hint =
        job === "spec"
          ? "put a line --- behind the header"
          : misspelt && `did you mean "${nearest(String(misspelt.key), JOB_STARTERS)}"?`;
      const at = job === "spec" ? file.body?.entry("spec")?.keyPlace : (misspelt?.keyPlace ?? place);
      report({ code: problem.code, at, message, hint, related });
    }
  },
};

/** What makes a mapping a job. */

function isMisspelt({ key }: Entry): boolean {
  return typeof key === "string" && nearest(key, JOB_STARTERS) !== undefined;
}
