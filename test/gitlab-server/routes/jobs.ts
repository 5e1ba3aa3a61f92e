import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jobBasics, jobRecord } from "../records/index.ts";
import type { ServerJob, ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";
import { traceOf } from "../trace-form.ts";
import { ciVariable } from "./created.ts";
import {
  type Answer,
  jobOf,
  pipelinesOf,
  projectOf,
  Refusal,
  type Request,
  type Route,
  route,
  takesVariables,
  writable,
} from "./request.ts";

/** Single jobs: traces, artifacts, the play button. */
export const jobs: readonly Route[] = [
  route("GET", "/projects/:id/jobs/:job", (request, id, number) => {
    const { pipeline, job } = jobOf(request, id, number);
    return { json: jobRecord(request.state, pipeline, job) };
  }),
  route("GET", "/projects/:id/jobs/:job/trace", (request, id, number) => {
    const { job } = jobOf(request, id, number);
    const { trace: form = "timed", lateTraces = 0, traceLimit } = request.state.options;
    const headers = { "content-disposition": `inline; filename="${job.id}.log"` };
    const trace = limited(traceOf(job.trace, form), traceLimit);
    if (job.finishedAt === undefined) return { text: trace, headers };
    job.readsAfterEnd += 1;
    const cut = job.readsAfterEnd <= lateTraces;
    return { text: cut ? trace.slice(0, Math.floor(trace.length / 2)) : trace, headers };
  }),
  route("GET", "/projects/:id/jobs/:job/artifacts", (request, id, number) => {
    const { pipeline, job } = jobOf(request, id, number);
    return sent(request, archiveOf(request.state, pipeline, job), job.id);
  }),
  route("GET", "/projects/:id/jobs/artifacts/:ref/download", (request, id, ref) => {
    const project = projectOf(request, id);
    const name = request.query.get("job");
    for (const pipeline of pipelinesOf(request.state, project)) {
      const job = pipeline.jobs.find((each) => each.name === name);
      if (pipeline.start.ref === ref && pipeline.status === "success" && job)
        return sent(request, archiveOf(request.state, pipeline, job), job.id);
    }
    throw new Refusal(404, { message: "404 Not Found" });
  }),
  route("POST", "/projects/:id/jobs/:job/play", (request, id, number) => {
    const project = writable(request, id);
    const { pipeline, job } = jobOf(request, id, number);
    if ((request.body.job_variables_attributes ?? []).length > 0 && !takesVariables(request, project))
      throw new Refusal(403, { message: "403 Forbidden" });
    if (!pipeline.play(job, (request.body.job_variables_attributes ?? []).map(ciVariable))) {
      throw new Refusal(400, { message: "400 Bad request - Unplayable Job" });
    }
    return { json: jobBasics(request.state, pipeline, job) };
  }),
];

/** As GitLab Runner ends a trace that is too long (docs, runner/configuration/advanced-configuration `output_limit`). */
function limited(trace: string, limit: number | undefined): string {
  if (limit === undefined || trace.length <= limit) return trace;
  return `${trace.slice(0, limit)}\n\x1b[33;1mJob's log exceeded limit of ${limit} bytes.\nJob execution will continue but no more output will be collected.\x1b[0;m\n`;
}

/** GitLab does not send large files itself: it redirects to the object store, on another host, by an address that is signed. */
function sent({ state, store }: Request, answer: Answer, job: number): Answer {
  if (state.options.objectStore === false || !answer.bytes) return answer;
  const key = `${job}-${state.nextId("signature")}`;
  state.stored.set(key, answer.bytes);
  return { status: 302, text: "", headers: { location: `${store}/artifacts/${key}?X-Signature=stand-in` } };
}

function archiveOf(state: ServerState, pipeline: ServerPipeline, job: ServerJob): Answer {
  const folder = pipeline.resultOf(job).artifactsFolder;
  if (!folder) throw new Refusal(404, { message: "404 Not Found" });
  const archive = join(state.root, `artifacts-${job.id}.zip`);
  execFileSync("python3", ["-m", "zipfile", "-c", archive, "."], { cwd: folder });
  return { bytes: readFileSync(archive), headers: { "content-type": "application/zip" } };
}
