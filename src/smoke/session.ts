import type { PipelineEvent, PipelineResult } from "../pipelines/result.ts";
import type { CiVariable } from "../pipelines/variables.ts";

/** Files to write into a project: path to text, or to null for "delete it". Paths are relative, with `/`. */
export type FileChanges = Readonly<Record<string, string | null>>;

/** One pipeline to be run: the commit that is made for it, and how it starts. */
export interface PipelineRequest {
  /** Changes to the project's files since the last pipeline of the session. */
  readonly changes?: FileChanges | undefined;
  readonly message?: string | undefined;
  /** `CI_PIPELINE_SOURCE`; `push` when absent. */
  readonly source?: string | undefined;
  /** Branch, tag or source branch of a merge request; the default branch when absent. */
  readonly ref?: string | undefined;
  readonly tag?: boolean | undefined;
  readonly variables?: readonly CiVariable[] | undefined;
  /** Inputs of the pipeline (`spec:inputs` of `.gitlab-ci.yml`). */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** Only expand the pipeline: no job runs. The result holds its configuration. */
  readonly expandOnly?: boolean | undefined;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** The pipeline is cancelled when this is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Where the traces go; a folder of this pipeline's own. */
  readonly traceFolder: string;
}

/** A pipeline that has come to rest; manual jobs can still be played. */
export interface SmokePipeline {
  readonly result: PipelineResult;
  /** The commit that it ran for. */
  readonly sha: string;
  /** Plays a manual job and waits until all is at rest again. Throws when the job is not there or not waiting. */
  play(job: string, variables?: readonly CiVariable[]): Promise<PipelineResult>;
}

/** A project on a runner, with pipelines one after the other. The same for both runners. */
export interface SmokeSession {
  /** The name that a scenario's ref (undefined: the default branch) has on this runner; ephemeral branches differ. */
  refName(ref: string | undefined): string;
  run(request: PipelineRequest): Promise<SmokePipeline>;
  /** Removes everything that the session made. Can be called twice. */
  close(): Promise<void>;
}
