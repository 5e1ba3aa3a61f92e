import type { Creation, Pipeline } from "../../engine/pipeline/index.ts";
import type { OutputStream } from "../command.ts";

/** Prints the jobs that a pipeline would have and those that it would not, with what decided. */
export function printJobs(
  creation: Creation,
  pipeline: Pipeline,
  asJson: boolean,
  stdout: OutputStream,
): void {
  stdout.write(asJson ? `${JSON.stringify(toData(creation), null, 2)}\n` : toText(creation, pipeline));
}

function toData({ created, reason, errors, jobs, absent, workflow }: Creation) {
  return {
    created,
    ...(reason && { reason }),
    ...(errors && { errors }),
    ...(workflow && { workflow }),
    jobs: Object.fromEntries(jobs),
    absent: Object.fromEntries(absent),
  };
}

const NO_PIPELINE = {
  config: "no pipeline: the configuration is not valid",
  workflow: "no pipeline: workflow:rules keep it from being made",
  jobs: "no pipeline: its jobs do not fit together",
  no_jobs: "no pipeline: it would have no job, or only jobs in .pre and .post",
};

function toText({ created, reason, errors, jobs, absent, workflow }: Creation, pipeline: Pipeline): string {
  const sections: string[] = [];
  if (!created)
    sections.push([NO_PIPELINE[reason!], ...(errors ?? []).map((error) => `  ${error}`)].join("\n"));
  if (workflow) sections.push(`workflow: ${workflow.reason}`);
  const order = [...pipeline.stages];
  const inside = [...jobs].sort(([, a], [, b]) => order.indexOf(a.stage) - order.indexOf(b.stage));
  if (inside.length > 0) {
    const rows = inside.map(([name, job]) => {
      const may = job.allow_failure ? "may fail" : "";
      const needs = job.needs?.map((need) => (need as { name: string }).name).join(", ") ?? "";
      return [job.stage, name, job.when, may, needs, job.decision.reason];
    });
    sections.push(table(["stage", "job", "when", "", "needs", "why"], rows));
  }
  if (absent.size > 0) {
    const rows = [...absent].map(([name, decision]) => [name, decision.reason]);
    sections.push(table(["left out", "why"], rows));
  }
  return `${sections.join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const kept = head
    .map((_, column) => column)
    .filter((column) => rows.some((row) => row[column] !== "") || head[column]);
  const columns = kept.filter((column) => rows.some((row) => row[column] !== ""));
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    columns
      .map((column, index) => row[column]!.padEnd(widths[index]!))
      .join("  ")
      .trimEnd();
  return all.map(line).join("\n");
}
