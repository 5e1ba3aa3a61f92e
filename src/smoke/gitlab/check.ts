import { UsageError } from "../../base/usage-error.ts";
import type { GitlabClient, Project, Runner, Token } from "../../gitlab/index.ts";
import { pipelineFile } from "./commit.ts";
import { runnerProblems } from "./runners.ts";

/** What is known of the project before the first pipeline. */
export interface CheckedProject {
  /** The full path that the project goes by now. */
  readonly path: string;
  readonly defaultBranch: string;
  /** Undefined where the token may not list them, as only Maintainers may. */
  readonly runners: readonly Runner[] | undefined;
  /**
   * Whether the token's user may give variables to a pipeline. Undefined where GitLab does not tell: then the first pipeline finds
   * it out, and it is written down here.
   */
  takesVariables: boolean | undefined;
  /** What a person should know before the runs. */
  readonly notes: readonly string[];
}

/** One thing that a token may do on a project, or not; `unknown` where only trying tells. */
export interface Ability {
  readonly what: string;
  readonly may: "yes" | "no" | "unknown";
  /** Why, and what to do: `the token has the scopes read_api: it needs api`. */
  readonly why?: string | undefined;
  /** Whether smoke runs cannot be without it. */
  readonly needed: boolean;
}

/** GitLab's numbers for roles (docs, api/members "Roles"). */
const roleLevels: Readonly<Record<string, number>> = {
  developer: 30,
  maintainer: 40,
  owner: 50,
  no_one_allowed: 100,
};
const developer = 30;

/**
 * Makes sure that smoke runs can work at all: token, scope, role, a commit to start from, a runner.
 * @throws UsageError that names everything that is missing, in one line
 */
export async function checkProject(client: GitlabClient, path: string): Promise<CheckedProject> {
  const { checked, abilities } = await examine(client, path);
  const problems = abilities.filter(({ may, needed }) => may === "no" && needed).map(({ why }) => why);
  if (problems.length > 0) throw new UsageError(`${client.address}, ${path}: ${problems.join("; ")}`);
  return checked;
}

/** Finds out what the token may do on a project. Nothing is pushed or changed. */
export async function examine(
  client: GitlabClient,
  path: string,
): Promise<{ readonly checked: CheckedProject; readonly abilities: readonly Ability[] }> {
  const [token, project] = await Promise.all([client.projects.token(), client.projects.get(path)]);
  const now = project.path_with_namespace;
  const runners = await client.projects.runners(now);
  const takesVariables = variablesRight(project);
  const moved = now.toLowerCase() !== path.toLowerCase() && !/^\d+$/.test(path);
  return {
    checked: {
      path: now,
      defaultBranch: project.default_branch ?? "",
      runners,
      takesVariables,
      notes: moved ? [`the project ${path} goes by ${now} now: use that path`] : [],
    },
    abilities: [
      ...tokenAbilities(token),
      ...projectAbilities(project),
      variablesAbility(project, takesVariables),
      ...runnerAbilities(runners),
    ],
  };
}

function tokenAbilities(token: Token | undefined): Ability[] {
  const ability = (may: Ability["may"], why?: string) => ({
    what: "use the API (scope api)",
    may,
    why,
    needed: true,
  });
  if (token?.active === false) return [ability("no", "the token is not active any more")];
  if (token === undefined) return [ability("unknown", "GitLab tells nothing about tokens of this kind")];
  if (token.granular || token.scopes.includes("granular"))
    return [ability("unknown", "a fine-grained token: what it may shows at the first refusal")];
  if (token.scopes.includes("api")) return [ability("yes")];
  return [ability("no", `the token has the scopes ${token.scopes.join(", ")}: it needs api`)];
}

function projectAbilities(project: Project): Ability[] {
  const level = levelOf(project);
  const { default_branch, archived, ci_config_path: file, jobs_enabled } = project;
  const why = [
    ...(archived ? ["the project is archived"] : []),
    ...(default_branch === null ? ["the project has no commit: push one"] : []),
    ...(level > 0 && level < developer ? ["the token's user needs the role Developer or higher"] : []),
  ].join("; ");
  const may = why !== "" ? "no" : level === 0 ? "unknown" : "yes";
  const untold = may === "unknown" ? "GitLab does not tell the role of the token's user" : undefined;
  const pipelines =
    file && file !== pipelineFile
      ? `its pipelines come from ${file}: smoke runs need ${pipelineFile} (Settings > CI/CD > General pipelines)`
      : jobs_enabled === false
        ? "CI/CD is switched off in the project (Settings > General > Visibility)"
        : undefined;
  const requests = project.merge_requests_enabled === false;
  return [
    { what: "push branches berth-smoke/…", may, why: why || untold, needed: true },
    {
      what: "start pipelines",
      may: pipelines ? "no" : may,
      // What is said of pushing need not be said twice.
      why: pipelines ?? untold,
      needed: pipelines !== undefined,
    },
    {
      what: "open merge requests",
      may: requests ? "no" : may,
      why: requests ? "the project has none: scenarios for merge requests cannot run" : untold,
      needed: false,
    },
  ];
}

function variablesAbility(project: Project, takes: boolean | undefined): Ability {
  const role = project.ci_pipeline_variables_minimum_override_role;
  const setting = "Settings > CI/CD > Variables";
  const why =
    takes === undefined
      ? "only Maintainers are told; the first run finds it out"
      : takes
        ? undefined
        : `the project wants ${role === "no_one_allowed" ? "nobody to give any" : `the role ${role}`} (${setting}): variables go into the pipeline's file, secrets cannot`;
  return {
    what: "give variables to pipelines and manual jobs",
    may: takes === undefined ? "unknown" : takes ? "yes" : "no",
    why,
    needed: false,
  };
}

function runnerAbilities(runners: readonly Runner[] | undefined): Ability[] {
  if (runners === undefined) {
    const why = "for Maintainers only: a job that no runner takes is waited for until the scenario's timeout";
    return [{ what: "list the runners", may: "no", why, needed: false }];
  }
  const problems = runnerProblems(runners);
  return [
    { what: "list the runners", may: "yes", needed: false },
    {
      what: "have jobs run",
      may: problems.length > 0 ? "no" : "yes",
      why: problems.join("; ") || undefined,
      needed: true,
    },
  ];
}

/**
 * Whether the token's user may give variables to pipelines. The start is Developer; for new namespaces of GitLab.com it is nobody since
 * 17.7, and a group can say so for its projects since 18.4. Before 17.1 there was no such field, and only Maintainers see it
 * (docs, ci/variables "Restrict pipeline variables").
 */
function variablesRight(project: Project): boolean | undefined {
  const role = project.ci_pipeline_variables_minimum_override_role;
  if (role === undefined) return undefined;
  const wanted = roleLevels[role] ?? developer;
  const level = levelOf(project);
  return level === 0 ? wanted <= developer : level >= wanted;
}

function levelOf({ permissions }: Project): number {
  return Math.max(
    permissions?.project_access?.access_level ?? 0,
    permissions?.group_access?.access_level ?? 0,
  );
}
