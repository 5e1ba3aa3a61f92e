import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SlowProject, SlowSources, SlowTree } from "../engine/pipeline/include/read-ahead.ts";
import type { FileTree } from "../engine/pipeline/include/sources.ts";
import type { Repository } from "../git/repository.ts";
import { folderTree } from "./folder.ts";
import { isMovingVersion, tagOfVersion } from "./versions.ts";

/** Where the files of other projects stand on this machine. */
export interface LocalSources {
  /** A project's full path (lower case), and the folder of its work tree: what stands there now, whatever the version. */
  readonly workTrees: ReadonlyMap<string, string>;
  /**
   * Folders that hold projects under their full paths: `<mirror>/<project>` is a git repository, whose tags, branches and
   * commits are the versions, or `<mirror>/<project>/<version>` is a plain folder.
   */
  readonly mirrors: readonly string[];
}

/** Sources for `include:project` and `include:component` that need no server. */
export function localSources(local: LocalSources): SlowSources {
  return {
    project: async (path, ref) => {
      const found = findProject(path, local);
      return found && ((await found.at(ref)) ?? "missing_ref");
    },
    component: async (path, version) => {
      const found = findProject(path, local);
      return found?.at(version);
    },
  };
}

interface Project {
  at(version: string): Promise<SlowProject | undefined>;
}

function findProject(path: string, { workTrees, mirrors }: LocalSources): Project | undefined {
  const workTree = workTrees.get(path.toLowerCase());
  if (workTree !== undefined) return { at: async (sha) => ({ sha, tree: slow(folderTree(workTree)) }) };
  for (const mirror of mirrors) {
    const folder = join(mirror, path);
    if (!existsSync(folder)) continue;
    return isRepository(folder)
      ? gitProject(folder)
      : { at: async (version) => plainProject(folder, version) };
  }
  return undefined;
}

/** A work tree or a bare repository; a folder `HEAD` holds the files of the default branch. */
function isRepository(folder: string): boolean {
  const isBare = statSync(join(folder, "HEAD"), { throwIfNoEntry: false })?.isFile() ?? false;
  return isBare || existsSync(join(folder, ".git"));
}

function plainProject(folder: string, version: string): SlowProject | undefined {
  const path = join(folder, version);
  return existsSync(path) ? { sha: version, tree: slow(folderTree(path)) } : undefined;
}

/** A git repository: a version is a commit, a tag or a branch, or one of the catalog's names for its release tags. */
function gitProject(folder: string): Project {
  return {
    at: async (version) => {
      const { Repository } = await import("../git/repository.ts");
      const repository = new Repository(folder);
      const commitOf = (revision: string) => repository.commit(revision).catch(() => undefined);
      const exact = await commitOf(version);
      if (exact !== undefined || !isMovingVersion(version)) {
        return exact === undefined ? undefined : { sha: exact, tree: gitTree(repository, exact) };
      }
      const tags = await repository.tags();
      const tag = tagOfVersion(
        version,
        tags.map(({ name }) => name),
      );
      const sha = tag === undefined ? undefined : await commitOf(tag);
      return sha === undefined ? undefined : { sha, tree: gitTree(repository, sha), version: tag! };
    },
  };
}

function gitTree(repository: Repository, sha: string): SlowTree {
  return { read: (path) => repository.read(sha, path), paths: () => repository.files(sha) };
}

function slow(tree: FileTree): SlowTree {
  return { read: async (path) => tree.read(path), paths: async () => tree.paths() };
}
