import { YamlMap, type YamlValue } from "../../engine/yaml/index.ts";
import { jobsByName } from "../creations.ts";
import { itemsOf } from "../jobs.ts";
import { kindWithout } from "../reachability.ts";
import type { Rule } from "../rule.ts";
import { judgedPipelines, presenceOf } from "../surroundings.ts";

export const rule: Rule = {
  id: "needs-together",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "A job and the jobs that it needs are in the same pipelines.",
  why: "If a rule leaves out a job that another one needs, GitLab makes no pipeline at all.",
  reference: "https://docs.gitlab.com/ci/yaml/#needsoptional",
  codes: ["need-absent"],
  check(file, { report, project }) {
    const told = new Set<string>();
    for (const pipeline of judgedPipelines(file, project)) {
      if (pipeline.included.isPartial) continue;
      const byName = jobsByName(file, pipeline.included);
      const resolved = (name: string) =>
        pipeline.config.get(pipeline.included.pipeline.origins.get(name) ?? name);
      for (const [name, job] of byName) {
        const needing = resolved(name);
        if (!(needing instanceof YamlMap) || told.has(job.name)) continue;
        for (const need of neededJobs(needing)) {
          const needed = resolved(need);
          if (!(needed instanceof YamlMap)) continue;
          const kind = kindWithout(presenceOf(needed, pipeline), presenceOf(needing, pipeline), pipeline);
          if (kind === undefined) continue;
          const other = byName.get(need);
          told.add(job.name);
          report({
            at: job.entry("needs")?.keyPlace ?? job.place,
            code: "need-absent",
            message: `no pipeline for ${kind.name}: "${job.name}" needs "${other?.name ?? need}", which is not in it`,
            hint: "give both the same rules, or write needs: [{job: …, optional: true}]",
            related: [{ message: "the needed job", at: other?.place }],
          });
          break;
        }
      }
    }
  },
};

/** The jobs of the same pipeline that must be in it; a rule may bring other needs than the job's. */
function neededJobs(job: YamlMap): string[] {
  const rules = itemsOf(job.entry("rules"));
  if (rules.some(({ value }) => value instanceof YamlMap && value.has("needs"))) return [];
  return itemsOf(job.entry("needs")).flatMap(({ value }) => neededJob(value) ?? []);
}

function neededJob(need: YamlValue): string | undefined {
  if (typeof need === "string") return need;
  if (!(need instanceof YamlMap) || need.has("pipeline") || need.has("project")) return undefined;
  const name = need.get("job");
  return typeof name === "string" && need.get("optional") !== true ? name : undefined;
}
