import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expandComponent } from "../../src/index.ts";
import { pipelineFiles } from "./pipelines.ts";

/*
 * usage: npm run bench
 * Expands pipelines of 5, 100, 500 and 2,000 jobs with the built `berth expand` and with `gitlab-ci-local --preview`, each as
 * a whole process, and prints the ratios, how time grows with the jobs, and memory. Exits with 1 when a goal is missed.
 */

const berth = resolve(import.meta.dirname, "../../dist/cli.js");
const peer = peerProgram();

/** How many times faster Berth has to be, by the number of jobs. */
const GOALS = new Map([
  [5, 5],
  [100, 8],
  [500, 12],
  [2000, 30],
]);
const MOST_MEMORY = 120 * 1024 * 1024;
const MOST_BLOCK_TIME = 1000;

const failures: string[] = [];
const times = new Map<number, number>();
console.log("jobs   berth          gitlab-ci-local  ratio  goal   memory");
for (const [jobs, goal] of GOALS) {
  const folder = makeProject(jobs);
  try {
    const [ours, theirs] = takeTurns(
      { times: 6, measure: () => run(berth, ["expand"], folder) },
      { times: jobs > 500 ? 1 : 3, measure: () => run(peer, ["--preview"], folder) },
    );
    const ratio = theirs.milliseconds / ours.milliseconds;
    times.set(jobs, ours.milliseconds);
    console.log(
      `${String(jobs).padEnd(6)} ${format(ours.milliseconds)}    ${format(theirs.milliseconds)}      ${ratio.toFixed(1).padStart(5)}  ${`≥ ${goal}`.padEnd(5)}  ${(ours.memory / 1024 / 1024).toFixed(0)} MB`,
    );
    if (ratio < goal) failures.push(`${jobs} jobs: ${ratio.toFixed(1)} times faster, not ${goal}`);
    if (ours.memory > MOST_MEMORY) failures.push(`${jobs} jobs: more than 120 MB`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
checkGrowth();
checkBlocks();
for (const failure of failures) console.log(`missed: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

interface Measured {
  readonly milliseconds: number;
  /** Peak of the resident memory, in bytes. */
  readonly memory: number;
}

/** From 500 to 2,000 jobs, four times as many, time may grow fourfold. */
function checkGrowth(): void {
  const growth = times.get(2000)! / times.get(500)!;
  console.log(`growth from 500 to 2000 jobs: ${growth.toFixed(2)} times (goal: at most 4)`);
  if (growth > 4) failures.push(`time grows ${growth.toFixed(2)} times with four times the jobs`);
}

function checkBlocks(): void {
  const blocks = Array.from({ length: 9999 }, (_, index) => `  K${index}: v-$[[ inputs.name ]]\n`).join("");
  const text = `spec:\n  inputs:\n    name:\n---\nvariables:\n${blocks}job:\n  script: echo $[[ inputs.name ]]\n`;
  const started = process.cpuUsage();
  const { valid, errors } = expandComponent(text, { inputs: { name: "x" } });
  // Of the processor: there is no peer beside it to be slowed down by what else the machine does.
  const { user, system } = process.cpuUsage(started);
  const taken = (user + system) / 1000;
  console.log(
    `10,000 interpolation blocks: ${format(taken)} of the processor (goal: within ${MOST_BLOCK_TIME} ms)`,
  );
  if (!valid) failures.push(`10,000 blocks are refused: ${errors[0]}`);
  if (taken > MOST_BLOCK_TIME) failures.push("10,000 interpolation blocks take more than a second");
}

function makeProject(jobs: number): string {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  for (const [path, text] of Object.entries(pipelineFiles(jobs))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "--initial-branch=main");
  git("remote", "add", "origin", "git@gitlab.example.com:acme/app.git");
  git("add", ".");
  git("-c", "user.name=Bench", "-c", "user.email=bench@example.com", "commit", "-m", "Files");
  return folder;
}

interface Runner {
  readonly times: number;
  readonly measure: () => Measured;
}

/** The fastest run of each. They take turns, so that what else the machine does slows both down. */
function takeTurns(...runners: readonly [Runner, Runner]): [Measured, Measured] {
  const runs: [Measured[], Measured[]] = [[], []];
  for (let turn = 0; turn < Math.max(runners[0].times, runners[1].times); turn++) {
    for (const [index, { times, measure }] of runners.entries())
      if (turn < times) runs[index]!.push(measure());
  }
  return [fastest(runs[0]), fastest(runs[1])];
}

function fastest(runs: readonly Measured[]): Measured {
  return runs.reduce((best, each) => (each.milliseconds < best.milliseconds ? each : best));
}

/** Runs a program of Node in a folder. Its peak memory is what it reports of itself at its end. */
function run(program: string, args: readonly string[], cwd: string): Measured {
  const report = join(cwd, ".git", "memory");
  const hook = join(import.meta.dirname, "report-memory.cjs");
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--require", hook, program, ...args], {
    cwd,
    env: { ...process.env, BERTH_BENCH_MEMORY: report },
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  const milliseconds = performance.now() - started;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return { milliseconds, memory: Number(readFileSync(report, "utf8")) };
}

function peerProgram(): string {
  const manifest = createRequire(import.meta.url).resolve("gitlab-ci-local/package.json");
  return join(dirname(manifest), "dist/index.js");
}

function format(milliseconds: number): string {
  return `${milliseconds.toFixed(0).padStart(7)} ms`;
}
