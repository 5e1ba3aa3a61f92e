import { UsageError } from "../../commands/command.ts";
import type { GitlabClient, Project, Runner } from "../../gitlab/index.ts";

/** What is known of the project before the first pipeline. */
export interface CheckedProject {
  readonly path: string;
  readonly defaultBranch: string;
  readonly runners: readonly Runner[];
}

/** GitLab's number for the role that may push branches and start pipelines. */
const developer = 30;

/**
 * Makes sure that smoke runs can work at all: token, scope, role, a commit to start from, a runner.
 * @throws UsageError that names everything that is missing, in one line
 */
export async function checkProject(client: GitlabClient, path: string): Promise<CheckedProject> {
  const [token, project] = await Promise.all([client.projects.token(), client.projects.get(path)]);
  const runners = await client.projects.runners(path);
  const problems: string[] = [];
  if (token && !token.scopes.includes("api"))
    problems.push(`the token has the scopes ${token.scopes.join(", ")}: it needs api`);
  if (token?.active === false) problems.push("the token is not active any more");
  problems.push(...problemsOf(project), ...runnerProblems(runners));
  if (problems.length > 0) throw new UsageError(`${client.address}, ${path}: ${problems.join("; ")}`);
  return { path, defaultBranch: project.default_branch ?? "", runners };
}

function problemsOf(project: Project): string[] {
  const { permissions, default_branch, archived } = project;
  const level = Math.max(
    permissions?.project_access?.access_level ?? 0,
    permissions?.group_access?.access_level ?? 0,
  );
  return [
    ...(archived ? ["the project is archived"] : []),
    ...(default_branch === null ? ["the project has no commit: push one"] : []),
    ...(permissions && level > 0 && level < developer
      ? ["the token's user needs the role Developer or higher"]
      : []),
  ];
}

function runnerProblems(runners: readonly Runner[]): string[] {
  if (runners.length === 0) return ["the project has no runner: register one, or switch instance runners on"];
  if (runners.every((runner) => runner.paused || runner.status === "offline" || runner.status === "stale"))
    return ["none of the project's runners is online"];
  return [];
}

/** Why no runner will ever take a job with these tags; undefined where one may. */
export function whyStuck(tags: readonly string[], runners: readonly Runner[]): string | undefined {
  const able = runners.some((runner) => {
    if (runner.paused) return false;
    if (runner.tag_list === undefined) return true;
    if (tags.length === 0) return runner.run_untagged !== false;
    return tags.every((tag) => runner.tag_list?.includes(tag));
  });
  if (able) return undefined;
  return tags.length === 0 ? "no runner takes untagged jobs" : `no runner has the tags ${tags.join(", ")}`;
}
