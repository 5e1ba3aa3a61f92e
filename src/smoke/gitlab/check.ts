import type { GitlabClient, Project, Runner } from "../../gitlab/index.ts";
import { UsageError } from "../../usage-error.ts";
import { pipelineFile } from "./commit.ts";

/** What is known of the project before the first pipeline. */
export interface CheckedProject {
  readonly path: string;
  readonly defaultBranch: string;
  readonly runners: readonly Runner[];
  /** Whether the token's user may give variables to a pipeline. */
  readonly takesVariables: boolean;
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
  return {
    path,
    defaultBranch: project.default_branch ?? "",
    runners,
    takesVariables: takesVariables(project),
  };
}

/** Projects made since 17.7 let nobody give variables at first (docs, ci/variables "Restrict pipeline variables"). */
function takesVariables(project: Project): boolean {
  const roles: Readonly<Record<string, number>> = {
    developer,
    maintainer: 40,
    owner: 50,
    no_one_allowed: 100,
  };
  const wanted = roles[project.ci_pipeline_variables_minimum_override_role ?? "developer"] ?? developer;
  const level = levelOf(project);
  return level === 0 ? wanted <= developer : level >= wanted;
}

function levelOf({ permissions }: Project): number {
  return Math.max(
    permissions?.project_access?.access_level ?? 0,
    permissions?.group_access?.access_level ?? 0,
  );
}

function problemsOf(project: Project): string[] {
  const { default_branch, archived, ci_config_path: file } = project;
  const level = levelOf(project);
  return [
    ...(archived ? ["the project is archived"] : []),
    ...(default_branch === null ? ["the project has no commit: push one"] : []),
    ...(level > 0 && level < developer ? ["the token's user needs the role Developer or higher"] : []),
    ...(file && file !== pipelineFile
      ? [
          `its pipelines come from ${file}: smoke runs need ${pipelineFile} (Settings > CI/CD > General pipelines)`,
        ]
      : []),
  ];
}

function runnerProblems(runners: readonly Runner[]): string[] {
  if (runners.length === 0) return ["the project has no runner: register one, or switch instance runners on"];
  if (!runners.some(isThere)) return ["none of the project's runners is online"];
  if (runners.every((runner) => runner.access_level === "ref_protected"))
    return ["the project's runners take jobs of protected branches only, which smoke branches are not"];
  return [];
}

function isThere({ paused, status }: Runner): boolean {
  return !paused && status !== "offline" && status !== "stale";
}

/** Why no runner will ever take a job with these tags; undefined where one may. */
export function whyStuck(tags: readonly string[], runners: readonly Runner[]): string | undefined {
  const able = runners.some((runner) => {
    if (!isThere(runner) || runner.access_level === "ref_protected") return false;
    if (runner.tag_list === undefined) return true;
    if (tags.length === 0) return runner.run_untagged !== false;
    return tags.every((tag) => runner.tag_list?.includes(tag));
  });
  if (able) return undefined;
  return tags.length === 0 ? "no runner takes untagged jobs" : `no runner has the tags ${tags.join(", ")}`;
}
