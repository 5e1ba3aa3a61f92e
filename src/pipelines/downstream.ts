import type { PlannedJob, Trigger } from "./plan.ts";
import type { PipelineEvent, PipelineResult } from "./result.ts";
import type { CiVariable } from "./variables.ts";

/** A pipeline that a trigger job has started. */
export interface Downstream {
  /** Settles when it has come to rest. */
  readonly done: Promise<PipelineResult>;
  /** As it stands. */
  result(): PipelineResult;
}

/** What the pipeline above hands down. */
export interface Handover {
  /** The trigger job's name. */
  readonly job: string;
  /** Variables of the trigger job, resolved, and those of the pipeline where it forwards them. */
  readonly variables: readonly CiVariable[];
  readonly readArtifact: (job: string, path: string) => Promise<string | undefined>;
  readonly onEvent: (event: PipelineEvent) => void;
}

/** Starts a trigger job's pipeline; gives GitLab's reasons where it is refused, undefined where it cannot be run here. */
export type StartDownstream = (
  trigger: Trigger,
  handover: Handover,
) => Promise<Downstream | { readonly errors: readonly string[] } | undefined>;

/** The configuration of a child pipeline: the file that an earlier job made, or all that `trigger:include` names. */
export async function childConfiguration(
  include: unknown,
  readArtifact: Handover["readArtifact"],
): Promise<string> {
  const parts = [include].flat() as (string | Readonly<Record<string, unknown>>)[];
  const [first] = parts;
  if (typeof first === "object" && first !== null && "artifact" in first) {
    const text = await readArtifact(String(first.job), String(first.artifact));
    if (text !== undefined) return text;
  }
  // JSON is YAML: no quoting rules to get wrong.
  return JSON.stringify({
    include: parts.map((part) => (typeof part === "string" ? { local: part } : part)),
  });
}

/** Whether the trigger job takes over how its pipeline ends (docs, ci/yaml "trigger:strategy"). */
export function waits({ trigger }: PlannedJob): boolean {
  return trigger?.strategy === "depend" || trigger?.strategy === "mirror";
}

/** The jobs of a downstream pipeline and what happens to them, under the name of the job that started it. */
export function below(job: string, event: PipelineEvent): PipelineEvent {
  if (!("job" in event)) return event;
  const name = `${job} / ${event.job}`;
  if (event.kind === "job-finished") return { ...event, job: name, result: { ...event.result, name } };
  return { ...event, job: name };
}

/** Docs, ci/yaml "trigger:forward": variables of the file by default, those of the pipeline where it says so. */
export function forwardedVariables(
  { variables, trigger }: PlannedJob,
  given: readonly CiVariable[],
  resolve: (text: string) => string,
): CiVariable[] {
  const { yaml_variables: yaml = true, pipeline_variables: all = false } = trigger?.forward ?? {};
  const own = variables.map(({ key, value }): CiVariable => {
    return { key, value: resolve(value), type: "variable", masked: false, raw: true };
  });
  return [...(yaml ? own : []), ...(all ? given : [])];
}
