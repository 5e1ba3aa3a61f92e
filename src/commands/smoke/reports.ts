import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { renderJson } from "../../smoke/report/json.ts";
import { renderJunit } from "../../smoke/report/junit.ts";
import { renderMarkdown } from "../../smoke/report/markdown.ts";
import { readTail } from "../../smoke/report/tail.ts";
import { renderText } from "../../smoke/report/text.ts";
import type { VariationReport } from "../../smoke/run-variation.ts";
import type { Surroundings } from "../command.ts";
import type { SmokeOptions } from "./options.ts";

/** Writes the report to the files that the options name, and to stdout as text or JSON. */
export async function writeReports(
  reports: readonly VariationReport[],
  options: SmokeOptions,
  { cwd, env, stdout }: Surroundings,
): Promise<void> {
  if (options.junit !== undefined) await writeFile(resolve(cwd, options.junit), renderJunit(reports));
  if (options.markdown !== undefined)
    await writeFile(resolve(cwd, options.markdown), renderMarkdown(reports));
  const colour = stdout.isTTY === true && !env.NO_COLOR;
  stdout.write(options.json ? renderJson(reports) : renderText(reports, await readTails(reports), colour));
}

/** The last lines of the traces of failed jobs. */
async function readTails(reports: readonly VariationReport[]): Promise<Map<string, string[]>> {
  const tails = new Map<string, string[]>();
  const jobs = reports.flatMap((report) => report.steps.flatMap((step) => step.result.jobs));
  for (const { state, traceFile } of jobs) {
    if (state === "failed" && traceFile !== undefined) tails.set(traceFile, await readTail(traceFile));
  }
  return tails;
}
