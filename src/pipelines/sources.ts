import type { ProjectIdentity } from "./predefined.ts";

/** A repository on this machine that a pipeline's jobs get their files from, as if it were a server's. */
export interface PipelineSources {
  readonly identity: ProjectIdentity;
  /** What git fetches from. */
  readonly folder: string;
  /** Its folder of git objects. */
  readonly objects: string;
  /** The text of a file at a commit; undefined where there is none. */
  fileAt(sha: string, path: string): Promise<string | undefined>;
  /** Keeps a pipeline's commit under `refs/pipelines/`, as GitLab does: its branch may go on meanwhile, or have never had it. */
  keepCommit(pipelineId: number, sha: string): Promise<void>;
}
