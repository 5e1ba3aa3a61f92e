import { YamlMap } from "../../engine/yaml/index.ts";
import { itemsOf } from "../jobs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needed-artifacts-made",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A job that asks for another one's artifacts gets some.",
  why: "`dependencies`, and `needs` with `artifacts: true`, fetch what a job leaves. If that job declares no artifacts there is nothing to fetch, and the script finds no files.",
  reference: "https://docs.gitlab.com/ci/yaml/#needsartifacts",
  check(file, { report }) {
    const byName = new Map(file.jobs.map((job) => [job.name, job]));
    for (const job of file.jobs) {
      const needs = itemsOf(job.entry("needs")).flatMap(({ value, place }) =>
        value instanceof YamlMap && value.get("artifacts") === true
          ? [{ name: value.get("job"), place }]
          : [],
      );
      const dependencies = itemsOf(job.entry("dependencies")).map(({ value, place }) => ({
        name: value,
        place,
      }));
      for (const { name, place } of [...needs, ...dependencies]) {
        const other = typeof name === "string" ? byName.get(name) : undefined;
        if (
          !other ||
          other.entry("artifacts") ||
          other.entry("extends") ||
          other.entry("trigger") ||
          file.body?.has("default")
        )
          continue;
        report({
          at: place,
          message: `job "${other.name}" leaves no artifacts`,
          related: [{ message: "it declares none", at: other.place }],
        });
      }
    }
  },
};
