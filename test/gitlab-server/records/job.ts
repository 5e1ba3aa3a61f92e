import type { ServerJob, ServerPipeline } from "../runs.ts";
import type { ServerState } from "../state.ts";
import { pipelineBasics, refOf } from "./pipeline.ts";
import { commitRecord } from "./repository.ts";
import { runnerManager, runnerRecord } from "./runner.ts";
import { userInFull } from "./user.ts";

/** What jobs and trigger jobs have in common, and all that playing one is answered with (GitLab docs, api/jobs). */
export function jobBasics(state: ServerState, pipeline: ServerPipeline, job: ServerJob) {
  const result = pipeline.resultOf(job);
  const { project, tag } = pipeline.start;
  return {
    id: job.id,
    status: pipeline.statusOf(job),
    stage: result.stage,
    name: job.name,
    ref: refOf(pipeline.start),
    tag,
    coverage: null,
    allow_failure: result.allowFailure,
    created_at: job.createdAt,
    started_at: job.startedAt ?? null,
    finished_at: job.finishedAt ?? null,
    erased_at: null,
    duration: job.finishedAt ? result.seconds : null,
    queued_duration: job.startedAt ? 0.1 : null,
    user: userInFull,
    commit: commitRecord(state, project, pipeline.sha),
    pipeline: pipelineBasics(state, pipeline),
    ...(result.state === "failed" ? { failure_reason: result.failureReason ?? "script_failure" } : {}),
    web_url: `${state.url}/${project.path}/-/jobs/${job.id}`,
    project: { ci_job_token_scope_enabled: false },
  };
}

export function jobRecord(state: ServerState, pipeline: ServerPipeline, job: ServerJob) {
  const folder = pipeline.resultOf(job).artifactsFolder;
  const archive = { filename: "artifacts.zip", size: 1 };
  const reports = Object.keys(planned(pipeline, job)?.artifacts?.reports ?? {});
  const files = reports.map((file_type) => ({
    file_type,
    file_format: "gzip",
    filename: `${file_type}.xml.gz`,
    size: 1,
  }));
  const taken = job.startedAt !== undefined && !job.stuck;
  return {
    ...jobBasics(state, pipeline, job),
    ...(folder ? { artifacts_file: archive } : {}),
    artifacts: folder ? [{ file_type: "archive", file_format: "zip", ...archive }, ...files] : [],
    runner: taken ? runnerRecord() : null,
    runner_manager: taken ? runnerManager() : null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: job.tags,
  };
}

function planned({ plan }: ServerPipeline, { name }: ServerJob) {
  return plan.jobs.find((each) => each.name === name);
}

/** A job that starts another pipeline (docs, api/jobs "List all trigger jobs for a pipeline"). */
export function bridgeRecord(state: ServerState, pipeline: ServerPipeline, job: ServerJob) {
  const downstream = job.downstream ? pipelineBasics(state, job.downstream) : null;
  return { ...jobBasics(state, pipeline, job), downstream_pipeline: downstream };
}
