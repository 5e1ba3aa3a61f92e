import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PipelinePlan } from "./plan.ts";
import type { JobResult, TestCounts } from "./result.ts";

/** The counts of the jobs' JUnit reports, by job, as GitLab sums them up; undefined where there are none. */
export async function testsOf(
  { jobs }: PipelinePlan,
  results: readonly JobResult[],
): Promise<Record<string, TestCounts> | undefined> {
  const counts: Record<string, TestCounts> = {};
  for (const { name, artifacts } of jobs) {
    const folder = results.find((each) => each.name === name)?.artifactsFolder;
    for (const path of folder === undefined ? [] : (artifacts?.reports.junit ?? [])) {
      const text = await readFile(join(folder ?? "", path), "utf8").catch(() => undefined);
      if (text === undefined) continue;
      const suite = groupOf(name);
      counts[suite] = sum(counts[suite], await countCases(text));
    }
  }
  return Object.keys(counts).length > 0 ? counts : undefined;
}

/** GitLab (18.11, `Ci::Build#test_suite_name`) puts the parts of `parallel: 3` together; a matrix keeps its names. */
function groupOf(job: string): string {
  return job.replace(/ \d+\/\d+$/, "");
}

const none: TestCounts = { total: 0, success: 0, failed: 0, skipped: 0, error: 0 };

function sum(first: TestCounts = none, second: TestCounts): TestCounts {
  return {
    total: first.total + second.total,
    success: first.success + second.success,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
    error: first.error + second.error,
  };
}

/** Counts the cases of a JUnit report by how they ended. A report that is no XML has none, as on GitLab. */
export async function countCases(junit: string): Promise<TestCounts> {
  const { SaxesParser } = await import("saxes");
  const counts = { ...none };
  let state: keyof typeof counts | undefined;
  const parser = new SaxesParser();
  parser.on("opentag", ({ name }) => {
    if (name === "testcase") state = "success";
    else if (state === "success" && name === "failure") state = "failed";
    else if (state === "success" && (name === "error" || name === "skipped")) state = name;
  });
  parser.on("closetag", ({ name }) => {
    if (name !== "testcase" || state === undefined) return;
    counts[state] += 1;
    counts.total += 1;
    state = undefined;
  });
  let broken = false;
  parser.on("error", () => {
    broken = true;
  });
  parser.write(junit).close();
  return broken ? none : counts;
}
