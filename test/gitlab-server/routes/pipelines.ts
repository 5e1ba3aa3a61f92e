import {
  bridgeRecord,
  jobRecord,
  pipelineBasics,
  pipelineRecord,
  pipelineWithName,
} from "../records/index.ts";
import { testReportOf } from "../test-report.ts";
import { roles } from "../tokens.ts";
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
  requireRole,
  route,
  takesVariables,
  writable,
} from "./request.ts";

const statuses =
  "created waiting_for_resource preparing waiting_for_callback pending running success failed canceling canceled skipped manual scheduled".split(
    " ",
  );

/** Pipelines, and the lists of their jobs. */
export const pipelines: readonly Route[] = [
  route("POST", "/projects/:id/pipeline", (request, id) => {
    const project = writable(request, id);
    const { ref, variables = [], inputs = {} } = { ref: request.query.get("ref"), ...request.body };
    if (!ref) throw new Refusal(400, { error: "ref is missing" });
    const names = variables.map(({ key }: { key: string }) => key);
    const twice = names.filter((name: string, index: number) => names.indexOf(name) !== index);
    if (twice.length > 0)
      throw new Refusal(400, {
        message: { base: [`Variables have duplicate values (${[...new Set(twice)].join(", ")})`] },
      });
    if (variables.length > 0 && !takesVariables(request, project))
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
    const status = request.query.get("status");
    if (status !== null && !statuses.includes(status))
      throw new Refusal(400, { error: "status does not have a valid value" });
    // Child pipelines are listed only where they are asked for.
    const records = pipelinesOf(request.state, project)
      .filter((each) => each.start.parent === undefined || request.query.has("source"))
      .map((each) => ({ ...pipelineBasics(request.state, each), name: null }))
      .filter((each) =>
        wanted.every((name) => !request.query.has(name) || each[name] === request.query.get(name)),
      );
    return paged(request, records);
  }),
  route("GET", "/projects/:id/pipelines/:pipeline", (request, id, number) => ({
    json: pipelineWithName(request.state, pipelineOf(request, id, number)),
  })),
  route("POST", "/projects/:id/pipelines/:pipeline/cancel", (request, id, number) => {
    writable(request, id);
    const pipeline = pipelineOf(request, id, number);
    pipeline.cancel();
    return { json: pipelineRecord(request.state, pipeline) };
  }),
  route("DELETE", "/projects/:id/pipelines/:pipeline", async (request, id, number) => {
    requireRole(request, projectOf(request, id), roles.owner);
    const pipeline = pipelineOf(request, id, number);
    await pipeline.end();
    request.state.pipelines.splice(request.state.pipelines.indexOf(pipeline), 1);
    return { status: 204 };
  }),
  route("GET", "/projects/:id/pipelines/:pipeline/jobs", (request, id, number) => {
    const pipeline = pipelineOf(request, id, number);
    const scopes = [...request.query.getAll("scope[]"), ...request.query.getAll("scope")];
    return paged(
      request,
      pipeline.jobs
        .filter((job) => !job.bridge)
        .toReversed()
        .flatMap((job) => {
          const record = jobRecord(request.state, pipeline, job);
          // An earlier attempt is a job of its own, which is listed only where it is asked for.
          const retried = request.query.get("include_retried") === "true" ? Math.max(0, job.attempts - 1) : 0;
          const earlier = { ...record, status: "failed", failure_reason: "script_failure" };
          return [
            record,
            ...Array.from({ length: retried }, (_, index) => ({
              ...earlier,
              id: 1_000_000 + 10 * job.id + index,
            })),
          ];
        })
        .filter(({ status }) => scopes.length === 0 || scopes.includes(status)),
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
