import { inspectString } from "../yaml/index.ts";
import type { Job } from "./normalize.ts";

/* What GitLab checks when every keyword is right: that jobs and stages fit together (Gitlab::Ci::YamlProcessor, 18.11). */

/** The first thing that is wrong: its words, the job and the keyword that they speak of. */
export interface LogicProblem {
  readonly message: string;
  readonly job?: string;
  readonly keyword?: string;
}

interface Need {
  readonly name: string;
  readonly optional?: boolean;
}

/** The longest name that a need can have. */
const MAX_NAME = 255;

/** Looks at the jobs of a pipeline in order; undefined when nothing is wrong. */
export function findLogicProblem(
  jobs: ReadonlyMap<string, Job>,
  stages: readonly string[],
): LogicProblem | undefined {
  const stageIndex = new Map<string, number>();
  for (const [index, stage] of stages.entries()) if (!stageIndex.has(stage)) stageIndex.set(stage, index);
  const context = { jobs, stages, stageIndex };
  for (const [name, job] of jobs) {
    const problem = jobProblem(name, job, context);
    if (problem !== undefined) return problem;
  }
  return findCycle(jobs);
}

interface Context {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly stages: readonly string[];
  readonly stageIndex: ReadonlyMap<string, number>;
}

function jobProblem(name: string, job: Job, context: Context): LogicProblem | undefined {
  const say = (keyword: string, message: string | undefined) => {
    return message === undefined ? undefined : { message, job: name, keyword };
  };
  if (!context.stageIndex.has(job.stage as string)) {
    const available = context.stages.join(", ");
    return say(
      "stage",
      `${name} job: chosen stage ${job.stage} does not exist; available stages are ${available}`,
    );
  }
  return (
    say(
      "dependencies",
      dependenciesProblem(name, (job.dependencies as string[] | undefined) ?? [], context),
    ) ??
    say("needs", needsProblem(name, needsOf(job), context)) ??
    say("rules", rulesProblem(name, job, context)) ??
    say("trigger", dependenciesProblem(name, artifactJobs(job), context)) ??
    say("environment", environmentProblem(name, job, context.jobs)) ??
    say("publish", publishProblem(name, job))
  );
}

function needsOf(holder: { needs?: unknown }): Need[] {
  return (holder.needs as { job?: Need[] } | undefined)?.job ?? [];
}

function rulesProblem(name: string, job: Job, context: Context): string | undefined {
  for (const rule of (job.rules as (Job | null)[] | undefined) ?? []) {
    const problem = needsProblem(name, needsOf(rule ?? {}), context);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The jobs whose artifacts hold the configuration of a child pipeline. */
function artifactJobs(job: Job): string[] {
  const include = (job.trigger as { include?: unknown } | undefined)?.include;
  return [include ?? []]
    .flat()
    .map((each) => (each as { job?: string } | null)?.job)
    .filter((each) => each !== undefined && each !== null);
}

function dependenciesProblem(
  name: string,
  dependencies: readonly string[],
  context: Context,
): string | undefined {
  for (const dependency of dependencies) {
    const problem = dependencyProblem(name, { name: dependency }, "dependency", context);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function needsProblem(name: string, needs: readonly Need[], context: Context): string | undefined {
  for (const need of needs) {
    const problem = dependencyProblem(name, need, "need", context);
    if (problem !== undefined) return problem;
  }
  const names = needs.map((need) => need.name);
  const repeated = new Set(names.filter((each, index) => names.indexOf(each) !== index));
  if (repeated.size === 0) return undefined;
  return `${name} has the following needs duplicated: ${[...repeated].join(", ")}.`;
}

function dependencyProblem(
  name: string,
  need: Need,
  kind: "need" | "dependency",
  context: Context,
): string | undefined {
  const needed = context.jobs.get(need.name);
  if (needed === undefined) {
    return need.optional ? undefined : `${name} job: undefined ${kind}: ${need.name}`;
  }
  if (kind === "need" && need.name.length > MAX_NAME) {
    return `${name} job: need \`${need.name}\` name is too long (maximum is ${MAX_NAME} characters)`;
  }
  const own = context.stageIndex.get(context.jobs.get(name)?.stage as string);
  const other = context.stageIndex.get(needed.stage as string);
  if (other !== undefined && own !== undefined && other <= own) return undefined;
  return `${name} job: ${kind} ${need.name} is not defined in current or prior stages`;
}

function environmentProblem(name: string, job: Job, jobs: ReadonlyMap<string, Job>): string | undefined {
  const environment = job.environment as Job | undefined;
  const stop = environment?.on_stop as string | undefined;
  if (environment === undefined || stop === undefined || stop === null) return undefined;
  const prefix = `${name} job: on_stop job ${stop}`;
  const stopJob = jobs.get(stop);
  if (stopJob === undefined) return `${prefix} is not defined`;
  const stopped = stopJob.environment as Job | undefined;
  if (!stopped) return `${prefix} does not have environment defined`;
  if (stopped.name !== environment.name) return `${prefix} have different environment name`;
  return stopped.action === "stop" ? undefined : `${prefix} needs to have action stop defined`;
}

/** The folder of a Pages site is named in one place. */
function publishProblem(name: string, job: Job): string | undefined {
  const pages = job.pages as Record<string, unknown> | boolean | undefined;
  if (job.publish === undefined || typeof pages !== "object" || pages === null || !("publish" in pages))
    return undefined;
  return `${name} job: use either ${name}:publish or ${name}:pages:publish`;
}

/** Jobs that need each other, or themselves. The names come in the order in which Ruby's TSort meets them. */
function findCycle(jobs: ReadonlyMap<string, Job>): LogicProblem | undefined {
  const graph = new Map([...jobs].map(([name, job]) => [name, needsOf(job).map((need) => need.name)]));
  if (isAcyclic(graph)) return undefined;
  const found = new ComponentSearch(graph).run();
  return {
    message: `The pipeline has circular dependencies: ${found.message}`,
    job: found.job,
    keyword: "needs",
  };
}

/** Takes jobs away whose needs are gone until none is left, or none can be taken. */
function isAcyclic(graph: ReadonlyMap<string, readonly string[]>): boolean {
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [name, needs] of graph) {
    const known = needs.filter((need) => graph.has(need));
    waiting.set(name, known.length);
    for (const need of known) {
      const list = dependents.get(need);
      if (list) list.push(name);
      else dependents.set(need, [name]);
    }
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  let taken = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    taken++;
    for (const dependent of dependents.get(name) ?? []) {
      const left = waiting.get(dependent)! - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return taken === graph.size;
}

/** Tarjan's strongly connected components, in the order of Ruby's TSort. */
class ComponentSearch {
  readonly #graph: ReadonlyMap<string, readonly string[]>;
  readonly #ids = new Map<string, number | undefined>();
  readonly #stack: string[] = [];
  #cycle: { message: string; job: string } | undefined;

  constructor(graph: ReadonlyMap<string, readonly string[]>) {
    this.#graph = graph;
  }

  run(): { message: string; job: string } {
    for (const name of this.#graph.keys()) {
      if (this.#cycle === undefined && !this.#ids.has(name)) this.#visit(name);
    }
    return this.#cycle ?? { message: "topological sort failed", job: this.#graph.keys().next().value ?? "" };
  }

  #visit(name: string): number {
    const id = this.#ids.size;
    let least = id;
    this.#ids.set(name, id);
    const depth = this.#stack.length;
    this.#stack.push(name);
    const needs = this.#graph.get(name) ?? [];
    if (needs.includes(name)) this.#cycle ??= { message: `self-dependency: ${name}`, job: name };
    for (const need of needs) {
      if (this.#cycle !== undefined) return least;
      const seen = this.#ids.has(need) ? this.#ids.get(need) : this.#visit(need);
      if (seen !== undefined && seen < least) least = seen;
    }
    if (id === least && this.#cycle === undefined) this.#close(depth);
    return least;
  }

  #close(depth: number): void {
    const component = this.#stack.splice(depth);
    for (const name of component) this.#ids.set(name, undefined);
    if (component.length === 1) return;
    const names = component.map(inspectString).join(", ");
    this.#cycle = { message: `topological sort failed: [${names}]`, job: component[0]! };
  }
}
