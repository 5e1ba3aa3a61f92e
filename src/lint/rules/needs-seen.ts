import { YamlMap, type YamlValue } from "../../engine/yaml/index.ts";
import { includedPipeline } from "../graph.ts";
import { itemsOf } from "../jobs.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needs-seen",
  group: "pipeline",
  severity: "info",
  confidence: "medium",
  summary: "Every needed job is in a file that can be read here.",
  why: "A job may come from an include that cannot be read, or from whoever extends a hidden job. Berth cannot tell that from a misspelt name, so it says which needs nobody has checked.",
  reference: "https://docs.gitlab.com/ci/yaml/#needs",
  check(file, { project, report }) {
    const included = includedPipeline(file, project);
    // What belongs around a file that nothing includes is not known.
    if (included === undefined || included.isAlone) return;
    const { pipeline, isPartial, fileOf } = included;
    const { config } = pipeline;
    if (config === undefined) return;
    // Where everything could be read, needs-declared has told the rest.
    const told = new Set(
      isPartial
        ? []
        : pipeline.errors.flatMap(({ code, place }) => (code === "need-undefined" ? [place?.start] : [])),
    );
    for (const entry of config.entries()) {
      if (!(entry.value instanceof YamlMap)) continue;
      for (const { value, place } of itemsOf(entry.value.entry("needs"))) {
        const name = neededJob(value);
        if (name === undefined || config.has(name) || config.has(withoutNumber(name))) continue;
        if (place === undefined || place.origins.length > 0 || fileOf(place) !== file.path) continue;
        if (told.has(place.start)) continue;
        told.add(place.start);
        const names = [...config.entries()].map(({ key }) => String(key));
        report({
          at: { ...place.toJSON(), file: file.path },
          message: `job "${name}" is in no file that can be read here`,
          hint: meant(name, names) ?? "make sure that an include, or who extends this job, brings it",
        });
      }
    }
  },
};

/** The name of a job of the same pipeline that must be there. */
function neededJob(need: YamlValue): string | undefined {
  if (typeof need === "string") return need;
  if (!(need instanceof YamlMap) || need.has("pipeline") || need.has("project")) return undefined;
  const name = need.get("job");
  return typeof name === "string" && need.get("optional") !== true ? name : undefined;
}

/** `test` of `test 1/2` and `test: [linux, arm]`, which `parallel` makes. */
function withoutNumber(name: string): string {
  return name.replace(/ \d+\/\d+$|: \[.*\]$/, "");
}
