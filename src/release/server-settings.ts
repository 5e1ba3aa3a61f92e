import { matchesWildcard } from "../base/wildcard.ts";
import type { Obstacle } from "./obstacle.ts";

/** What GitLab tells everyone who may read a component project. */
export interface KnownProject {
  /** The project's page, without a slash at the end. */
  readonly page: string;
  readonly description: string;
  readonly inCatalog: boolean;
}

/** What GitLab knows of a component project and of the token that asks, as far as a release needs it. */
export interface ServerSettings extends KnownProject {
  readonly archived: boolean;
  /** Undefined where GitLab does not tell. */
  readonly jobsEnabled: boolean | undefined;
  /** The configuration file, where it is not `.gitlab-ci.yml`. */
  readonly configFile: string | undefined;
  /** Wildcards of protected tags; undefined where the token may not ask, as only Maintainers may. */
  readonly protectedTags: readonly string[] | undefined;
  /** The role of the token's user, as GitLab's number; undefined where GitLab does not tell. */
  readonly role: number | undefined;
}

const maintainer = 40;

/** What of it keeps a release out of the catalog, each with the page where it is changed. */
export function judgeKnown({ page, description, inCatalog }: KnownProject): Obstacle[] {
  const found: (Obstacle | false)[] = [
    description.trim() === "" && {
      rule: "project-described",
      message: `the project has no description on GitLab, and is not published without one: ${page}/edit`,
    },
    !inCatalog && {
      rule: "project-in-catalog",
      message: `the project is not a catalog project yet: an Owner switches "CI/CD Catalog project" on: ${visibilityOf(page)}`,
    },
  ];
  return found.filter((each) => each !== false);
}

/** What in the project's settings prevents a release, each with the page where it is changed; and what GitLab does not tell. */
export function judgeSettings(
  settings: ServerSettings,
  tag: string | undefined,
): { readonly obstacles: readonly Obstacle[]; readonly untold: readonly string[] } {
  const { page, archived, jobsEnabled, configFile, protectedTags, role } = settings;
  const found: (Obstacle | false)[] = [
    archived && {
      rule: "project-active",
      message: `the project is archived: ${page}/edit#js-project-advanced-settings`,
    },
    ...judgeKnown(settings),
    jobsEnabled === false && {
      rule: "pipelines-on",
      message: `CI/CD is switched off, so that no pipeline of the tag runs: ${visibilityOf(page)}`,
    },
    configFile !== undefined && {
      rule: "pipelines-on",
      message: `the project's pipelines come from ${configFile}, not from .gitlab-ci.yml: ${page}/-/settings/ci_cd#js-general-pipeline-settings`,
    },
    protectedTags !== undefined &&
      !isProtected(tag, protectedTags) && {
        rule: "tag-protected",
        message: `${tag === undefined ? "release tags are" : `the tag ${tag} is`} not protected, so that every Developer may push ${tag === undefined ? "one" : "it"} and protected variables are not there: ${page}/-/settings/repository#js-protected-tags-settings`,
      },
    role !== undefined &&
      role < maintainer && {
        rule: "role-high-enough",
        message: `the token's user is not a Maintainer, so cannot push a protected tag: ${page}/-/project_members, or another token: ${page}/-/settings/access_tokens`,
      },
  ];
  const untold = [
    ...(protectedTags === undefined
      ? ["whether release tags are protected: GitLab tells Maintainers only"]
      : []),
    ...(role === undefined ? ["the role of the token's user"] : []),
  ];
  return { obstacles: found.filter((each) => each !== false), untold };
}

function visibilityOf(page: string): string {
  return `${page}/edit#js-shared-permissions`;
}

/** Without a tag in sight, that any is protected is all that can be said. */
function isProtected(tag: string | undefined, wildcards: readonly string[]): boolean {
  if (tag === undefined) return wildcards.length > 0;
  return wildcards.some((each) => matchesWildcard(tag, each));
}
