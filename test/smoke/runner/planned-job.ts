import type { PlannedJob } from "../../../src/pipelines/plan.ts";

/** A job that runs `true`, with what `given` says in place of that. */
export function plannedJob(name: string, given: Partial<PlannedJob> = {}): PlannedJob {
  return {
    name,
    stage: "test",
    when: "on_success",
    allowFailure: false,
    beforeScript: [],
    script: ["true"],
    afterScript: [],
    services: [],
    variables: [],
    cache: [],
    retry: { max: 0, when: [], exitCodes: [] },
    tags: [],
    trigger: undefined,
    ...given,
  };
}
