import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { matchesWildcard } from "../../src/base/wildcard.ts";
import type { CiVariable } from "../../src/pipelines/variables.ts";
import { tagOfVersion } from "../../src/sources/versions.ts";
import type { FileAction } from "./file-action.ts";
import { git, gitBytes, tryGit } from "./git.ts";

export interface ServerRelease {
  readonly tag_name: string;
  readonly name: string;
  readonly description: string;
  readonly released_at: string;
}

/** A project of the stand-in: a bare git repository with what GitLab keeps beside it. */
export class ServerProject {
  readonly id: number;
  readonly path: string;
  private readonly place: string;
  private begun = false;
  /** Index files so far: each commit is made in one of its own. */
  private indexes = 0;
  private readonly filesOfCommits = new Map<string, Record<string, string>>();
  private readonly commits = new Map<string, { message: string; date: string; parents: string }>();
  readonly defaultBranch = "main";
  description: string;
  /** As set in the project's settings. */
  readonly variables: CiVariable[] = [];
  /** Who may give variables to a pipeline. */
  variablesRole = "developer";
  archived = false;
  /** GitLab does not tell which role the token's user has. */
  roleUntold = false;
  /** Paths that it had before it was moved. */
  readonly formerPaths: string[] = [];
  /** Merge requests' pipelines run for what a merge would come to, not for the branch alone. */
  mergedResults = false;
  /** The token's user may read, but not write. */
  readOnly = false;
  /** The token's user is no member: GitLab answers 404. */
  hidden = false;
  /** Switched on as a project of the CI/CD catalog. */
  inCatalog = false;
  /** Names of protected tags, with `*` for any text. A new project of GitLab has none. */
  readonly protectedTags: string[] = [];
  readonly releases: ServerRelease[] = [];
  /** Tags that are published in the catalog. */
  readonly published: string[] = [];

  constructor(id: number, path: string, root: string, description = "") {
    this.id = id;
    this.path = path;
    this.description = description;
    this.place = join(root, `${id}.git`);
  }

  /** The bare repository; made when it is first needed, so that thousands of projects cost nothing. */
  get folder(): string {
    if (!this.begun) {
      this.begun = true;
      mkdirSync(this.place, { recursive: true });
      git(this.place, ["init", "--quiet", "--bare", `--initial-branch=${this.defaultBranch}`]);
    }
    return this.place;
  }

  /** Whether there is nothing in the repository. */
  get empty(): boolean {
    return !this.begun || this.branches().length === 0;
  }

  /** The SHA that a branch, tag or SHA means. */
  resolve(ref: string): string | undefined {
    if (ref === "" || ref.startsWith("-")) return undefined;
    for (const name of [ref, `refs/tags/${ref}`, `refs/heads/${ref}`]) {
      if (name === ref && !/^([0-9a-f]{40}|HEAD)$/.test(ref)) continue;
      const sha = tryGit(this.folder, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
      if (sha) return sha;
    }
    return undefined;
  }

  /** What the version of a component's address means: SHA, tag, branch, then the catalog's moving versions. */
  resolveVersion(version: string): string | undefined {
    const exact = this.resolve(version);
    if (exact !== undefined || !this.inCatalog) return exact;
    const tag = tagOfVersion(version, this.published);
    return tag === undefined ? undefined : this.resolve(tag);
  }

  /** A commit of GitLab's own, which merges another one into the default branch: what merged results run for. */
  mergedWith(sha: string): string {
    const parents = ["-p", this.resolve(this.defaultBranch) ?? sha, "-p", sha];
    return git(this.folder, [
      "commit-tree",
      `${sha}^{tree}`,
      ...parents,
      "-m",
      `Merge ${sha} into ${this.defaultBranch}`,
    ]);
  }

  branches(): string[] {
    const text = git(this.folder, ["for-each-ref", "--format=%(refname:strip=2)", "refs/heads"]);
    return text === "" ? [] : text.split("\n");
  }

  tags(): string[] {
    const text = git(this.folder, [
      "for-each-ref",
      "--sort=-v:refname",
      "--format=%(refname:strip=2)",
      "refs/tags",
    ]);
    return text === "" ? [] : text.split("\n");
  }

  /** Whether the settings protect this branch or tag: what CI_COMMIT_REF_PROTECTED says, and what protected variables are given to. */
  isProtected(ref: string, tag: boolean): boolean {
    if (!tag) return ref === this.defaultBranch;
    return this.protectedTags.some((each) => matchesWildcard(ref, each));
  }

  read(ref: string, path: string): Buffer | undefined {
    const sha = this.resolve(ref);
    if (sha === undefined) return undefined;
    try {
      return gitBytes(this.folder, ["cat-file", "blob", `${sha}:${path}`]);
    } catch {
      return undefined;
    }
  }

  /** The id of a file's content at a commit. */
  blobId(sha: string, path: string): string {
    return git(this.folder, ["rev-parse", `${sha}:${path}`]);
  }

  /** Mode, type, SHA and path of everything below a folder. */
  tree(
    ref: string,
    folder: string,
    recursive: boolean,
  ): { mode: string; type: string; id: string; path: string }[] | undefined {
    const sha = this.resolve(ref);
    if (sha === undefined) return undefined;
    const at = folder === "" ? sha : `${sha}:${folder}`;
    const options = recursive ? ["-r", "-t", "-z"] : ["-z"];
    const text = tryGit(this.folder, ["ls-tree", ...options, at]);
    return text
      ?.split("\0")
      .filter(Boolean)
      .map((line) => {
        const [, mode = "", type = "", id = "", name = ""] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
        return { mode, type, id, path: folder === "" ? name : `${folder}/${name}` };
      });
  }

  /** All text files at a commit, read by one git, once: a commit never changes. */
  files(sha: string): Record<string, string> {
    const known = this.filesOfCommits.get(sha) ?? this.readFiles(sha);
    this.filesOfCommits.set(sha, known);
    return known;
  }

  private readFiles(sha: string): Record<string, string> {
    const blobs = (this.tree(sha, "", true) ?? []).filter(({ type }) => type === "blob");
    const input = blobs.map(({ id }) => `${id}\n`).join("");
    const output = gitBytes(this.folder, ["cat-file", "--batch"], { input });
    const files: Record<string, string> = {};
    let at = 0;
    for (const { path } of blobs) {
      // `<id> blob <size>`, the content, and an end of line.
      const head = output.indexOf("\n", at);
      const size = Number(output.toString("utf8", at, head).split(" ")[2]);
      files[path] = output.toString("utf8", head + 1, head + 1 + size);
      at = head + 1 + size + 1;
    }
    return files;
  }

  /** Message, time and parents of a commit. */
  commitOf(sha: string): { readonly message: string; readonly date: string; readonly parents: string } {
    const known = this.commits.get(sha);
    if (known) return known;
    const format = "--format=%B%x00%cI%x00%P";
    const [message = "", date = "", parents = ""] = git(this.folder, ["log", "-1", format, sha]).split("\0");
    const commit = { message, date, parents: parents.trim() };
    this.commits.set(sha, commit);
    return commit;
  }

  /** Makes a commit. Throws an Error with GitLab's words where an action cannot be done. */
  commit(branch: string, message: string, actions: readonly FileAction[], start?: string): string {
    const head = tryGit(this.folder, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
    if (head && start !== undefined)
      throw new Error(
        `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
      );
    const parent = head ?? (start === undefined ? undefined : this.resolve(start));
    if (parent === undefined && this.branches().length > 0)
      throw new Error("You can only create or edit files when you are on a branch");
    this.indexes += 1;
    const env = { GIT_INDEX_FILE: join(this.folder, `index.${this.indexes}`) };
    if (parent) git(this.folder, ["read-tree", parent], { env });
    for (const action of actions) this.stage(action, parent, env);
    const tree = git(this.folder, ["write-tree"], { env });
    const commit = git(this.folder, ["commit-tree", tree, ...(parent ? ["-p", parent] : [])], {
      input: message,
    });
    git(this.folder, ["update-ref", `refs/heads/${branch}`, commit]);
    return commit;
  }

  /** `update-index --remove` wants a work tree; a mode of 0 does the same in a bare repository. */
  private unstage(path: string, env: Record<string, string>): void {
    git(this.folder, ["update-index", "--index-info"], { env, input: `0 ${"0".repeat(40)}\t${path}\n` });
  }

  private stage(action: FileAction, parent: string | undefined, env: Record<string, string>): void {
    const { file_path: path, previous_path: previous } = action;
    const exists = (file: string) =>
      tryGit(this.folder, ["cat-file", "-e", `${parent}:${file}`]) !== undefined;
    if (action.action === "create" && parent && exists(path))
      throw new Error("A file with this name already exists");
    if (["update", "delete"].includes(action.action) && !(parent && exists(path))) {
      throw new Error("A file with this name doesn't exist");
    }
    if (action.action === "delete") {
      this.unstage(path, env);
      return;
    }
    if (action.action === "move" && previous) this.unstage(previous, env);
    const kept = action.content === undefined ? this.read(parent ?? "", previous ?? path) : undefined;
    const content =
      kept ?? Buffer.from(action.content ?? "", action.encoding === "base64" ? "base64" : "utf8");
    const blob = git(this.folder, ["hash-object", "-w", "--stdin"], { input: content });
    const mode = action.execute_filemode ? "100755" : "100644";
    git(this.folder, ["update-index", "--add", "--cacheinfo", `${mode},${blob},${path}`], { env });
  }
}
