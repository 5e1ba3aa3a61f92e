import { bridgeRecord, jobRecord, pipelineBasics, pipelineRecord } from "../records.ts";
import { testReportOf } from "../test-report.ts";
import { ciVariable, created } from "./created.ts";
import {
  type Answer,
  paged,
  pipelineOf,
  pipelinesOf,
  projectOf,
  Refusal,
  type Request,
  type Route,
  route,
  writable,
} from "./request.ts";

/** Pipelines, and the lists of their jobs. */
export const pipelines: readonly Route[] = [
  route("POST", "/projects/:id/pipeline", (request, id) => {
    const project = writable(request, id);
    const { ref, variables = [], inputs = {} } = { ref: request.query.get("ref"), ...request.body };
    if (!ref) throw new Refusal(400, { error: "ref is missing" });
    if (variables.length > 0 && project.variablesRole === "no_one_allowed")
      throw new Refusal(400, { message: { base: ["Insufficient permissions to set pipeline variables"] } });
    return created(request, {
      project,
      ref,
      tag: project.tags().includes(ref),
      source: "api",
      variables: variables.map(ciVariable),
      inputs,
    });
  }),
  route("GET", "/projects/:id/pipelines", (request, id) => {
    const project = projectOf(request, id);
    const wanted = ["ref", "sha", "source", "status"] as const;
    // Child pipelines are listed only where they are asked for.
    const records = pipelinesOf(request.state, project)
      .filter((each) => each.start.parent === undefined || request.query.has("source"))
      .map((each) => pipelineBasics(request.state, each))
      .filter((each) =>
        wanted.every((name) => !request.query.has(name) || each[name] === request.query.get(name)),
      );
    return paged(request, records);
  }),
  route("GET", "/projects/:id/pipelines/:pipeline", (request, id, number) => ({
    json: pipelineRecord(request.state, pipelineOf(request, id, number)),
  })),
  route("POST", "/projects/:id/pipelines/:pipeline/cancel", (request, id, number) => {
    writable(request, id);
    const pipeline = pipelineOf(request, id, number);
    pipeline.cancel();
    return { status: 201, json: pipelineRecord(request.state, pipeline) };
  }),
  route("DELETE", "/projects/:id/pipelines/:pipeline", async (request, id, number) => {
    writable(request, id);
    const pipeline = pipelineOf(request, id, number);
    await pipeline.end();
    request.state.pipelines.splice(request.state.pipelines.indexOf(pipeline), 1);
    return { status: 204 };
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/jobs", (request, id, number) => {
    const pipeline = pipelineOf(request, id, number);
    return paged(
      request,
      pipeline.jobs
        .filter((job) => !job.bridge)
        .toReversed()
        .map((job) => jobRecord(request.state, pipeline, job)),
    );
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/bridges", bridges),
  route("GET", "/projects/:id/pipelines/:pipeline/trigger_jobs", (request, id, number) => {
    if (request.state.options.triggerJobs === false) throw new Refusal(404, { error: "404 Not Found" });
    return bridges(request, id, number);
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/test_report", async (request, id, number) => ({
    json: await testReportOf(pipelineOf(request, id, number)),
  })),
];

function bridges(request: Request, id?: string, number?: string): Answer {
  const pipeline = pipelineOf(request, id, number);
  const found = pipeline.jobs.filter((job) => job.bridge).toReversed();
  return paged(
    request,
    found.map((job) => bridgeRecord(request.state, pipeline, job)),
  );
}
