import { type Entry, YamlMap } from "../engine/yaml/index.ts";
import type { LintFile } from "./file.ts";
import { itemsOf, type Job } from "./jobs.ts";

/** GitLab follows `extends` this far (https://docs.gitlab.com/ci/yaml/yaml_optimization/#use-extends-to-reuse-configuration-sections). */
const MOST_LEVELS = 11;

/** Lists the visible jobs that GitLab records as deployments: those with an environment whose action is `start` (the default). */
export function deployments(file: LintFile): { job: Job; environment: Entry }[] {
  return file.jobs.flatMap((job) => {
    const environment = job.entry("environment");
    if (environment === undefined || environment.value === null || job.isHidden) return [];
    const action = environment.value instanceof YamlMap ? environment.value.get("action") : undefined;
    return action === undefined || action === "start" ? [{ job, environment }] : [];
  });
}

/** True if a job has a keyword, or may have it from a template: what it extends is followed as far as the file goes. */
export function mayHave(job: Job, key: string, file: LintFile, depth = 0): boolean {
  if (job.entry(key) !== undefined) return true;
  return itemsOf(job.entry("extends")).some(({ value }) => {
    const base = file.jobs.find((each) => each.name === value);
    return base === undefined || depth > MOST_LEVELS || mayHave(base, key, file, depth + 1);
  });
}
