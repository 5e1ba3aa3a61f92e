import type { CiVariable } from "../../../src/pipelines/variables.ts";
import { pipelineRecord } from "../records/index.ts";
import { ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";
import { type Answer, Refusal, type Request } from "./request.ts";

/** Starts a pipeline. Returns it, or refuses with the reasons why it is not created. */
export function created(request: Request, start: Parameters<ServerState["startPipeline"]>[0]): Answer {
  const made = request.state.startPipeline(start);
  if (!(made instanceof ServerPipeline)) throw new Refusal(400, { message: { base: made.errors } });
  return { status: 201, json: pipelineRecord(request.state, made) };
}

/** A variable as a client sends it. */
export function ciVariable({
  key,
  value,
  variable_type,
}: {
  key: string;
  value: string;
  variable_type?: string;
}): CiVariable {
  return { key, value, type: variable_type === "file" ? "file" : "variable", masked: false, raw: false };
}
