import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type JobOutcome,
  newestRunner,
  type Runner,
  type RunnerJob,
  runJob,
  ShellExecutor,
  type Upload,
} from "../../src/runner/index.ts";

/** A machine for jobs: a repository with some files, and folders of its own. */
export interface JobMachine {
  readonly root: string;
  readonly project: string;
  readonly repository: string;
  /** Runs a job with some steps; `more` goes over the job, `runner` over the runner. */
  play(
    script: readonly string[],
    more?: Partial<RunnerJob>,
    runner?: Partial<Runner>,
  ): Promise<JobOutcome & { trace: string; uploads: Upload[] }>;
  close(): void;
}

const quietGit = { PATH: process.env.PATH ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
const author = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com" };
const committer = { GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com" };

/** Runs git without the user's settings. Returns its output. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = { ...quietGit, ...author, ...committer };
  return execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8" }).trim();
}

/** Makes a machine whose repository holds these files. */
export function jobMachine(files: Readonly<Record<string, string>> = { "README.md": "hello\n" }): JobMachine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "berth-runner-")));
  const repository = join(root, "repository");
  for (const folder of ["repository", "work"]) mkdirSync(join(root, folder));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  git(repository, "init", "--quiet", "--initial-branch=main");
  git(repository, "add", "--all");
  git(repository, "commit", "--quiet", "--message", "one");
  const project = join(root, "builds", "app");
  return {
    root,
    project,
    repository,
    close: () => rmSync(root, { recursive: true, force: true }),
    play: async (script, more = {}, runner = {}) => {
      let trace = "";
      const uploads: Upload[] = [];
      const { PATH = "" } = process.env;
      const outcome = await runJob(jobOf(repository, script, more), {
        identity: { version: newestRunner, revision: "x", name: "r", shortToken: "t", systemId: "s" },
        executor: new ShellExecutor({ env: { PATH, HOME: root }, folder: join(root, "work") }),
        folders: { builds: join(root, "builds"), project, cache: join(root, "cache") },
        featureFlags: { FF_TIMESTAMPS: false },
        bringArtifacts: async () => undefined,
        upload: async (upload) => void uploads.push(upload),
        graceSeconds: 5,
        ...runner,
        write: (text) => {
          trace += text;
          runner.write?.(text);
        },
      });
      return { ...outcome, trace, uploads };
    },
  };
}

function jobOf(repository: string, script: readonly string[], more: Partial<RunnerJob>): RunnerJob {
  return {
    id: 1,
    job_info: { name: "job", stage: "test", project_id: 1, project_name: "app" },
    git_info: {
      repo_url: repository,
      ref: "main",
      sha: git(repository, "rev-parse", "HEAD"),
      refspecs: ["+refs/heads/main:refs/remotes/origin/main"],
      depth: 20,
    },
    variables: [],
    steps: [{ name: "script", script }],
    ...more,
  };
}
