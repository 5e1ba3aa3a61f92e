import type { SlowProject, SlowSources, SlowTree } from "../engine/pipeline/include/read-ahead.ts";
import type { VersionProblem } from "../engine/pipeline/include/sources.ts";
import type { GitlabClient } from "../gitlab/index.ts";
import { isMovingVersion, tagOfVersion } from "./versions.ts";

/** What a GitLab is reached with: `GITLAB_URL`, `GITLAB_TOKEN` and the like (see `readAccess`). */
export interface GitlabSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Called with each answer, for progress. */
  readonly answered?: () => void;
}

/**
 * Sources that ask a GitLab: projects and components at their versions, GitLab's templates; and remote files, which get no token. The client is loaded with the
 * first question. Every function throws GitlabError, in one line for the user, where GitLab does not answer.
 */
export function gitlabSources({ env, signal, answered }: GitlabSurroundings): SlowSources {
  let opened: Promise<GitlabClient> | undefined;
  const client = () => {
    opened ??= import("../gitlab/index.ts").then(({ openGitlab }) =>
      openGitlab({ env, ...(signal && { signal }), ...(answered && { observe: answered }) }),
    );
    return opened;
  };
  return {
    project: async (path, ref) => projectAt(await client(), path, ref),
    component: async (path, version) => componentAt(await client(), path, version),
    remote: async (url) => (await import("../gitlab/download.ts")).downloadText(url, { env, signal }),
    template: async (name) => (await client()).projects.template(name.replace(/\.gitlab-ci\.yml$/, "")),
  };
}

/** The name of the server that addresses of components begin with (`CI_SERVER_FQDN`). */
export async function gitlabHost(env: GitlabSurroundings["env"]): Promise<string> {
  const { readAccess } = await import("../gitlab/access.ts");
  return new URL(readAccess(env).address).host;
}

async function projectAt(
  client: GitlabClient,
  path: string,
  ref: string,
): Promise<SlowProject | "missing_ref" | undefined> {
  const commit = await client.repository.commitAt(path, ref);
  if (commit !== undefined) return { sha: commit.id, tree: treeAt(client, path, commit.id) };
  return (await isVisible(client, path)) ? "missing_ref" : undefined;
}

/**
 * Looks for a full SHA, a tag and a branch, in this order, then for `~latest`, `1` and `1.2`, which only projects in the catalog
 * have and which never mean a pre-release (https://docs.gitlab.com/ci/components/#component-versions).
 */
async function componentAt(
  client: GitlabClient,
  path: string,
  version: string,
): Promise<SlowProject | VersionProblem | undefined> {
  const exact = await client.repository.commitAt(path, version);
  const isMoving = exact === undefined && isMovingVersion(version);
  if (exact === undefined && !isMoving) return undefined;
  const published = isMoving || mayBePublished(version) ? await publishedVersions(client, path) : undefined;
  if (exact !== undefined) {
    const name = published?.includes(version) ? version : null;
    return { sha: exact.id, tree: treeAt(client, path, exact.id), version: name };
  }
  if (published === undefined) {
    if (!(await isVisible(client, path))) return undefined;
    return version === "~latest" ? "latest_without_catalog" : "partial_without_catalog";
  }
  const tag = tagOfVersion(version, published);
  const commit = tag === undefined ? undefined : await client.repository.commitAt(path, tag);
  return commit && { sha: commit.id, tree: treeAt(client, path, commit.id), version: tag! };
}

/** Only semantic versions are published in the catalog. */
function mayBePublished(version: string): boolean {
  return /^\d+\.\d+\.\d+/.test(version);
}

async function publishedVersions(client: GitlabClient, path: string): Promise<string[] | undefined> {
  return (await client.catalog.versions(path))?.map(({ name }) => name);
}

async function isVisible(client: GitlabClient, path: string): Promise<boolean> {
  const { isGitlabError } = await import("../gitlab/index.ts");
  return client.projects.get(path).then(
    () => true,
    (error) => {
      if (isGitlabError(error, "not-found")) return false;
      throw error;
    },
  );
}

function treeAt(client: GitlabClient, path: string, sha: string): SlowTree {
  return {
    read: (file) => client.repository.file(path, file, sha),
    paths: async () => {
      const entries = await client.repository.tree(path, { ref: sha, recursive: true });
      return entries.filter(({ type }) => type === "blob").map((entry) => entry.path);
    },
  };
}
