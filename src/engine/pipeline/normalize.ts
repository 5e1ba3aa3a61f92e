import { isKnownTo, NEWEST_VERSION } from "../version/index.ts";

/** A job in GitLab's names. Variables are `Map`s, because their order counts; `asPlain` makes objects of them. */
export type Job = Record<string, unknown>;

/** A need of a job in the same pipeline. */
interface JobNeed {
  readonly name: string;
  readonly artifacts: boolean;
  readonly optional: boolean;
  readonly parallel?: ParallelConfig;
}

type ParallelConfig = {
  readonly number?: number;
  readonly matrix?: readonly ReadonlyMap<string, readonly string[]>[];
};

/** One of the jobs that `parallel` makes of a job. */
interface Instance {
  readonly name: string;
  readonly number: number;
  readonly total: number;
  readonly variables?: ReadonlyMap<string, string>;
}

/** A job names a variable of its matrix that is not there. */
export interface MissingVariable {
  readonly job: string;
  readonly variable: string;
}

/** The jobs with `parallel` resolved, and what is wrong with expressions of `$[[ matrix.NAME ]]`. */
export interface NormalizedJobs {
  readonly jobs: Map<string, Job>;
  /** The name in the file of each job. */
  readonly origins: Map<string, string>;
  readonly errors: MissingVariable[];
}

/** Replaces each job with `parallel` by its instances, and the names of such jobs in `needs` and `dependencies` by theirs. */
export function normalizeJobs(jobs: ReadonlyMap<string, Job>, version = NEWEST_VERSION): NormalizedJobs {
  const hasBlocks = isKnownTo(version, "block:matrix");
  const instances = new Map<string, Instance[]>();
  for (const [name, job] of jobs) {
    if (job.parallel) instances.set(name, instancesOf(name, job.parallel as ParallelConfig));
  }
  const result: NormalizedJobs = { jobs: new Map(), origins: new Map(), errors: [] };
  const errors = new Map<string, MissingVariable>();
  for (const [name, job] of jobs) {
    for (const [instanceName, each] of expandJob(name, job, instances.get(name))) {
      const needs = hasBlocks && instances.size > 0 ? withMatrixValues(name, each, errors) : each.needs;
      result.jobs.set(instanceName, instances.size === 0 ? each : resolveNames(each, needs, instances));
      result.origins.set(instanceName, name);
    }
  }
  result.errors.push(...errors.values());
  return result;
}

function instancesOf(name: string, { number, matrix }: ParallelConfig): Instance[] {
  if (number !== undefined) {
    return Array.from({ length: number }, (_, index) => ({
      name: `${name} ${index + 1}/${number}`,
      number: index + 1,
      total: number,
    }));
  }
  const combinations = (matrix ?? []).flatMap(combinationsOf);
  return combinations.map((variables, index) => ({
    name: `${name}: [${[...variables.values()].join(", ")}]`,
    number: index + 1,
    total: combinations.length,
    variables,
  }));
}

function combinationsOf(table: ReadonlyMap<string, readonly string[]>): Map<string, string>[] {
  let combinations: Map<string, string>[] = [new Map()];
  for (const [name, values] of table) {
    combinations = combinations.flatMap((each) => values.map((value) => new Map([...each, [name, value]])));
  }
  return combinations;
}

function* expandJob(
  name: string,
  job: Job,
  instances: Instance[] | undefined,
): IterableIterator<[string, Job]> {
  if (instances === undefined) {
    yield [name, job];
    return;
  }
  for (const { name: instanceName, number, total, variables } of instances) {
    yield [
      instanceName,
      {
        ...job,
        instance: number,
        parallel: { ...(job.parallel as object), total },
        ...(variables && { job_variables: new Map([...variablesOf(job), ...variables]) }),
      },
    ];
  }
}

function resolveNames(job: Job, filled: unknown, instances: Map<string, Instance[]>): Job {
  const result = { ...job };
  const needs = filled as { job?: JobNeed[] } | undefined;
  if (Array.isArray(job.dependencies)) {
    result.dependencies = job.dependencies.flatMap((each: string) => {
      return instances.get(each)?.map((instance) => instance.name) ?? each;
    });
  }
  if (needs !== undefined) result.needs = needs;
  if (needs?.job) result.needs = { ...needs, job: needs.job.flatMap((need) => expandNeed(need, instances)) };
  return result;
}

function expandNeed(need: JobNeed, instances: Map<string, Instance[]>): JobNeed[] {
  const all = instances.get(need.name);
  if (all === undefined) return [need];
  const { parallel, ...rest } = need;
  const wanted = parallel ? instancesOf(need.name, parallel) : all;
  return wanted.map((instance) => ({ ...rest, name: instance.name }));
}

const MATRIX_EXPRESSION = /\$\[\[\s*matrix\.([\w-]+)\s*\]\]/g;

/** Needs with `$[[ matrix.NAME ]]` replaced by the values of this instance. */
function withMatrixValues(name: string, job: Job, errors: Map<string, MissingVariable>): unknown {
  if (!job.needs || !job.job_variables) return job.needs;
  const variables = variablesOf(job);
  let failed = false;
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, replace(each)]));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each)]));
    }
    if (typeof value !== "string") return value;
    return value.replace(MATRIX_EXPRESSION, (all, variable: string) => {
      if (variables.has(variable)) return valueText(variables.get(variable));
      failed = true;
      errors.set(JSON.stringify([name, variable]), { job: name, variable });
      return all;
    });
  };
  const replaced = replace(job.needs);
  return failed ? job.needs : replaced;
}

function variablesOf(job: Job): ReadonlyMap<string, unknown> {
  return job.job_variables as ReadonlyMap<string, unknown>;
}

/** What Ruby writes for a variable: those of the job itself are mappings. */
function valueText(variable: unknown): string {
  if (typeof variable === "string") return variable;
  const { value } = variable as { value: string };
  return `{:value=>${JSON.stringify(value)}}`;
}
