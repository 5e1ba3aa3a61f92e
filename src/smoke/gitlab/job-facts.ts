import type { GitlabClient, Pipeline } from "../../gitlab/index.ts";
import type { TestCounts } from "../../pipelines/result.ts";
import type { SeenJob } from "./tree.ts";

/** A pipeline on the server, and its merged configuration where linting told it. */
export interface PipelineFacts {
  readonly client: GitlabClient;
  /** The project's path. */
  readonly project: string;
  readonly pipeline: Pipeline;
  readonly config: unknown;
}

/** How often jobs of the pipeline itself began, where one of them may have been tried again. */
export async function attemptsOf(
  { client, project, pipeline, config }: PipelineFacts,
  jobs: readonly SeenJob[],
): Promise<ReadonlyMap<string, number>> {
  const configured = (config ?? {}) as Readonly<Record<string, { readonly retry?: unknown }>>;
  const retries = Object.values(configured).some((job) => job?.retry !== undefined);
  if (jobs.length === 0 || !(retries || config === undefined)) return new Map();
  return client.pipelines.attempts(project, pipeline.id);
}

/**
 * Whether a job is not of the configuration: security policies add jobs to pipelines, which only their names tell
 * (docs, user/application_security/policies). Jobs of `parallel` have their number or values behind the name.
 */
export function isAdded({ config }: Pick<PipelineFacts, "config">, { name, job }: SeenJob): boolean {
  if (config === undefined || name !== job.name) return false;
  const base = name.replace(/(?: \d+\/\d+|: \[.*\])$/s, "");
  return !Object.hasOwn(config as object, name) && !Object.hasOwn(config as object, base);
}

/** GitLab's own count of the test reports, by job. Asked for only where a job has left one. */
export async function testCounts(
  { client, project, pipeline }: PipelineFacts,
  jobs: readonly SeenJob[],
): Promise<Record<string, TestCounts> | undefined> {
  const some = jobs.some(
    ({ job }) => "artifacts" in job && job.artifacts.some((each) => each.file_type === "junit"),
  );
  if (!some) return undefined;
  const { test_suites: suites } = await client.pipelines.testReport(project, pipeline.id);
  return Object.fromEntries(
    suites.map((suite) => [
      suite.name,
      {
        total: suite.total_count,
        success: suite.success_count,
        failed: suite.failed_count,
        skipped: suite.skipped_count,
        error: suite.error_count,
      },
    ]),
  );
}
