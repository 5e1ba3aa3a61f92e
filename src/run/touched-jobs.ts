import type { Planned } from "../pipelines/plan-pipeline.ts";

/** The jobs of a pipeline that are in it because of what changed: a rule with `changes`, or `only:changes`, has let them in. */
export function touchedJobs({ planned }: { readonly planned: Planned }): string[] {
  if ("errors" in planned) return [];
  const { creation, expansion } = planned;
  return [...creation.jobs].flatMap(([name, { decision }]) => {
    const { rules, only } = expansion.jobs[name] ?? {};
    const rule = decision.rule === undefined ? undefined : rules?.[decision.rule];
    const policy = decision.keyword === "only" ? only : undefined;
    return rule?.changes !== undefined || policy?.changes !== undefined ? [name] : [];
  });
}
