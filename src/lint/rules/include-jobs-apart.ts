import { toJson, YamlMap, type YamlValue } from "../../engine/yaml/index.ts";
import type { LintFile } from "../file.ts";
import { type Include, includesOf } from "../includes.ts";
import { listed } from "../nearest.ts";
import { pipelineOfInclude } from "../pipeline-of-include.ts";
import type { LintProject } from "../project.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-jobs-apart",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "No two includes define the same job.",
  why: "The later one replaces the earlier one's job without a word. It happens where one component is included twice, and where a job was copied from one file to another: one of the two never runs.",
  reference: "https://docs.gitlab.com/ci/yaml/includes/#use-nested-includes-with-duplicate-includes-entries",
  check(file, { report, project }) {
    const includes = includesOf(file).filter(({ isChild, map }) => !isChild && !map?.has("rules"));
    if (includes.length < 2) return;
    const earlier = new Map<string, { readonly text: string; readonly include: Include }>();
    for (const include of includes) {
      const lost = new Map<Include, string[]>();
      for (const [name, text] of jobsOf(include, file, project)) {
        const other = earlier.get(name);
        if (other !== undefined && other.text !== text)
          lost.set(other.include, [...(lost.get(other.include) ?? []), name]);
        earlier.set(name, { text, include });
      }
      for (const [other, names] of lost)
        report({
          at: include.at,
          message: `${names.length === 1 ? "job" : "jobs"} ${listed(names)} of this include ${names.length === 1 ? "replaces" : "replace"} the one of an earlier include`,
          hint: "give the job another name in one of the two, by an input such as job_prefix if there is one, or include one of them",
          related: [{ message: "what is here is lost", at: other.at }],
        });
    }
  },
};

/** The visible jobs that an include brings, each with everything that it says. A job without work of its own is there to amend one. */
function jobsOf(include: Include, file: LintFile, project: LintProject): Map<string, string> {
  const config = pipelineOfInclude(file, include, project)?.config;
  const jobs = [...(config?.entries() ?? [])].filter(({ key, value }) => isJob(String(key), value));
  return new Map(jobs.map(({ key, value }) => [String(key), JSON.stringify(toJson(value))]));
}

function isJob(name: string, value: YamlValue): boolean {
  if (name.startsWith(".") || name.startsWith("berth_") || !(value instanceof YamlMap)) return false;
  return ["script", "run", "trigger"].some((key) => value.has(key));
}
