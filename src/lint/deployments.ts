import { type Entry, YamlMap } from "../yaml/index.ts";
import type { LintFile } from "./file.ts";
import type { Job } from "./jobs.ts";

/** Lists the visible jobs that deploy: those with an environment whose action is `start` (the default). */
export function deployments(file: LintFile): { job: Job; environment: Entry }[] {
  return file.jobs.flatMap((job) => {
    const environment = job.entry("environment");
    if (environment === undefined || environment.value === null || job.isHidden) return [];
    const action = environment.value instanceof YamlMap ? environment.value.get("action") : undefined;
    return action === undefined || action === "start" ? [{ job, environment }] : [];
  });
}
