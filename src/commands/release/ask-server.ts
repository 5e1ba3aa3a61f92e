import type { GitlabClient, Project } from "../../gitlab/index.ts";
import type { KnownProject, ServerSettings } from "../../release/server-settings.ts";

/** What GitLab knows of a component project, and the tags that were released: one that was refused stays a tag, but nobody uses it. */
export interface KnownOnServer extends KnownProject {
  readonly released: readonly string[];
  /** With `wanted` only. */
  readonly settings?: ServerSettings;
}

/** Asks GitLab about a project; about its settings, too, where they are wanted. @throws GitlabError */
export async function askServer(
  gitlab: GitlabClient,
  path: string,
  { settings: wanted }: { readonly settings: boolean },
): Promise<KnownOnServer> {
  const [project, versions, releases, protectedTags] = await Promise.all([
    gitlab.projects.get(path),
    gitlab.catalog.versions(path),
    gitlab.projects.releases(path),
    wanted ? gitlab.projects.protectedTags(path) : undefined,
  ]);
  const known = {
    page: project.web_url,
    description: project.description ?? "",
    inCatalog: versions !== undefined,
    released: releases.map((each) => each.tag_name),
  };
  return wanted ? { ...known, settings: settingsOf(project, known, protectedTags) } : known;
}

function settingsOf(
  project: Project,
  known: KnownProject,
  protectedTags: readonly string[] | undefined,
): ServerSettings {
  const { archived, jobs_enabled, ci_config_path: file, permissions } = project;
  const { page, description, inCatalog } = known;
  const role = Math.max(
    permissions?.project_access?.access_level ?? 0,
    permissions?.group_access?.access_level ?? 0,
  );
  return {
    ...{ page, description, inCatalog, archived, protectedTags },
    jobsEnabled: jobs_enabled,
    configFile: file && file !== ".gitlab-ci.yml" ? file : undefined,
    role: role === 0 ? undefined : role,
  };
}
