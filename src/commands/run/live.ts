import type { PipelineEvent } from "../../pipelines/result.ts";
import type { Surroundings } from "../command.ts";
import { painter } from "./paint.ts";
import { stateInWords } from "./summary.ts";

const prefixColours = ["cyan", "magenta", "blue", "yellow", "green"] as const;

/** Sections of a log that a person wants to read while it runs; what the runner does around them is folded. */
const openSections = ["step_script", "after_script"];

/** Writes what happens to stderr while it happens: each line of a job's log behind the job's name. */
export function liveLogs(
  { verbose = false, quiet = false }: { readonly verbose?: boolean; readonly quiet?: boolean },
  { stderr, env }: Surroundings,
): (event: PipelineEvent) => void {
  if (quiet) return () => undefined;
  const paint = painter(stderr.isTTY === true && !env.NO_COLOR);
  const names: string[] = [];
  const prefix = (job: string): string => {
    if (!names.includes(job)) names.push(job);
    const colour = prefixColours[names.indexOf(job) % prefixColours.length] ?? "cyan";
    return paint(colour, `${job} |`);
  };
  const folded = new Map<string, string[]>();
  return (event) => {
    if (event.kind === "note") stderr.write(`${event.text}\n`);
    if (event.kind === "job-started") {
      folded.set(event.job, []);
      stderr.write(`${prefix(event.job)} ${paint("dim", `${attemptInWords(event)}${event.executor}`)}\n`);
    }
    if (event.kind === "job-line") {
      const isOpen = verbose || openSections.includes(event.section ?? "");
      // Once its own commands run, what was before them is of no interest.
      if (isOpen) folded.delete(event.job);
      if (isOpen) stderr.write(`${prefix(event.job)} ${event.line}\n`);
      else folded.get(event.job)?.push(event.line);
    }
    if (event.kind === "job-finished") {
      const unseen = event.result.state === "failed" ? (folded.get(event.job) ?? []) : [];
      for (const line of unseen) stderr.write(`${prefix(event.job)} ${line}\n`);
      stderr.write(`${prefix(event.job)} ${stateInWords(event.result, paint)}\n`);
    }
  };
}

function attemptInWords({ attempt }: { readonly attempt: number }): string {
  return attempt > 1 ? `attempt ${attempt}, ` : "";
}
