import { parseDuration } from "../../engine/pipeline/duration.ts";
import type { PipelineEvent } from "../../pipelines/result.ts";
import { isBridge, type SeenJob } from "./tree.ts";

/** States in which nothing moves by itself any more. */
export const over: readonly string[] = ["success", "failed", "canceled", "skipped", "manual"];

/** The states of a pipeline's jobs from look to look: what changes is told, and how long a job waits is known. */
export class JobStates {
  private readonly states = new Map<number, string>();
  private readonly pendingSince = new Map<number, number>();
  private readonly config: Readonly<Record<string, { readonly start_in?: unknown }>>;
  private readonly onEvent: ((event: PipelineEvent) => void) | undefined;

  /** `config`: the merged configuration, where it is known. */
  constructor(config: unknown, onEvent: ((event: PipelineEvent) => void) | undefined) {
    this.config = (config ?? {}) as Readonly<Record<string, { readonly start_in?: unknown }>>;
    this.onEvent = onEvent;
  }

  /** Takes note of the jobs, and tells of each that is in another state than before. */
  tellChanges(jobs: readonly SeenJob[]): void {
    for (const { name, job } of jobs) {
      if (this.states.get(job.id) === job.status) continue;
      this.states.set(job.id, job.status);
      if (job.status === "pending") this.pendingSince.set(job.id, Date.now());
      if (job.status === "scheduled") this.tellDelay(name);
      if (/^waiting_for_/.test(job.status))
        this.onEvent?.({ kind: "note", text: `the job ${name} is ${job.status}` });
      if (job.status !== "running") continue;
      const executor = ("runner" in job && job.runner?.description) || "a runner";
      this.onEvent?.({ kind: "job-started", job: name, attempt: 1, executor });
    }
  }

  /** Takes note of the jobs without a word. */
  note(jobs: readonly SeenJob[]): void {
    for (const { job } of jobs) this.states.set(job.id, job.status);
  }

  /** The last state that was noted of a job. */
  lastOf({ job }: SeenJob): string | undefined {
    return this.states.get(job.id);
  }

  /** Those of the jobs that have been pending for so many milliseconds. */
  pendingFor(milliseconds: number, jobs: readonly SeenJob[]): SeenJob[] {
    return jobs.filter(
      ({ job }) =>
        job.status === "pending" &&
        Date.now() - (this.pendingSince.get(job.id) ?? Date.now()) >= milliseconds,
    );
  }

  /** When a delayed job begins: GitLab's API does not tell, so it is its `start_in` from now. */
  private tellDelay(name: string): void {
    const delay = this.config[name]?.start_in;
    const seconds = typeof delay === "string" ? parseDuration(delay) : undefined;
    const until =
      seconds === undefined ? "" : ` until ${new Date(Date.now() + seconds * 1000).toISOString()}`;
    const text = `the job ${name} is delayed${until}${typeof delay === "string" ? ` (start_in: ${delay})` : ""}`;
    this.onEvent?.({ kind: "note", text });
  }
}

/** Whether these jobs, and the pipelines that they started, have come as far as they go by themselves. */
export function areQuiet(jobs: readonly SeenJob[]): boolean {
  return jobs.every(({ job }) => {
    if (!over.includes(job.status) && job.status !== "created") return false;
    const below = isBridge(job) ? job.downstream_pipeline : null;
    return below === null || over.includes(below.status);
  });
}

/** The state that a job was in when the run was ended, if it was waiting to begin. */
export function waiting(state: string | undefined): string | undefined {
  return state !== undefined && (over.includes(state) || ["created", "running", "canceling"].includes(state))
    ? undefined
    : state;
}
