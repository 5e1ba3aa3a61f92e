import { Lint, Pipelines } from "@gitbeaker/rest";
import type { Area } from "./area.ts";
import { isGitlabError } from "./errors.ts";
import { listOf } from "./pages.ts";
import { untilPassed } from "./passing.ts";
import type { Bridge, Job, LintResult, Pipeline, PipelineVariable, TestReport } from "./records.ts";
import { queryOf, readAnswer } from "./requester.ts";
import { settle } from "./settle.ts";

/** A pipeline to be started through the API. Names and values of inputs go out just as they are. */
export interface NewPipeline {
  readonly ref: string;
  readonly variables?: readonly PipelineVariable[];
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Pipelines, and the check of a configuration. */
export class PipelineOperations {
  private readonly area: Area;
  /** False once this GitLab has shown that it is older than 19.2. */
  private knowsTriggerJobs = true;

  constructor(area: Area) {
    this.area = area;
  }

  /**
   * GitLab's own verdict on a configuration. It takes no inputs: to lint a component, wrap it in an `include:` with them.
   * `ref`: the branch or tag whose context is used.
   */
  async lint(project: string | number, content: string, options: { ref?: string; dryRun?: boolean } = {}) {
    const { ref, dryRun = false } = options;
    return this.area.read<LintResult>(
      new Lint(this.area.resource).lint(project, content, {
        dryRun,
        includeJobs: true,
        ...(ref === undefined ? {} : { ref }),
      }),
    );
  }

  /**
   * GitLab's verdict on the `.gitlab-ci.yml` of a commit, local includes and components of that commit with it. With
   * `asPushTo`, a pipeline for a push to that branch is simulated, so that rules count as well (docs, api/lint).
   */
  async lintCommit(project: string | number, sha: string, asPushTo?: string): Promise<LintResult> {
    const dryRun = asPushTo !== undefined;
    const query = queryOf({ contentRef: sha, dryRun, dryRunRef: asPushTo, includeJobs: false });
    const path = `api/v4/projects/${encodeURIComponent(project)}/ci/lint${query}`;
    const { body } = await this.area.connection.send({ method: "GET", path }, readAnswer);
    return body;
  }

  /**
   * Starts a pipeline, and never a second one: where the answer is lost, it is looked for among the ref's pipelines. Refusals that
   * pass by waiting are waited for: a branch that a replica does not know yet, and too many pipelines in a minute.
   *
   * @throws GitlabError `invalid` with GitLab's reasons (`reasons`) where the configuration or an input is refused,
   *   `uncertain` where the answer was lost and no pipeline was found, `unavailable` where such a refusal did not pass
   */
  async create(
    project: string | number,
    { ref, variables = [], inputs = {} }: NewPipeline,
  ): Promise<Pipeline> {
    const pipelines = new Pipelines(this.area.resource);
    const newest = (await this.latest(project, ref))?.id ?? 0;
    const body = {
      ...(variables.length > 0 ? { variables } : {}),
      ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    };
    return untilPassed(this.area.connection, () =>
      settle<Pipeline>(this.area.connection, {
        send: () => this.area.read(pipelines.create(project, ref, body as never)),
        find: async () => {
          const found = await this.latest(project, ref, "api");
          return found && found.id > newest ? found : undefined;
        },
        sendAgain: false,
      }),
    );
  }

  async get(project: string | number, id: number): Promise<Pipeline> {
    return this.area.read(new Pipelines(this.area.resource).show(project, id));
  }

  /** The pipelines of a ref or a SHA, newest first. */
  async list(project: string | number, query: { ref?: string; sha?: string; source?: string } = {}) {
    return listOf<Pipeline>(this.area.connection, `projects/${encodeURIComponent(project)}/pipelines`, query);
  }

  /** Cancels all jobs of a pipeline; one that is over already stays as it is. */
  async cancel(project: string | number, id: number): Promise<Pipeline> {
    return this.area.read(new Pipelines(this.area.resource).cancel(project, id));
  }

  /** The pipeline's jobs without earlier attempts of retried ones. */
  async jobs(project: string | number, id: number): Promise<Job[]> {
    return listOf(this.area.connection, `projects/${encodeURIComponent(project)}/pipelines/${id}/jobs`);
  }

  /** The jobs that start other pipelines: `trigger_jobs`, which GitLab before 19.2 calls `bridges`. */
  async triggerJobs(project: string | number, id: number): Promise<Bridge[]> {
    const path = `projects/${encodeURIComponent(project)}/pipelines/${id}`;
    if (this.knowsTriggerJobs) {
      try {
        return await listOf(this.area.connection, `${path}/trigger_jobs`);
      } catch (error) {
        if (!isGitlabError(error, "not-found")) throw error;
      }
    }
    const bridges = await listOf<Bridge>(this.area.connection, `${path}/bridges`);
    this.knowsTriggerJobs = false;
    return bridges;
  }

  /** How often each job of a pipeline began, by name: retried ones more than once. */
  async attempts(project: string | number, id: number): Promise<ReadonlyMap<string, number>> {
    const path = `projects/${encodeURIComponent(project)}/pipelines/${id}/jobs`;
    const all = await listOf<Job>(this.area.connection, path, { includeRetried: true });
    const counts = new Map<string, number>();
    for (const job of all.filter((each) => each.started_at !== null))
      counts.set(job.name, (counts.get(job.name) ?? 0) + 1);
    return counts;
  }

  async testReport(project: string | number, id: number): Promise<TestReport> {
    return this.area.read(new Pipelines(this.area.resource).showTestReport(project, id));
  }

  private async latest(
    project: string | number,
    ref: string,
    source?: string,
  ): Promise<Pipeline | undefined> {
    const query = { ref, perPage: 1, ...(source === undefined ? {} : { source }) };
    // With a page asked for, @gitbeaker reads this one page and no more.
    const page = await this.area.read<Pipeline[]>(
      new Pipelines(this.area.resource).all(project, { ...query, page: 1 } as never),
    );
    return page[0];
  }
}
