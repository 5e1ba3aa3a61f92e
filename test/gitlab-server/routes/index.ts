import { about } from "./about.ts";
import { foreign } from "./foreign.ts";
import { jobs } from "./jobs.ts";
import { lints } from "./lint.ts";
import { mergeRequests } from "./merge-requests.ts";
import { pipelines } from "./pipelines.ts";
import { repository } from "./repository.ts";
import type { Route } from "./request.ts";

export { type Answer, Refusal, type Request } from "./request.ts";

/** The REST subset (GitLab docs, api/*), one row an endpoint. */
export const routes: readonly Route[] = [
  ...foreign,
  ...about,
  ...lints,
  ...repository,
  ...pipelines,
  ...jobs,
  ...mergeRequests,
];
