import { childConfiguration, type Handover, type StartDownstream } from "./downstream.ts";
import type { PipelinePlan } from "./plan.ts";
import type { Planned } from "./plan-pipeline.ts";
import type { PipelineIdentity } from "./predefined.ts";
import type { LocalPipeline } from "./run-pipeline.ts";

/** Numbers of pipelines: they grow from run to run, because releases on a server carry them in their names. */
let lastPipelineId = Math.floor(Date.now() / 1000) - 1_700_000_000;

/** A number that no earlier pipeline on this machine has had. */
export function nextPipelineId(): number {
  lastPipelineId += 1;
  return lastPipelineId;
}

/** How the children of a pipeline are planned and opened. */
export interface ChildMaker {
  readonly parent: PipelineIdentity;
  /** Plans the text of a child's configuration. */
  readonly plan: (
    text: string,
    identity: PipelineIdentity,
    variables: Handover["variables"],
  ) => Promise<Planned>;
  readonly open: (plan: PipelinePlan, identity: PipelineIdentity, handover: Handover) => LocalPipeline;
}

/** Starts child pipelines on the commit of their parent. Pipelines of other projects are not there to be run. */
export function startChildren({ parent, plan, open }: ChildMaker): StartDownstream {
  return async ({ include }, handover) => {
    if (include === undefined) return undefined;
    const trigger = { ...parent.trigger, source: "parent_pipeline" };
    const identity = { ...parent, trigger, pipelineId: nextPipelineId() };
    const text = await childConfiguration(include, handover.readArtifact);
    const planned = await plan(text, identity, handover.variables);
    if ("errors" in planned) return { errors: planned.errors };
    const child = open(planned.plan, identity, handover);
    return { done: child.run(), result: () => child.result() };
  };
}
