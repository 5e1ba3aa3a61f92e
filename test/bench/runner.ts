import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalSession } from "../../src/smoke/index.ts";

/*
 * usage: tsx test/bench/runner.ts
 * Pipelines of 30 and 300 jobs of one `true`, each job in a checkout of its own, beside gitlab-ci-local as a whole process and beside what
 * a clone and bash cost for each job; and the first line of a job whose repository holds 1 GB.
 * Exits with 1 when a goal is missed: not slower than gitlab-ci-local, 25 ms a job over a clone and bash, a second for 1 GB.
 */
const goals = { overheadMs: 25, firstLineMs: 1000 };
const folder = mkdtempSync(join(tmpdir(), "berth-bench-runner-"));
const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", HOME: folder };
const concurrency = availableParallelism();
let missed = false;

try {
  console.log("jobs  berth     gitlab-ci-local  clone and bash  over it, a job");
  for (const jobs of process.argv.includes("--quick") ? [30] : [30, 300]) await measure(jobs);
  if (!process.argv.includes("--quick")) await measureLarge();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;

async function measure(jobs: number): Promise<void> {
  const text = Array.from({ length: jobs }, (_, index) => `job ${index}: { script: ["true"] }\n`).join("");
  const project = makeProject(String(jobs), { ".gitlab-ci.yml": text });
  const own = (await runPipeline(project)).milliseconds;
  const peer = timed(() => {
    const program = createRequire(import.meta.url).resolve("gitlab-ci-local/dist/index.js");
    const args = [
      program,
      "--force-shell-executor",
      "--shell-isolation",
      "--concurrency",
      String(concurrency),
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`gitlab-ci-local failed: ${stderr.slice(-500)}`);
  });
  const bare = timed(() => {
    const one = `git clone -q "${project}" "$1" && cd "$1" && bash -c true && cd .. && rm -rf "$1"`;
    const all = `seq ${jobs} | xargs -P ${concurrency} -I@ bash -c '${one}' bash "${folder}/clone-@"`;
    execFileSync("bash", ["-c", all], { env });
  });
  const over = ((own - bare) * concurrency) / jobs;
  missed ||= own > peer || over > goals.overheadMs;
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`.padEnd(10);
  console.log(
    `${String(jobs).padEnd(6)}${seconds(own)}${seconds(peer).padEnd(17)}${seconds(bare).padEnd(16)}${over.toFixed(1)} ms`,
  );
}

/** A gigabyte that does not compress, in files of 10 MB. */
async function measureLarge(): Promise<void> {
  const project = makeProject("large", { ".gitlab-ci.yml": 'job: { script: ["echo first line"] }\n' });
  execFileSync(
    "bash",
    [
      "-c",
      "for i in $(seq 100); do head -c 10000000 /dev/urandom > data-$i; done; git -c core.compression=0 add . && git commit -qm large",
    ],
    { cwd: project, env },
  );
  const { firstLine } = await runPipeline(project);
  missed ||= firstLine > goals.firstLineMs;
  console.log(
    `a repository of 1 GB: ${firstLine.toFixed(0)} ms before the first line; memory ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
}

async function runPipeline(project: string): Promise<{ milliseconds: number; firstLine: number }> {
  const session = await openLocalSession({ project, executors: "shell", concurrency, env });
  const traceFolder = join(project, "../traces");
  let begun = 0;
  let firstLine = 0;
  const begin = performance.now();
  const pipeline = await session.run({
    traceFolder,
    onEvent: (event) => {
      if (event.kind === "job-started") begun ||= performance.now();
      if (event.kind === "job-line" && event.line.startsWith("$ ")) firstLine ||= performance.now() - begun;
    },
  });
  const milliseconds = performance.now() - begin;
  await session.close();
  if (pipeline.result.state !== "success") throw new Error(`the pipeline is ${pipeline.result.state}`);
  return { milliseconds, firstLine };
}

function makeProject(name: string, files: Readonly<Record<string, string>>): string {
  const project = join(folder, name);
  mkdirSync(project);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
  const git = (...args: string[]) => execFileSync("git", ["-C", project, ...args], { env });
  git("init", "-q", "--initial-branch=main");
  git("config", "user.email", "bench@example.com");
  git("config", "user.name", "Bench");
  git("remote", "add", "origin", "https://gitlab.example.com/bench/app.git");
  git("add", ".");
  git("commit", "-qm", "one");
  return project;
}

function timed(run: () => void): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}
