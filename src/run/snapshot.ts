import { lstatSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileTree } from "../engine/pipeline/index.ts";
import type { Repository } from "../git/repository.ts";
import { git } from "../pipelines/git.ts";
import type { ProjectIdentity } from "../pipelines/predefined.ts";
import type { PipelineSources } from "../pipelines/sources.ts";
import type { WorkTree } from "./work-tree.ts";

/** What decides how git reads the files of a work tree. Filters are not among them: they are programs. */
const settings = [
  "core.autocrlf",
  "core.eol",
  "core.excludesFile",
  "core.fileMode",
  "core.ignoreCase",
  "core.symlinks",
];

/**
 * A work tree as one commit, with new and changed files and without the ignored ones, in a throw-away repository. Objects that the user's
 * repository has are used where they are, new ones go to the throw-away one; neither the user's index nor a ref is touched.
 */
export class Snapshot implements PipelineSources {
  readonly identity: ProjectIdentity;
  readonly folder: string;
  readonly sha: string;
  /** Whether the commit holds what HEAD does not. */
  readonly changed: boolean;
  /** The files of the commit, as the engine reads them. */
  readonly tree: FileTree;

  private constructor(
    folder: string,
    identity: ProjectIdentity,
    { sha, changed, tree }: Pick<Snapshot, "sha" | "changed" | "tree">,
  ) {
    this.folder = folder;
    this.identity = identity;
    this.sha = sha;
    this.changed = changed;
    this.tree = tree;
  }

  /** Takes a snapshot; `folder` is a private one. Throws git's own words. */
  static async take(workTree: WorkTree, folder: string, identity: ProjectIdentity): Promise<Snapshot> {
    const store = await makeStore(workTree, folder);
    const { head } = workTree;
    const tree = await treeOf(workTree, store, join(folder, "index"));
    const known = head === undefined ? undefined : await git(store, ["rev-parse", `${head}^{tree}`]);
    const changed = tree !== known;
    const sha = changed || head === undefined ? await commit(workTree, store, tree) : head;
    const paths = await git(store, ["ls-tree", "-r", "-z", "--name-only", sha]);
    return new Snapshot(store, identity, {
      sha,
      changed,
      tree: filesOf(workTree.folder, paths.split("\0").filter(Boolean)),
    });
  }

  get objects(): string {
    return join(this.folder, "objects");
  }

  async fileAt(sha: string, path: string): Promise<string | undefined> {
    return git(this.folder, ["show", `${sha}:${path}`]).catch(() => undefined);
  }

  async keepCommit(pipelineId: number, sha: string): Promise<void> {
    await git(this.folder, ["update-ref", `refs/pipelines/${pipelineId}`, sha]);
  }

  /** Lets a branch or tag of the throw-away repository name the commit. Throws for a name that git does not take. */
  async name(reference: string): Promise<void> {
    await git(this.folder, ["check-ref-format", reference]);
    await git(this.folder, ["update-ref", reference, this.sha]);
  }
}

/** Makes the throw-away repository beside a work tree's own, in a private folder. Returns its path. */
export async function makeStore({ repository }: WorkTree, folder: string): Promise<string> {
  const store = join(folder, "repository.git");
  await git(folder, ["init", "--quiet", "--bare", "--template=", store]);
  if (repository) await lend(repository, store);
  return store;
}

/** The id of the tree that git would commit of the work tree as it is now; the same files have the same id. `index`: a file of the caller's. */
export async function treeOf(workTree: WorkTree, store: string, index: string): Promise<string> {
  await addFiles(workTree, store, index);
  return git(store, ["write-tree"], { GIT_INDEX_FILE: index });
}

/** Gives a throw-away repository the objects, branches and tags of another one, and its view of files. */
async function lend(repository: Repository, store: string): Promise<void> {
  await mkdir(join(store, "objects", "info"), { recursive: true });
  await mkdir(join(store, "info"), { recursive: true });
  await writeFile(join(store, "objects", "info", "alternates"), `${await repository.pathOf("objects")}\n`);
  const references = await repository.references();
  const packed = references.map(({ name, object }) => `${object} ${name}\n`);
  await writeFile(join(store, "packed-refs"), `# pack-refs with: sorted \n${packed.join("")}`);
  for (const name of ["shallow", "info/exclude"]) {
    await copyFile(await repository.pathOf(name), join(store, name)).catch(() => undefined);
  }
  for (const name of settings) {
    const value = await repository.setting(name);
    if (value !== undefined) await git(store, ["config", name, value]);
  }
}

/** Puts the work tree into an index. A copy of the user's spares reading the files that have not changed; not every form can be copied. */
async function addFiles({ folder, repository }: WorkTree, store: string, index: string): Promise<void> {
  const add = () =>
    git(folder, [`--git-dir=${store}`, `--work-tree=${folder}`, "add", "--all", "--", "."], {
      GIT_INDEX_FILE: index,
    });
  if (repository === undefined) {
    await add();
    return;
  }
  try {
    await copyWithTimes(await repository.pathOf("index"), index);
    await add();
  } catch {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
    await add();
  }
}

/** A file that was written in the second in which the index was is read again by git; it knows that second from the index's own time. */
async function copyWithTimes(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, mtime);
}

/** The message is that of HEAD: conditions that read it decide as they would after the next amend. */
async function commit({ repository, head, user }: WorkTree, store: string, tree: string): Promise<string> {
  const parents = head === undefined ? [] : ["-p", head];
  const message = head === undefined ? "The work tree" : await repository?.message(head);
  return git(store, ["commit-tree", tree, ...parents, "-m", message || "The work tree"], {
    GIT_AUTHOR_NAME: user.name,
    GIT_AUTHOR_EMAIL: user.email,
    GIT_COMMITTER_NAME: user.name,
    GIT_COMMITTER_EMAIL: user.email,
  });
}

/** Links are not followed: they may lead anywhere. */
function filesOf(folder: string, paths: readonly string[]): FileTree {
  const known = new Set(paths);
  return {
    paths: () => paths,
    read: (path) => {
      const file = join(folder, path);
      if (!known.has(path) || !lstatSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
      return readFileSync(file, "utf8");
    },
  };
}
