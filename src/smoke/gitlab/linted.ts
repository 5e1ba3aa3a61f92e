import type { LintResult } from "../../gitlab/index.ts";
import type { PipelineResult } from "../../pipelines/result.ts";
import type { SmokePipeline } from "../session.ts";

/** What the linter's verdict comes to where nothing is to run. */
export async function linted(verdict: LintResult, sha: string): Promise<SmokePipeline> {
  const { valid, errors, warnings, merged_yaml: merged } = verdict;
  if (!valid) return refused(errors, sha, warnings);
  return unrun({ created: true, state: "expanded", warnings, config: await configOf(merged) }, sha);
}

/** A pipeline that was not made, with the reasons. */
export function refused(errors: readonly string[], sha: string, warnings: readonly string[]): SmokePipeline {
  return unrun({ created: false, state: "refused", errors, warnings }, sha);
}

function unrun(
  result: Pick<PipelineResult, "created" | "state"> & Partial<PipelineResult>,
  sha: string,
): SmokePipeline {
  const play = () => Promise.reject(new Error(`the pipeline was ${result.state}: there is nothing to play`));
  return { result: { errors: [], warnings: [], jobs: [], seconds: 0, ...result }, sha, play };
}

/** GitLab's merged configuration as plain data. */
export async function configOf(text: string | null): Promise<unknown> {
  if (text === null) return undefined;
  const { loadYaml, Source, toJson } = await import("../../engine/yaml/index.ts");
  try {
    return toJson(loadYaml(new Source("merged.yml", text)).value);
  } catch {
    return undefined;
  }
}
