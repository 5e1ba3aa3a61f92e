import { cp, lstat, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { git } from "../../pipelines/git.ts";
import type { PipelineCommit, ProjectIdentity } from "../../pipelines/predefined.ts";
import type { PipelineSources } from "../../pipelines/sources.ts";
import type { FileChanges } from "../session.ts";

/** A file of a project; `content` in base64, undefined where it is not known. */
export interface ProjectFile {
  readonly path: string;
  readonly executable: boolean;
  readonly content: string | undefined;
}

const zeroSha = "0".repeat(40);

/** A throw-away git repository that stands for the project on a server. It lives in a private temporary folder. */
export class SmokeProject implements PipelineSources {
  readonly identity: ProjectIdentity;
  /** The repository with its work tree. */
  readonly folder: string;
  readonly defaultBranch = "main";

  private constructor(folder: string, identity: ProjectIdentity) {
    this.folder = folder;
    this.identity = identity;
  }

  get objects(): string {
    return join(this.folder, ".git", "objects");
  }

  /** An empty project with the given full path on an imagined server. */
  static async create(folder: string, identity: ProjectIdentity): Promise<SmokeProject> {
    await mkdir(folder, { recursive: true });
    const project = new SmokeProject(folder, identity);
    await git(folder, ["init", "--quiet", `--initial-branch=${project.defaultBranch}`]);
    await git(folder, ["remote", "add", "origin", `https://${identity.server}/${identity.path}.git`]);
    return project;
  }

  /** Replaces the whole work tree by the files of `source` (what git would commit of it), without committing. */
  async copyFrom(source: string): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (name !== ".git") await rm(join(this.folder, name), { recursive: true });
    }
    await copyProjectFiles(source, this.folder);
  }

  /** Adds a folder, such as the component project's `templates/`, to the work tree in place of what is there. */
  async addFolder(source: string, path: string): Promise<void> {
    await rm(join(this.folder, path), { recursive: true, force: true });
    await copyProjectFiles(source, join(this.folder, path));
  }

  async change(changes: FileChanges): Promise<void> {
    for (const [path, text] of Object.entries(changes)) {
      const file = join(this.folder, path);
      if (relative(this.folder, file).startsWith("..")) throw new Error(`${path} is outside of the project`);
      if (text === null) await rm(file, { recursive: true, force: true });
      else {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    }
  }

  /** Commits the work tree on a branch and returns the commit; an unchanged tree gives a new, empty commit. */
  async commit(message: string, ref: string, tag = false): Promise<PipelineCommit> {
    const before = await git(this.folder, ["rev-parse", "--verify", "--quiet", "HEAD"]).catch(() => zeroSha);
    if (!tag && ref !== this.defaultBranch) await git(this.folder, ["checkout", "--quiet", "-B", ref]);
    await git(this.folder, ["add", "--all", "--force"]);
    await git(this.folder, ["commit", "--quiet", "--allow-empty", "--message", message]);
    if (tag) await git(this.folder, ["tag", ref]);
    const [sha, timestamp] = (await git(this.folder, ["log", "-1", "--format=%H%n%cI"])).split("\n");
    return {
      sha: sha ?? "",
      beforeSha: before,
      timestamp: timestamp ?? "",
      message,
      author: "Smoke <smoke@example.com>",
    };
  }

  /** All text files of the work tree by path, for the engine's includes and `rules:exists`. */
  async files(): Promise<Record<string, string>> {
    const paths = (await git(this.folder, ["ls-files", "-z"])).split("\0").filter((path) => path !== "");
    const texts: Record<string, string> = {};
    for (const path of paths) {
      const file = join(this.folder, path);
      if ((await lstat(file)).isFile()) texts[path] = await readFile(file, "utf8");
    }
    return texts;
  }

  /** Every file of the work tree as it stands, committed or not; for pushing it elsewhere. */
  async contents(): Promise<ProjectFile[]> {
    await git(this.folder, ["add", "--all", "--force"]);
    const paths = (await git(this.folder, ["ls-files", "-z"])).split("\0").filter((path) => path !== "");
    return Promise.all(
      paths.map(async (path) => {
        const file = join(this.folder, path);
        const executable = ((await lstat(file)).mode & 0o100) !== 0;
        return { path, executable, content: (await readFile(file)).toString("base64") };
      }),
    );
  }

  async fileAt(sha: string, path: string): Promise<string | undefined> {
    return git(this.folder, ["show", `${sha}:${path}`]).catch(() => undefined);
  }

  async keepCommit(pipelineId: number, sha: string): Promise<void> {
    await git(this.folder, ["update-ref", `refs/pipelines/${pipelineId}`, sha]);
  }
}

/** Copies what git would commit: tracked and new files without the ignored ones; all but the usual litter elsewhere. */
async function copyProjectFiles(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const listed = await git(source, [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
  ]).catch(() => undefined);
  if (listed === undefined) {
    await cp(source, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !isLitter(source, path),
    });
    return;
  }
  for (const path of listed.split("\0").filter((each) => each !== "")) {
    const exists = await lstat(join(source, path)).catch(() => undefined);
    if (!exists || exists.isDirectory()) continue;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(join(source, path), join(target, path), { verbatimSymlinks: true });
  }
}

function isLitter(source: string, path: string): boolean {
  const names = relative(source, path).split(sep);
  return names.some((name) => [".git", "node_modules", "venv", ".venv", "__pycache__"].includes(name));
}
