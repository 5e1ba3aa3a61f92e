import { Branches, Commits, RepositoryFiles, Tags } from "@gitbeaker/rest";
import type { Area } from "./area.ts";
import { isGitlabError } from "./errors.ts";
import { listOf } from "./pages.ts";
import type { Branch, Commit, CommitAction, Tag, TreeEntry } from "./records.ts";
import { settle } from "./settle.ts";

/** A commit to be made through the API, all its files at once. */
export interface NewCommit {
  readonly branch: string;
  /** Where the branch begins, for a branch that is to be made with the commit. */
  readonly start?: { readonly branch: string } | { readonly sha: string };
  readonly message: string;
  readonly actions: readonly CommitAction[];
}

/** Branches, commits, files and tags. A `project` is an id or a full path. */
export class RepositoryOperations {
  private readonly area: Area;

  constructor(area: Area) {
    this.area = area;
  }

  /**
   * Makes one commit, once: where the answer is lost, the branch's head tells whether it was made.
   * A `start` makes the branch too; GitLab refuses it where the branch stands already.
   */
  async commit(project: string | number, { branch, start, message, actions }: NewCommit): Promise<Commit> {
    const commits = new Commits(this.area.resource);
    const from = start && ("sha" in start ? { startSha: start.sha } : { startBranch: start.branch });
    return settle<Commit>(this.area.connection, {
      // The action's fields are GitLab's own already; @gitbeaker's type wants them in camelCase.
      send: () => this.area.read(commits.create(project, branch, message, actions as never, from as never)),
      find: async () => {
        const head = (await this.branch(project, branch))?.commit;
        return head?.message.trim() === message.trim() ? head : undefined;
      },
      sendAgain: start !== undefined,
    });
  }

  /** One commit by its SHA, branch or tag; undefined where there is none. */
  async commitAt(project: string | number, ref: string): Promise<Commit | undefined> {
    return absent(this.area.read<Commit>(new Commits(this.area.resource).show(project, ref)));
  }

  /** The branch, or undefined where there is none. */
  async branch(project: string | number, name: string): Promise<Branch | undefined> {
    return absent(this.area.read<Branch>(new Branches(this.area.resource).show(project, name)));
  }

  /** The branches whose names begin with `prefix`. */
  async branches(project: string | number, prefix = ""): Promise<Branch[]> {
    const path = `projects/${encodeURIComponent(project)}/repository/branches`;
    return listOf(this.area.connection, path, prefix === "" ? {} : { search: `^${prefix}` });
  }

  /** Removes a branch. One that is not there counts as removed. */
  async removeBranch(project: string | number, name: string): Promise<void> {
    await absent(this.area.read(new Branches(this.area.resource).remove(project, name)));
  }

  /** The tags, the latest version first. */
  async tags(project: string | number): Promise<Tag[]> {
    const path = `projects/${encodeURIComponent(project)}/repository/tags`;
    return listOf(this.area.connection, path, { orderBy: "version", sort: "desc" });
  }

  async createTag(project: string | number, name: string, ref: string, message?: string): Promise<Tag> {
    const tags = new Tags(this.area.resource);
    return settle<Tag>(this.area.connection, {
      send: () => this.area.read(tags.create(project, name, ref, message === undefined ? {} : { message })),
      find: () => absent(this.area.read<Tag>(tags.show(project, name))),
      sendAgain: true,
    });
  }

  /** All files and folders below `path` at `ref`; an empty list where the folder is not there. */
  async tree(project: string | number, options: { ref?: string; path?: string; recursive?: boolean } = {}) {
    const { ref, path, recursive = false } = options;
    const query = { pagination: "keyset", recursive, ref, path };
    const list = listOf<TreeEntry>(
      this.area.connection,
      `projects/${encodeURIComponent(project)}/repository/tree`,
      query,
    );
    return (await absent(list)) ?? [];
  }

  /** A file's text at `ref` (a branch, tag, SHA or HEAD), or undefined where it is not there. */
  async file(project: string | number, path: string, ref = "HEAD"): Promise<string | undefined> {
    const files = new RepositoryFiles(this.area.resource);
    const file = await absent(this.area.read<{ content: string }>(files.show(project, path, ref)));
    return file && Buffer.from(file.content, "base64").toString("utf8");
  }
}

/** What a lookup gives, or undefined where GitLab answers 404. */
export async function absent<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    if (isGitlabError(error, "not-found")) return undefined;
    throw error;
  }
}
