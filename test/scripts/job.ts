import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { include } from "../templates/consumer.ts";

/** What a job printed, both streams as they came, and how it ended. */
export interface JobResult {
  readonly code: number;
  readonly output: string;
}

/** The version of this machine's Python, such as 3.11: the tests run the jobs with it. */
export const pythonVersion = execFileSync(
  "python3",
  ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
  { encoding: "utf8" },
).trim();

/** The shell text of a template's job, with its references resolved, as GitLab would hand it to the runner. */
export function scriptOf(template: string, job: string): string {
  const components = [...new Set(["build", template])].map((component) => ({ component }));
  const { expansion, jobs } = include(components, {}, allStages);
  if (!expansion.valid) throw new Error(`${template}: ${expansion.errors.join("; ")}`);
  return jobs[job]!.script.flat(10).join("\n");
}

const allStages = ["validate", "test", "build", "pre-deploy", "deploy", "post-deploy", "rollback"];

/**
 * Runs a job's script in `folder`, by `shell` as the runner does where there is nothing better. Of this process's
 * environment only PATH is handed on; pip sees no index and no configuration but those in `variables`.
 */
export function runJob(
  script: string,
  folder: string,
  variables: Readonly<Record<string, string>>,
  shell: readonly string[] = ["dash"],
): Promise<JobResult> {
  const [program = "sh", ...args] = shell;
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: join(folder, "..", "home"),
    PIP_CONFIG_FILE: "/dev/null",
    PIP_NO_INDEX: "1",
    BERTH_SOURCE_FOLDER: ".",
    BERTH_PYTHON_VERSION: pythonVersion,
    BERTH_TEST_REQUIREMENTS_FILE: "",
    ...variables,
  };
  return new Promise((done) => {
    const child = execFile(
      program,
      [...args, "-e", "-c", `exec 2>&1\n${script}`],
      { cwd: folder, env, maxBuffer: 1 << 24 },
      (error, stdout) =>
        done({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: stdout }),
    );
    child.stdin?.end();
  });
}

/** A folder with these files, gone with `remove`. The project is a folder inside, so that a job may have a home beside it. */
export function makeProject(files: Readonly<Record<string, string | Buffer>>): {
  path: string;
  remove(): void;
} {
  const parent = mkdtempSync(join(tmpdir(), "berth-job-"));
  const path = join(parent, "project");
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) addFile(path, name, content);
  return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

export function addFile(project: string, name: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), content, { mode });
}

/** A job's script with the parts that travel packed as the text that they are: for a test that takes something out of it. */
export function unpacked(script: string): string {
  return script.replace(/base64 -d <<'(\w+)' \| gzip -dc\n([\s\S]*?)\n\1\n/g, (_, delimiter, body) => {
    const text = gunzipSync(Buffer.from(body, "base64")).toString("utf8");
    return `cat <<'${delimiter}'\n${text}${delimiter}\n`;
  });
}
