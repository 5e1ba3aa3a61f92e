import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerPipeline } from "./runs.ts";

interface TestCase {
  readonly status: "success" | "failed" | "skipped" | "error";
  readonly name: string;
  readonly classname: string;
  readonly execution_time: number;
  readonly system_output: string | null;
  readonly stack_trace: null;
  readonly file: string | null;
  readonly recent_failures: null;
  readonly attachment_url: null;
}

/** The JUnit reports of a pipeline's jobs as GitLab sums them up: a suite for each job. */
export async function testReportOf(pipeline: ServerPipeline) {
  const suites = [];
  for (const job of pipeline.jobs) {
    const paths = pipeline.plan.jobs.find((each) => each.name === job.name)?.artifacts?.reports.junit ?? [];
    const folder = pipeline.resultOf(job).artifactsFolder;
    const texts = await Promise.all(
      paths.map((path) => (folder ? readFile(join(folder, path), "utf8").catch(() => "") : "")),
    );
    const cases = texts.flatMap(casesOf);
    if (texts.some((text) => text !== ""))
      suites.push({ name: job.name, ...countsOf(cases), suite_error: null, test_cases: cases });
  }
  const cases = suites.flatMap((each) => each.test_cases);
  return { ...countsOf(cases), test_suites: suites };
}

function casesOf(junit: string): TestCase[] {
  return [...junit.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, attributes = "", inner = ""]) => {
      const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
      const kind = /<(failure|error|skipped)\b/.exec(inner)?.[1];
      return {
        status:
          kind === "failure"
            ? "failed"
            : kind === "error"
              ? "error"
              : kind === "skipped"
                ? "skipped"
                : "success",
        name: attribute("name"),
        classname: attribute("classname"),
        execution_time: Number(attribute("time")),
        system_output: kind ? inner.replaceAll(/<[^>]*>/g, "").trim() : null,
        stack_trace: null,
        file: attribute("file") || null,
        recent_failures: null,
        attachment_url: null,
      };
    },
  );
}

function countsOf(cases: readonly TestCase[]) {
  const count = (status: TestCase["status"]) => cases.filter((each) => each.status === status).length;
  return {
    total_time: cases.reduce((sum, each) => sum + each.execution_time, 0),
    total_count: cases.length,
    success_count: count("success"),
    failed_count: count("failed"),
    skipped_count: count("skipped"),
    error_count: count("error"),
  };
}
