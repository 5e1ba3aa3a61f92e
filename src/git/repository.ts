import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A tag and the commit that it names. */
export interface Tag {
  readonly name: string;
  readonly commit: string;
  /** The commit's date, ISO 8601 with time zone. */
  readonly date: string;
}

/**
 * A git repository, read through the `git` program. Nothing here changes it. Every method throws `GitError` with git's own last line when
 * git fails (no repository, no such revision).
 */
export class Repository {
  /** A folder inside the work tree, or a bare repository. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Returns the work tree's top folder. */
  async root(): Promise<string> {
    return (await this.git("rev-parse", "--show-toplevel")).trim();
  }

  /** Returns the full SHA of a revision. */
  async commit(revision = "HEAD"): Promise<string> {
    return (await this.git("rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`)).trim();
  }

  /** Returns all tags that name a commit, newest commit first. */
  async tags(): Promise<Tag[]> {
    const format = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:iso-strict)";
    const text = await this.git("for-each-ref", "--sort=-creatordate", `--format=${format}`, "refs/tags");
    return lines(text).map((line) => {
      const [name = "", object = "", peeled = "", date = ""] = line.split("\0");
      return { name, commit: peeled || object, date };
    });
  }

  /** Returns the paths of all files below `folder` at the revision, from the repository's root; none where there is no such folder. */
  async files(revision: string, folder = ""): Promise<string[]> {
    const commit = await this.commit(revision);
    const text = await this.git(
      "ls-tree",
      "-r",
      "-z",
      "--name-only",
      "--full-tree",
      commit,
      ...(folder ? ["--", folder] : []),
    );
    return text.split("\0").filter(Boolean);
  }

  /** Returns the text of a file at the revision, or undefined where there is none. */
  async read(revision: string, path: string): Promise<string | undefined> {
    const commit = await this.commit(revision);
    try {
      return await this.git("cat-file", "blob", `${commit}:${path}`);
    } catch {
      return undefined;
    }
  }

  /** Returns the files below `folder` at the revision with the names of their contents: the same name is the same text. */
  async objects(revision: string, folder: string): Promise<{ path: string; object: string }[]> {
    const commit = await this.commit(revision);
    const text = await this.git("ls-tree", "-r", "-z", "--full-tree", commit, "--", folder);
    return text.split("\0").flatMap((entry) => {
      const [, object, path] = /^\d+ blob ([0-9a-f]+)\t([\s\S]*)$/.exec(entry) ?? [];
      return object !== undefined && path !== undefined ? [{ path, object }] : [];
    });
  }

  /** Returns the text of an object that `objects` named. */
  async readObject(object: string): Promise<string> {
    return this.git("cat-file", "blob", object);
  }

  /** Returns all text files of a revision by their paths from the root, up to `limit` bytes each. Links and submodules are left out. */
  async texts(revision: string, limit = 4 * 1024 * 1024): Promise<Map<string, string>> {
    const commit = await this.commit(revision);
    const listed = await this.git("ls-tree", "-r", "-z", "-l", "--full-tree", commit);
    const blobs = listed.split("\0").flatMap((entry) => {
      const [, object, size, path] = /^100\d+ blob ([0-9a-f]+) +(\d+)\t([\s\S]*)$/.exec(entry) ?? [];
      return object !== undefined && path !== undefined && Number(size) <= limit ? [{ object, path }] : [];
    });
    const contents = await this.batch(blobs.map(({ object }) => object));
    return new Map(
      blobs.flatMap(({ path }, index) => {
        const content = contents[index];
        return content?.includes(0) === false ? [[path, content.toString("utf8")] as const] : [];
      }),
    );
  }

  /** Returns the paths, from the root, that differ between a revision and the work tree, with files that git does not know yet. */
  async changedFiles(since: string): Promise<string[]> {
    const commit = await this.commit(since);
    const changed = await this.git("diff", "--name-only", "-z", commit, "--");
    const untracked = await this.git("ls-files", "--others", "--exclude-standard", "--full-name", "-z");
    return [...new Set(`${changed}${untracked}`.split("\0").filter(Boolean))].sort();
  }

  /**
   * Returns the paths, from the root, that differ between the work tree and the commit where it parted from a branch, tag or SHA; undefined
   * where there is no such ref, here or at `origin`.
   */
  async changedSince(ref: string): Promise<string[] | undefined> {
    const name = ref.replace(/^refs\/(?:heads|tags)\//, "");
    for (const revision of [ref, `refs/remotes/origin/${name}`]) {
      const commit = await this.commit(revision).catch(() => undefined);
      if (commit !== undefined)
        return this.changedFiles((await this.git("merge-base", commit, "HEAD")).trim());
    }
    return undefined;
  }

  /** Whether the clone was cut off somewhere in its history: older commits, and often tags, are not there. */
  async isShallow(): Promise<boolean> {
    return (await this.git("rev-parse", "--is-shallow-repository")).trim() === "true";
  }

  /** Whether the clone may lack refs that its origin has: it is shallow, or was told to fetch some branches only. */
  async isPartial(): Promise<boolean> {
    if (await this.isShallow()) return true;
    const fetched = await this.git("config", "--get-all", "remote.origin.fetch").catch(() => "");
    return fetched !== "" && !fetched.includes("refs/heads/*:");
  }

  /** Returns the address of the remote `origin`, or undefined. */
  async remote(): Promise<string | undefined> {
    try {
      return (await this.git("remote", "get-url", "origin")).trim();
    } catch {
      return undefined;
    }
  }

  /** The contents of objects, read by one git: `<id> <type> <size>`, the content and an end of line for each. */
  private async batch(objects: readonly string[]): Promise<Buffer[]> {
    const options = { cwd: this.folder, maxBuffer: 1024 * 1024 * 1024, encoding: "buffer" as const };
    const reading = run("git", ["cat-file", "--batch"], options);
    reading.child.stdin?.end(objects.map((each) => `${each}\n`).join(""));
    const { stdout } = await reading.catch((error: unknown) => {
      throw new GitError(reasonOf(error));
    });
    let at = 0;
    return objects.map(() => {
      const head = stdout.indexOf("\n", at);
      const size = Number(stdout.toString("latin1", at, head).split(" ")[2]);
      at = head + 1 + size + 1;
      return stdout.subarray(head + 1, head + 1 + size);
    });
  }

  /** Returns the branch that is checked out, also one without commits; undefined where HEAD is a commit. */
  async branch(): Promise<string | undefined> {
    return (await this.git("symbolic-ref", "--quiet", "--short", "HEAD").catch(() => "")).trim() || undefined;
  }

  /** Returns the branch that `origin` calls its default, as the last fetch has seen it. */
  async defaultBranchOfOrigin(): Promise<string | undefined> {
    const ref = await this.git("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").catch(() => "");
    return ref.trim().replace(/^refs\/remotes\/origin\//, "") || undefined;
  }

  /** Returns where two revisions have parted, or undefined where they have nothing in common or one is not there. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return (await this.git("merge-base", "--end-of-options", one, other).catch(() => "")).trim() || undefined;
  }

  /** Returns the message of a commit. */
  async message(revision: string): Promise<string> {
    return (await this.git("log", "-1", "--format=%B", "--end-of-options", revision)).trimEnd();
  }

  /** Returns the absolute path of something that git keeps beside the work tree, such as `index`; also in a linked work tree. */
  async pathOf(name: string): Promise<string> {
    return (await this.git("rev-parse", "--path-format=absolute", "--git-path", name)).trim();
  }

  /** Returns the value of a setting of git, or undefined. */
  async setting(name: string): Promise<string | undefined> {
    return (await this.git("config", "--get", name).catch(() => "")).trim() || undefined;
  }

  /** Returns the branches and tags with the names of their objects, sorted by name. */
  async references(): Promise<{ name: string; object: string }[]> {
    const format = "%(objectname) %(refname)";
    const text = await this.git("for-each-ref", `--format=${format}`, "refs/heads", "refs/tags");
    return lines(text).map((line) => ({ object: line.slice(0, 40), name: line.slice(41) }));
  }

  /** Whether git would leave a file out of every commit. */
  async ignores(path: string): Promise<boolean> {
    const tracked = await this.git("ls-files", "--", path);
    if (tracked !== "") return false;
    return this.git("check-ignore", "--quiet", "--", path).then(
      () => true,
      () => false,
    );
  }

  private async git(...args: readonly string[]): Promise<string> {
    try {
      // Quoting and pagers are the user's settings: ours must not depend on them.
      const options = {
        cwd: this.folder,
        maxBuffer: 256 * 1024 * 1024,
        env: { ...process.env, LC_ALL: "C" },
      };
      const { stdout } = await run("git", ["--no-pager", "-c", "core.quotepath=off", ...args], options);
      return stdout;
    } catch (error) {
      throw new GitError(reasonOf(error));
    }
  }
}

/** Git refused. The message is one line. */
export class GitError extends Error {
  override readonly name = "GitError";
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return "git is not installed, or the folder does not exist";
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return (lines(text).at(-1) ?? "git failed").replace(/^fatal: /, "git: ");
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
