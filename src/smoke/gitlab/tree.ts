import { type Bridge, type GitlabClient, isGitlabError, type Job } from "../../gitlab/index.ts";
import type { Pace } from "./pace.ts";

/** A job of a pipeline or of one that it started, with what is needed to ask for more. */
export interface SeenJob {
  /** As reports name it: `job`, or `trigger job / job` in a downstream pipeline. */
  readonly name: string;
  /** The project that it belongs to. */
  readonly project: string | number;
  readonly job: Job | Bridge;
}

/** A pipeline with all that it started, looked at as a whole. */
export class PipelineTree {
  private readonly client: GitlabClient;
  private readonly pace: Pace;
  private readonly signal: AbortSignal;
  /** Pipelines without trigger jobs: they never get any, so they are asked once only. */
  private readonly leaves = new Set<number>();
  private readonly downstream = new Map<number, string | number>();

  constructor(client: GitlabClient, pace: Pace, signal: AbortSignal) {
    this.client = client;
    this.pace = pace;
    this.signal = signal;
  }

  /** All jobs, those of downstream pipelines after the job that started them, in the order of their numbers. */
  async jobs(project: string | number, id: number, prefix = ""): Promise<SeenJob[]> {
    await this.pace.turn(this.signal);
    const jobs: (Job | Bridge)[] = await this.client.pipelines.jobs(project, id);
    const bridges = await this.bridges(project, id);
    const seen: SeenJob[] = [];
    for (const job of [...jobs, ...bridges].sort((a, b) => a.id - b.id)) {
      const name = prefix + job.name;
      seen.push({ name, project, job });
      if (isBridge(job)) seen.push(...(await this.jobsBelow(job, project, `${name} / `)));
    }
    return seen;
  }

  /** The downstream pipelines seen so far: project and number. */
  get started(): readonly [id: number, project: string | number][] {
    return [...this.downstream];
  }

  private async bridges(project: string | number, id: number): Promise<Bridge[]> {
    if (this.leaves.has(id)) return [];
    await this.pace.turn(this.signal);
    const bridges = await this.client.pipelines.triggerJobs(project, id);
    if (bridges.length === 0) this.leaves.add(id);
    return bridges;
  }

  private async jobsBelow(bridge: Bridge, project: string | number, prefix: string): Promise<SeenJob[]> {
    const below = bridge.downstream_pipeline;
    if (below === null) return [];
    const home = below.project_id ?? project;
    this.downstream.set(below.id, home);
    try {
      return await this.jobs(home, below.id, prefix);
    } catch (error) {
      // The token may not see another project's pipelines: then the trigger job's own state is all there is.
      if (isGitlabError(error, "not-found", "forbidden")) return [];
      throw error;
    }
  }
}

export function isBridge(job: Job | Bridge): job is Bridge {
  return "downstream_pipeline" in job;
}
