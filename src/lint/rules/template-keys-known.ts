import { JOB_KEYWORDS } from "../../engine/pipeline/index.ts";
import { YamlMap } from "../../engine/yaml/index.ts";
import { includedPipeline } from "../graph.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "template-keys-known",
  group: "pipeline",
  severity: "info",
  confidence: "high",
  summary: "A hidden job that reads like a job holds only keywords that GitLab knows.",
  why: "GitLab does not look into a hidden job that nothing extends. Whoever extends it gets the error for a misspelt keyword in it.",
  reference: "https://docs.gitlab.com/ci/jobs/#hide-a-job",
  check(file, { project, report }) {
    const included = includedPipeline(file, project);
    if (included === undefined) return;
    const { pipeline, fileOf } = included;
    // Told by job-keys-known, where a job extends it.
    const told = new Set(
      pipeline.errors.flatMap(({ code, place }) => (code === "keys-unknown" ? [place?.start] : [])),
    );
    for (const { key, value } of pipeline.config?.entries() ?? []) {
      if (!String(key).startsWith(".") || !(value instanceof YamlMap)) continue;
      const entries = [...value.entries()];
      if (!entries.some((entry) => JOB_KEYWORDS.includes(String(entry.key)))) continue;
      for (const { key: name, keyPlace } of entries) {
        const keyword = String(name);
        if (JOB_KEYWORDS.includes(keyword) || keyPlace === undefined || told.has(keyPlace.start)) continue;
        if (fileOf(keyPlace) !== file.path || isUsedOtherwise(file.text, keyword, keyPlace.end)) continue;
        told.add(keyPlace.start);
        report({
          at: { ...keyPlace.toJSON(), file: file.path },
          message: `"${keyword}" is not a keyword of jobs`,
          hint: meant(keyword, JOB_KEYWORDS) ?? "a job that extends this one would be refused",
        });
      }
    }
  },
};

/** A value kept for an alias or for `!reference` may have any name. */
function isUsedOtherwise(text: string, key: string, end: number): boolean {
  return /^["']?\s*:\s*&/.test(text.slice(end)) || text.split(key).length > 2;
}
