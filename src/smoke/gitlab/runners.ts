import type { Runner } from "../../gitlab/index.ts";

/** Why none of the project's runners will take a smoke run's job, whatever its tags; nothing where one may. */
export function runnerProblems(runners: readonly Runner[]): string[] {
  if (runners.length === 0) return ["the project has no runner: register one, or switch instance runners on"];
  if (runners.every(({ status }) => status === "never_contacted"))
    return ["none of the project's runners ever contacted GitLab: start one"];
  if (!runners.some(isThere)) return ["none of the project's runners is online"];
  if (runners.every((runner) => runner.access_level === "ref_protected"))
    return ["the project's runners take jobs of protected branches only, which smoke branches are not"];
  return [];
}

/** Why no runner will ever take a job with these tags; undefined where one may, or nobody knows. */
export function whyStuck(
  tags: readonly string[],
  runners: readonly Runner[] | undefined,
): string | undefined {
  if (runners === undefined) return undefined;
  const able = runners.some((runner) => {
    if (!isThere(runner) || runner.access_level === "ref_protected") return false;
    if (runner.tag_list === undefined) return true;
    if (tags.length === 0) return runner.run_untagged !== false;
    return tags.every((tag) => runner.tag_list?.includes(tag));
  });
  if (able) return undefined;
  return tags.length === 0 ? "no runner takes untagged jobs" : `no runner has the tags ${tags.join(", ")}`;
}

/** A runner that was registered and never started takes no jobs either. */
function isThere({ paused, status }: Runner): boolean {
  return !paused && !["offline", "stale", "never_contacted"].includes(status);
}
