import { type Fault, fault } from "../problem/index.ts";
import { inspectString } from "../yaml/index.ts";
import type { Job } from "./normalize.ts";

/* What GitLab checks when every keyword is right: that jobs and stages fit together (Gitlab::Ci::YamlProcessor, 18.11). */

/** One thing that is wrong: the job and the keyword that it speaks of. */
export interface LogicProblem {
  readonly wrong: Fault;
  /** GitLab's whole message. */
  readonly message: string;
  readonly job: string;
  readonly keyword: string;
  /** The name under the keyword that is at fault. */
  readonly item?: string | undefined;
  /** Jobs whose stages have to do with it. */
  readonly stagesOf?: readonly string[];
}

interface Need {
  readonly name: string;
  readonly optional?: boolean;
}

/** The longest name that a need can have. */
const MAX_NAME = 255;

/** What is wrong with the jobs of a pipeline, in GitLab's order; GitLab stops at the first. */
export function* logicProblems(
  jobs: ReadonlyMap<string, Job>,
  stages: readonly string[],
): IterableIterator<LogicProblem> {
  const stageIndex = new Map<string, number>();
  for (const [index, stage] of stages.entries()) if (!stageIndex.has(stage)) stageIndex.set(stage, index);
  const context = { jobs, stages, stageIndex };
  for (const [name, job] of jobs) yield* problemsOfJob(name, job, context);
  const cycle = findCycle(jobs);
  if (cycle !== undefined) yield cycle;
}

interface Context {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly stages: readonly string[];
  readonly stageIndex: ReadonlyMap<string, number>;
}

function* problemsOfJob(name: string, job: Job, context: Context): IterableIterator<LogicProblem> {
  const stage = job.stage as string;
  if (!context.stageIndex.has(stage)) {
    const wrong = fault("stage-undeclared", { stage, stages: context.stages });
    yield { ...ofJob(name, "stage", wrong), stagesOf: [name] };
  }
  yield* dependencyProblems(name, "dependencies", (job.dependencies as string[] | undefined) ?? [], context);
  yield* needsProblems(name, "needs", needsOf(job), context);
  for (const rule of (job.rules as (Job | null)[] | undefined) ?? []) {
    yield* needsProblems(name, "rules", needsOf(rule ?? {}), context);
  }
  yield* dependencyProblems(name, "trigger", artifactJobs(job), context);
  const environment = environmentProblem(job, context.jobs);
  if (environment !== undefined) yield ofJob(name, "environment", environment);
  if (isPublishedTwice(job)) yield ofJob(name, "publish", fault("publish-twice", { job: name }));
}

function ofJob(job: string, keyword: string, wrong: Fault, item?: string): LogicProblem {
  return { wrong, message: `${job} job: ${wrong.text}`, job, keyword, item };
}

/** Whether a needed job comes too late depends on the stages of both. */
function ofNeed(job: string, keyword: string, wrong: Fault, need: string): LogicProblem {
  const problem = ofJob(job, keyword, wrong, need);
  return wrong.code === "need-in-later-stage" ? { ...problem, stagesOf: [job, need] } : problem;
}

function needsOf(holder: { needs?: unknown }): Need[] {
  return (holder.needs as { job?: Need[] } | undefined)?.job ?? [];
}

/** The jobs whose artifacts hold the configuration of a child pipeline. */
function artifactJobs(job: Job): string[] {
  const include = (job.trigger as { include?: unknown } | undefined)?.include;
  return [include ?? []]
    .flat()
    .map((each) => (each as { job?: string } | null)?.job)
    .filter((each) => each !== undefined && each !== null);
}

function* dependencyProblems(
  name: string,
  keyword: string,
  dependencies: readonly string[],
  context: Context,
): IterableIterator<LogicProblem> {
  for (const dependency of dependencies) {
    const wrong = dependencyProblem(name, { name: dependency }, "dependency", context);
    if (wrong !== undefined) yield ofNeed(name, keyword, wrong, dependency);
  }
}

function* needsProblems(
  name: string,
  keyword: string,
  needs: readonly Need[],
  context: Context,
): IterableIterator<LogicProblem> {
  for (const need of needs) {
    const wrong = dependencyProblem(name, need, "need", context);
    if (wrong !== undefined) yield ofNeed(name, keyword, wrong, need.name);
  }
  const names = needs.map((need) => need.name);
  const repeated = [...new Set(names.filter((each, index) => names.indexOf(each) !== index))];
  if (repeated.length === 0) return;
  const wrong = fault("needs-duplicate", { needs: repeated });
  yield { ...ofJob(name, keyword, wrong, repeated[0]), message: `${name} ${wrong.text}` };
}

function dependencyProblem(
  name: string,
  need: Need,
  kind: "need" | "dependency",
  context: Context,
): Fault | undefined {
  const needed = context.jobs.get(need.name);
  if (needed === undefined) {
    return need.optional ? undefined : fault(`${kind}-undefined`, { need: need.name });
  }
  if (kind === "need" && need.name.length > MAX_NAME)
    return fault("need-name-long", { need: need.name, most: MAX_NAME });
  const own = context.stageIndex.get(context.jobs.get(name)?.stage as string);
  const other = context.stageIndex.get(needed.stage as string);
  if (other !== undefined && own !== undefined && other <= own) return undefined;
  return fault("need-in-later-stage", { need: need.name, kind });
}

function environmentProblem(job: Job, jobs: ReadonlyMap<string, Job>): Fault | undefined {
  const environment = job.environment as Job | undefined;
  const stop = environment?.on_stop as string | undefined;
  if (environment === undefined || stop === undefined || stop === null) return undefined;
  const stopJob = jobs.get(stop);
  if (stopJob === undefined) return fault("stop-job-undefined", { stop });
  const wrong = (why: string) => fault("stop-job-wrong", { stop, why });
  const stopped = stopJob.environment as Job | undefined;
  if (!stopped) return wrong("does not have environment defined");
  if (stopped.name !== environment.name) return wrong("have different environment name");
  return stopped.action === "stop" ? undefined : wrong("needs to have action stop defined");
}

/** The folder of a Pages site is named in one place. */
function isPublishedTwice(job: Job): boolean {
  const pages = job.pages as Record<string, unknown> | boolean | undefined;
  return job.publish !== undefined && typeof pages === "object" && pages !== null && "publish" in pages;
}

/** Jobs that need each other, or themselves. The names come in the order in which Ruby's TSort meets them. */
function findCycle(jobs: ReadonlyMap<string, Job>): LogicProblem | undefined {
  const graph = new Map([...jobs].map(([name, job]) => [name, needsOf(job).map((need) => need.name)]));
  if (isAcyclic(graph)) return undefined;
  const found = new ComponentSearch(graph).run();
  const wrong = fault("needs-circular", { jobs: found.jobs, says: found.message });
  return { wrong, message: wrong.text, job: found.jobs[0]!, keyword: "needs" };
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
  #cycle: { message: string; jobs: readonly string[] } | undefined;

  constructor(graph: ReadonlyMap<string, readonly string[]>) {
    this.#graph = graph;
  }

  run(): { message: string; jobs: readonly string[] } {
    for (const name of this.#graph.keys()) {
      if (this.#cycle === undefined && !this.#ids.has(name)) this.#visit(name);
    }
    const [first = ""] = this.#graph.keys();
    return this.#cycle ?? { message: "topological sort failed", jobs: [first] };
  }

  #visit(name: string): number {
    const id = this.#ids.size;
    let least = id;
    this.#ids.set(name, id);
    const depth = this.#stack.length;
    this.#stack.push(name);
    const needs = this.#graph.get(name) ?? [];
    if (needs.includes(name)) this.#cycle ??= { message: `self-dependency: ${name}`, jobs: [name] };
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
    this.#cycle = { message: `topological sort failed: [${names}]`, jobs: component };
  }
}
