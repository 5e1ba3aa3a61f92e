import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { command } from "../../src/commands/run.ts";
import { runCommand } from "../command.ts";

const execute = promisify(execFile);

/** A project in a git repository, and `berth run` in it with a home of its own. */
export class RunProject {
  /** Above the project; everything of the test is below. */
  readonly root: string;
  readonly folder: string;

  private constructor(root: string) {
    this.root = root;
    this.folder = join(root, "app");
  }

  /** A repository with these files committed on `main`. */
  static async create(files: Readonly<Record<string, string>>): Promise<RunProject> {
    const project = new RunProject(await realpath(await mkdtemp(join(tmpdir(), "berth-run-test-"))));
    await mkdir(project.folder);
    await project.git("init", "--quiet", "--initial-branch=main");
    await project.write(files);
    await project.commit();
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
  }

  async commit(message = "Change"): Promise<void> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", message);
  }

  async git(...args: readonly string[]): Promise<string> {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    const { stdout } = await execute("git", ["-C", this.folder, ...identity, ...args]);
    return stdout.trim();
  }

  run(args: readonly string[], more: { signal?: AbortSignal; onErr?: (text: string) => void } = {}) {
    const env = { PATH: process.env.PATH, HOME: this.root, NO_COLOR: "1" };
    return runCommand(command, args, { cwd: this.folder, env, ...more });
  }

  /** The same with the result as data. */
  async json(...args: readonly string[]) {
    const { code, out, err } = await this.run([...args, "--json"]);
    return { code, err, ...(JSON.parse(out) as RunData) };
  }

  /** Everything of the repository that a run could have changed. */
  async state(): Promise<string> {
    const files = (await readdir(this.folder, { recursive: true })).filter(
      (name) => !name.startsWith(".git/"),
    );
    const refs = await this.git("for-each-ref");
    const index = await this.git("ls-files", "--stage");
    const objects = await this.git("count-objects", "-v");
    return [...files.sort(), refs, index, objects, await this.git("status", "--porcelain")].join("\n");
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

/** What `berth run --json` prints, as far as tests read it. */
export interface RunData {
  readonly state: string;
  readonly folder: string;
  readonly pipeline: { readonly sha: string; readonly uncommitted: boolean; readonly ref: string };
  readonly jobs: readonly {
    readonly name: string;
    readonly state: string;
    readonly when?: string;
    readonly exitCode?: number;
    readonly traceFile?: string;
    readonly artifactsFolder?: string;
  }[];
  readonly impossible: readonly { readonly name: string; readonly why: string }[];
}

/** The state of each job by name. */
export function states({ jobs }: Pick<RunData, "jobs">): Record<string, string> {
  return Object.fromEntries(jobs.map(({ name, state }) => [name, state]));
}
