import type { PlannedJob } from "../pipelines/plan.ts";

/** Which jobs somebody asks for. */
export interface Choice {
  /** Jobs by name; the name of a `parallel` job means all its instances. Empty: the whole pipeline. */
  readonly names: readonly string[];
}

/** The jobs to run, in the pipeline's order, and the manual ones among them that are to be started. */
export interface Chosen {
  readonly jobs: readonly PlannedJob[];
  readonly play: readonly string[];
}

/** What somebody asks for and the pipeline does not have. */
export interface Unknown {
  readonly unknown: string;
}

/** The jobs that a choice means: those that it names, and what they need. */
export function chooseJobs(
  { names }: Choice,
  jobs: readonly PlannedJob[],
  stages: readonly string[],
): Chosen | Unknown {
  if (names.length === 0) return { jobs, play: [] };
  const wanted = new Set<PlannedJob>();
  for (const name of names) {
    const meant = jobsNamed(name, jobs);
    if (meant.length === 0) return { unknown: name };
    for (const job of meant) wanted.add(job);
  }
  const play = new Set([...wanted].filter(isManual));
  // A set goes on to what is added while it is walked.
  for (const job of wanted) {
    for (const other of neededBy(job, jobs, stages)) {
      wanted.add(other);
      if (isManual(other)) play.add(other);
    }
  }
  const inOrder = jobs.filter((job) => wanted.has(job));
  return { jobs: inOrder, play: inOrder.filter((job) => play.has(job)).map(({ name }) => name) };
}

/** A job by its name, or all instances of a `parallel` one: `test` is `test 1/3` and `test: [3.12, sqlite]`. */
export function jobsNamed(name: string, jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const exact = jobs.filter((job) => job.name === name);
  if (exact.length > 0) return exact;
  return jobs.filter((job) => job.node !== undefined && baseName(job.name) === name);
}

/**
 * What a job needs to be run by itself: its `needs`; without them the jobs of `dependencies`, whose artifacts it gets; without those all jobs
 * of the stages before that start by themselves.
 */
function neededBy(
  job: PlannedJob,
  jobs: readonly PlannedJob[],
  stages: readonly string[],
): readonly PlannedJob[] {
  const names = job.needs?.map((need) => need.name) ?? job.dependencies;
  if (names !== undefined) return jobs.filter((other) => names.includes(other.name));
  const position = stages.indexOf(job.stage);
  const runsAlone = ({ when }: PlannedJob) =>
    when === "on_success" || when === "always" || when === "delayed";
  return jobs.filter((other) => stages.indexOf(other.stage) < position && runsAlone(other));
}

function isManual({ when }: PlannedJob): boolean {
  return when === "manual";
}

function baseName(name: string): string {
  return name.replace(/ \d+\/\d+$/, "").replace(/: \[.*\]$/, "");
}
