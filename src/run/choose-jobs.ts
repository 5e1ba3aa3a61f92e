import type { PlannedJob } from "../pipelines/plan.ts";

/** Which jobs somebody asks for. Names may be those of `parallel` jobs: they mean all instances. */
export interface Choice {
  /** These jobs with what they need. Empty, and no `from` or `until`: the whole pipeline. */
  readonly names: readonly string[];
  /** Without what the named jobs need. */
  readonly only?: boolean | undefined;
  /** This job and all that comes after it. */
  readonly from?: string | undefined;
  /** This job and all that comes before it: earlier stages, and what it needs. */
  readonly until?: string | undefined;
  /** Start manual jobs too. */
  readonly manual?: boolean | undefined;
}

/** What runs, in the order of the stages. */
export interface Chosen {
  readonly jobs: readonly PlannedJob[];
  /** The manual ones among them that are to be started. */
  readonly play: readonly string[];
  /** Jobs that do not run: what they have left in an earlier run is used. */
  readonly earlier: readonly EarlierJob[];
}

/** A job whose artifacts come from an earlier run. */
export interface EarlierJob {
  readonly job: PlannedJob;
  /** The name of the job that asks for it by name, where one does: without it that one cannot run. */
  readonly askedBy: string | undefined;
}

/** What somebody asks for and the pipeline does not have. */
export interface Unknown {
  readonly unknown: string;
}

/** The jobs of a pipeline that a choice means. */
export function chooseJobs(
  choice: Choice,
  given: readonly PlannedJob[],
  stages: readonly string[],
): Chosen | Unknown {
  const jobs = given.toSorted((one, other) => stages.indexOf(one.stage) - stages.indexOf(other.stage));
  const { names, from, until, only = false, manual = false } = choice;
  const asked = [...names, ...[from, until].filter((name) => name !== undefined)];
  const unknown = asked.find((name) => jobsNamed(name, jobs).length === 0);
  if (unknown !== undefined) return { unknown };
  const named = new Set(names.flatMap((name) => jobsNamed(name, jobs)));
  if (!only) addNeeded(named, jobs, stages);
  const wanted = names.length > 0 ? [...named] : between(from, until, jobs, stages);
  const started = manual ? wanted : [...named];
  const inOrder = jobs.filter((job) => wanted.includes(job));
  return {
    jobs: inOrder,
    play: inOrder.filter((job) => isManual(job) && started.includes(job)).map(({ name }) => name),
    earlier: earlierOf(inOrder, jobs, stages),
  };
}

/** A job by its name, or all instances of a `parallel` one: `test` is `test 1/3` and `test: [3.12, sqlite]`. */
export function jobsNamed(name: string, jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const exact = jobs.filter((job) => job.name === name);
  if (exact.length > 0) return exact;
  return jobs.filter((job) => job.node !== undefined && baseName(job.name) === name);
}

/** A set goes on to what is added while it is walked. */
function addNeeded(wanted: Set<PlannedJob>, jobs: readonly PlannedJob[], stages: readonly string[]): void {
  for (const job of wanted) for (const other of neededBy(job, jobs, stages)) wanted.add(other);
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
  const names = namedBy(job);
  if (names !== undefined) return jobs.filter((other) => names.includes(other.name));
  const position = stages.indexOf(job.stage);
  return jobs.filter((other) => stages.indexOf(other.stage) < position && startsAlone(other));
}

/** From one job on, up to another one, or both. */
function between(
  from: string | undefined,
  until: string | undefined,
  jobs: readonly PlannedJob[],
  stages: readonly string[],
): readonly PlannedJob[] {
  const first = from === undefined ? jobs : after(jobsNamed(from, jobs), jobs, stages);
  if (until === undefined) return first;
  const last = new Set(jobsNamed(until, jobs));
  const position = Math.max(...[...last].map(({ stage }) => stages.indexOf(stage)));
  addNeeded(last, jobs, stages);
  return first.filter((job) => last.has(job) || stages.indexOf(job.stage) < position);
}

/** Jobs with all that wait for one of them, at first hand or later, and the manual jobs that those name. */
function after(
  beginning: readonly PlannedJob[],
  jobs: readonly PlannedJob[],
  stages: readonly string[],
): readonly PlannedJob[] {
  const found = new Set(beginning);
  for (const job of found) {
    for (const other of jobs) {
      const waits = other.needs
        ? other.needs.some(({ name }) => name === job.name)
        : stages.indexOf(other.stage) > stages.indexOf(job.stage);
      if (waits) found.add(other);
    }
  }
  // A person has to say yes in each pipeline.
  const gates = jobs.filter(
    (job) => isManual(job) && [...found].some((other) => namedBy(other)?.includes(job.name)),
  );
  return [...found, ...gates];
}

function earlierOf(
  wanted: readonly PlannedJob[],
  jobs: readonly PlannedJob[],
  stages: readonly string[],
): EarlierJob[] {
  const found = new Map<PlannedJob, string | undefined>();
  for (const job of wanted) {
    const askedBy = namedBy(job) === undefined ? undefined : job.name;
    for (const other of neededBy(job, jobs, stages))
      if (!wanted.includes(other)) found.set(other, found.get(other) ?? askedBy);
  }
  return jobs.filter((job) => found.has(job)).map((job) => ({ job, askedBy: found.get(job) }));
}

function namedBy({ needs, dependencies }: PlannedJob): readonly string[] | undefined {
  return needs?.map(({ name }) => name) ?? dependencies;
}

function startsAlone({ when }: PlannedJob): boolean {
  return when === "on_success" || when === "always" || when === "delayed";
}

function isManual({ when }: PlannedJob): boolean {
  return when === "manual";
}

function baseName(name: string): string {
  return name.replace(/ \d+\/\d+$/, "").replace(/: \[.*\]$/, "");
}
