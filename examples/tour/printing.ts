import type { JobResult } from "../../src/smoke/index.ts";
import type { Tour } from "./tell.ts";

/** Prints one line a job: name, state, seconds. */
export function printJobs({ print }: Pick<Tour, "print">, jobs: readonly JobResult[]): void {
  const width = Math.max(...jobs.map((job) => job.name.length));
  for (const { name, state, seconds } of jobs) {
    const time = state === "manual" ? "" : `${seconds.toFixed(1).padStart(6)} s`;
    print(`  ${name.padEnd(width)}  ${state.padEnd(8)}${time}\n`);
  }
}
