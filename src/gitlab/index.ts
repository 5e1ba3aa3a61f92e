import { readAccess } from "./access.ts";
import { areaOver } from "./area.ts";
import { CatalogOperations } from "./catalog.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { JobOperations } from "./jobs.ts";
import { PipelineOperations } from "./pipelines.ts";
import { ProjectOperations } from "./projects.ts";
import { RepositoryOperations } from "./repository.ts";

export { type Access, readAccess } from "./access.ts";
export type { ConnectionOptions, RequestEvent } from "./connection.ts";
export { GitlabError, type GitlabErrorKind, isGitlabError } from "./errors.ts";
export type { TraceReader } from "./jobs.ts";
export type { Page } from "./pages.ts";
export type { NewPipeline } from "./pipelines.ts";
export type * from "./records.ts";
export type { NewCommit } from "./repository.ts";

/** One GitLab, as Berth talks to it. Every operation throws GitlabError, whose message is one line for the user. */
export interface GitlabClient {
  /** The instance's address, a sub-path included, without a slash at the end. */
  readonly address: string;
  readonly projects: ProjectOperations;
  readonly repository: RepositoryOperations;
  readonly pipelines: PipelineOperations;
  readonly jobs: JobOperations;
  readonly catalog: CatalogOperations;
  /** The same client under another signal, or none: for cleaning up after Ctrl-C. */
  withSignal(signal: AbortSignal | undefined): GitlabClient;
  /** `text` without the token. */
  redact(text: string): string;
}

/** Opens a client; nothing is sent yet. With `env`, address and token come from there (see readAccess). */
export function openGitlab(
  options: Omit<ConnectionOptions, "access"> &
    ({ env: Readonly<Record<string, string | undefined>> } | Pick<ConnectionOptions, "access">),
): GitlabClient {
  const access = "access" in options ? options.access : readAccess(options.env);
  return clientOver(new Connection({ ...options, access }));
}

function clientOver(connection: Connection): GitlabClient {
  const area = areaOver(connection);
  return {
    address: connection.address,
    projects: new ProjectOperations(area),
    repository: new RepositoryOperations(area),
    pipelines: new PipelineOperations(area),
    jobs: new JobOperations(area),
    catalog: new CatalogOperations(area),
    withSignal: (signal) => clientOver(connection.withSignal(signal)),
    redact: (text) => connection.redact(text),
  };
}
