import type { Readiness } from "../../run/obstacles.ts";
import type { Prepared } from "../../run/prepare.ts";
import type { OutputStream } from "../command.ts";
import { earlierNotes, type FoundEarlier } from "./earlier.ts";
import { table } from "./table.ts";
import { differenceInWords, obstacleInWords, runnerInWords } from "./words.ts";

/** What would run: the jobs with what is known of each, and those that are left out. */
export interface ShownPlan {
  readonly prepared: Prepared;
  readonly ready: readonly Readiness[];
  /** Manual jobs that would be started. */
  readonly play: readonly string[];
  /** Jobs that do not run: what an earlier run has of them is used. */
  readonly earlier: readonly FoundEarlier[];
}

/** Prints the names of the jobs by stage, for `--list`. */
export function showList({ prepared, ready }: ShownPlan, json: boolean, stdout: OutputStream): void {
  const rows = ready.map(({ job }) => ({ name: job.name, stage: job.stage, when: job.when }));
  if (json) {
    stdout.write(`${JSON.stringify({ version: 1, event: eventOf(prepared), jobs: rows }, null, 2)}\n`);
    return;
  }
  const lines = rows.map(({ name, stage, when }) => [stage, name, when === "on_success" ? "" : when]);
  stdout.write(table(["stage", "job", "when"], lines));
}

/** Prints what would run, where and why, and why the rest would not, for `--plan`. */
export function showPlan(plan: ShownPlan, json: boolean, stdout: OutputStream): void {
  stdout.write(json ? `${JSON.stringify(toData(plan), null, 2)}\n` : toText(plan));
}

/** What starts the pipeline and on which commit, in one line. */
export function eventInWords({ identity, snapshot }: Prepared): string {
  const { source, ref, tag, target } = identity.trigger;
  const what = tag ? `tag ${ref}` : `${source} ${ref}${target === undefined ? "" : ` into ${target}`}`;
  const changed = snapshot.changed ? " with what is not committed" : "";
  return `${what} (${identity.commit.sha.slice(0, 8)}${changed})`;
}

/** What is said of jobs before anything starts, a line each. */
export function notesOf(ready: readonly Readiness[]): string[] {
  return ready.flatMap(({ job, obstacle, differences }) =>
    obstacle
      ? [`${job.name} cannot run here: ${obstacleInWords(obstacle)}`]
      : differences.map((difference) => `${job.name}: ${differenceInWords(difference)}`),
  );
}

function eventOf({ identity, snapshot }: Prepared) {
  const { source, ref, tag, target } = identity.trigger;
  return { source, ref, tag, target, sha: identity.commit.sha, uncommitted: snapshot.changed };
}

function reasonOf({ planned }: Prepared, job: string): string {
  return planned.creation?.jobs.get(job)?.decision.reason ?? "";
}

function toData({ prepared, ready, play, earlier }: ShownPlan) {
  const { planned } = prepared;
  return {
    version: 1,
    event: eventOf(prepared),
    jobs: ready.map((each) => ({
      name: each.job.name,
      stage: each.job.stage,
      when: each.job.when,
      needs: each.job.needs?.map(({ name }) => name),
      started: each.job.when !== "manual" || play.includes(each.job.name),
      runner: runnerInWords(each),
      why: reasonOf(prepared, each.job.name),
      obstacle: each.obstacle,
      differences: each.differences,
    })),
    earlier: earlier.map(({ job, kept }) => ({ name: job.name, run: kept?.run, sha: kept?.sha })),
    absent: Object.fromEntries(
      [...(planned.creation?.absent ?? [])].map(([name, { reason }]) => [name, reason]),
    ),
  };
}

function toText({ prepared, ready, play, earlier }: ShownPlan): string {
  const parts = [`${eventInWords(prepared)}\n`];
  const possible = ready.filter(({ obstacle }) => obstacle === undefined);
  const rows = possible.map((each) => {
    const { name, stage, when, needs = [] } = each.job;
    const start = play.includes(name) ? "manual, started" : when;
    const names = needs.map((need) => need.name).join(", ");
    return [stage, name, start, names, runnerInWords(each), reasonOf(prepared, name)];
  });
  if (rows.length > 0) parts.push(table(["stage", "job", "when", "needs", "runs in", "why"], rows));
  const absent = [...(prepared.planned.creation?.absent ?? [])];
  if (absent.length > 0)
    parts.push(
      table(
        ["left out", "why"],
        absent.map(([name, { reason }]) => [name, reason]),
      ),
    );
  const notes = [...notesOf(ready), ...earlierNotes(earlier)];
  if (notes.length > 0) parts.push(`${notes.map((note) => `note: ${note}`).join("\n")}\n`);
  return parts.join("\n");
}
