import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  type Runner,
  type RunnerGitInfo,
  type RunnerJob,
  runJob,
  ShellExecutor,
  type Upload,
} from "../../../src/runner/index.ts";
import type { Answer, Row, UploadedFiles } from "./rows.ts";
import { sectionsOf } from "./sections.ts";

/** The commit that the rows were recorded with; ours has another number. */
const recordedSha = "8e5f13645000425fb9eba13f4a1ea84fc3f5935b";

/** What became of a job. */
export interface Played {
  readonly answer: Answer;
  readonly trace: string;
}

/** A runner with folders of its own, a repository like that of the rows, and jobs one after the other. */
export class PlayedRunner {
  private readonly root = realpathSync(mkdtempSync(join(tmpdir(), "berth-runner-")));
  private readonly version: string;
  private readonly sha: string;
  private jobs = 0;

  constructor(version: string) {
    this.version = version;
    for (const folder of ["runner", "builds", "cache", "repository"]) mkdirSync(join(this.root, folder));
    this.sha = makeRepository(join(this.root, "repository"));
  }

  /** Runs a row's job. `trace`: as the runner wrote it. */
  play(row: Row): Promise<Played> {
    this.jobs += 1;
    return this.playJob(this.jobOf(row), row.job.incoming);
  }

  /** Runs a job that gets these artifacts of earlier jobs. A job whose repository is on a server gets ours, with our commit. */
  async playJob(
    given: RunnerJob,
    incoming: Row["job"]["incoming"] = [],
    runner: Partial<Runner> = {},
  ): Promise<Played> {
    let trace = "";
    const job = { ...given, git_info: this.ownSources(given.git_info) };
    const uploads: UploadedFiles[] = [];
    const folders = {
      builds: join(this.root, "builds"),
      project: join(this.root, "builds", "abc", "0", "project-1"),
      cache: join(this.root, "cache", "project-1"),
    };
    const outcome = await runJob(job, {
      identity: {
        version: this.version,
        revision: "HEAD",
        name: "runner",
        shortToken: "abc",
        systemId: "s_000000000000",
      },
      executor: new ShellExecutor({ env: ownEnvironment(), folder: join(this.root, "runner") }),
      folders,
      write: (text) => {
        trace += text;
        runner.write?.(text);
      },
      ...(runner.signal && { signal: runner.signal }),
      bringArtifacts: async ({ id }, project) => {
        const files = incoming[id % 1000] ?? {};
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(join(project, path)), { recursive: true });
          writeFileSync(join(project, path), text);
        }
      },
      upload: async (upload) => {
        uploads.push(this.filesOf(upload));
      },
    });
    const sections = sectionsOf(trace);
    return {
      trace,
      answer: {
        state: outcome.state,
        exit_code: outcome.exitCode ?? null,
        failure_reason: outcome.reason ?? null,
        log: sections.get("step_script") ?? null,
        after_log: sections.get("after_script") ?? null,
        uploads,
      },
    };
  }

  private ownSources(git: RunnerGitInfo): RunnerGitInfo {
    if (!git.repo_url.startsWith("https:")) return git;
    return { ...git, repo_url: join(this.root, "repository"), sha: this.sha };
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private jobOf({ job }: Row): RunnerJob {
    const predefined = {
      CI: "true",
      GITLAB_CI: "true",
      CI_JOB_ID: String(this.jobs),
      CI_JOB_NAME: "job",
      CI_JOB_STAGE: "test",
      CI_PROJECT_PATH: "acme/app",
      CI_PROJECT_NAME: "app",
      CI_COMMIT_SHA: this.sha,
      CI_COMMIT_REF_NAME: "main",
      CI_COMMIT_BRANCH: "main",
      CI_DEFAULT_BRANCH: "main",
      CI_PIPELINE_SOURCE: "push",
    };
    return {
      id: this.jobs,
      token: "job-token",
      job_info: { name: "job", stage: "test", project_id: 1, project_name: "app" },
      git_info: {
        repo_url: join(this.root, "repository"),
        ref: "main",
        sha: this.sha,
        ref_type: "branch",
        refspecs: ["+refs/heads/main:refs/remotes/origin/main"],
        depth: 20,
        ...job.git,
      },
      runner_info: { timeout: job.timeout ?? 60 },
      variables: [
        ...Object.entries(predefined).map(([key, value]) => ({ key, value })),
        ...(job.variables ?? []),
      ],
      steps: job.steps,
      artifacts: job.artifacts,
      cache: job.cache,
      hooks: job.hooks,
      dependencies: (job.incoming ?? []).map((_, index) => ({
        id: 1000 + index,
        name: `dep${index}`,
        artifacts_file: { filename: "artifacts.zip" },
      })),
      features: { trace_sections: true, token_mask_prefixes: ["glpat-"] },
    };
  }

  private filesOf({ type, format, filename, folder, files }: Upload): UploadedFiles {
    const texts: Record<string, string> = {};
    for (const { kind, path } of files) {
      const name = format === "zip" ? path : format === "raw" ? "raw" : basename(path);
      if (kind === "folder") texts[`${name}/`] = "";
      else if (kind === "link") texts[name] = `link:${readlinkSync(join(folder, path))}`;
      else texts[name] = readFileSync(join(folder, path), "utf8").replaceAll(this.sha, recordedSha);
    }
    return { type, format, filename, files: texts };
  }
}

function ownEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "", LANG = "C.UTF-8" } = process.env;
  return { PATH, HOME, LANG };
}

/** Two commits on `main`, as README.md describes them. */
function makeRepository(folder: string): string {
  const identity = { NAME: "Runner", EMAIL: "runner@example.com", DATE: "2026-01-01T00:00:00Z" };
  const env = {
    PATH: process.env.PATH ?? "",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      Object.entries(identity).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
  const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8" });
  const commit = (files: Record<string, string>, message: string) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
  };
  git("init", "--quiet", "--initial-branch=main");
  mkdirSync(join(folder, "src"));
  commit(
    { "README.md": "hello\n", ".gitignore": "*.log\n", "src/a.py": "print(1)\n", "src/b.txt": "x\n" },
    "one",
  );
  commit({ "README.md": "hello\ntwo\n" }, "two");
  return git("rev-parse", "HEAD").trim();
}
