import type { JobResult } from "../../src/smoke/index.ts";

/** Progress and talk, on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints one line a job: name, state, seconds. */
export function printJobs(jobs: readonly JobResult[]): void {
  const width = Math.max(...jobs.map((job) => job.name.length));
  for (const { name, state, seconds } of jobs) {
    const time = state === "manual" ? "" : `${seconds.toFixed(1).padStart(6)} s`;
    process.stdout.write(`  ${name.padEnd(width)}  ${state.padEnd(8)}${time}\n`);
  }
}
