import { conditionHolds } from "../../expression/index.ts";
import { type Fault, fault, type Problem, problemOf } from "../../problem/index.ts";
import { inspectString } from "../../yaml/index.ts";
import type { FileTree, Sources } from "../include/sources.ts";
import type { Job } from "../normalize.ts";
import type { Pipeline } from "../pipeline.ts";
import type { PipelineEvent, PipelineProject } from "../predefined.ts";
import { expandedValues, orderVariables } from "../variable-order.ts";
import { expandKnownVariables, type Variable, type VariableTable, valuesOf } from "../variables.ts";
import { inheritVariables, type VariableData, type YamlVariable } from "../yaml-variables.ts";
import { exceptMatch, onlyFailure, type Policy } from "./policy.ts";
import { failedClause, type RuleClauses, RuleError, type RuleSurroundings } from "./rule.ts";

/* Which jobs a pipeline gets (Gitlab::Ci::Pipeline::Chain and Seed, 18.11). */

/** A job that the pipeline would contain. */
export interface CreatedJob {
  readonly stage: string;
  readonly when: string;
  readonly allow_failure: boolean;
  readonly start_in?: string;
  readonly interruptible?: boolean;
  readonly needs?: readonly unknown[];
  readonly scheduling: "stage" | "dag";
  readonly tags?: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** What decided that the job is in. */
  readonly decision: Decision;
}

/** Why a job is in a pipeline or not. */
export interface Decision {
  readonly keyword: "rules" | "only" | "except" | "none";
  /** Index of the rule that decided, or undefined when none matched. */
  readonly rule?: number;
  /** In one line. */
  readonly reason: string;
}

/** Why GitLab makes no pipeline at all. */
export type NoPipeline = "config" | "workflow" | "jobs" | "no_jobs";

export interface Creation {
  readonly created: boolean;
  readonly reason?: NoPipeline;
  readonly errors?: readonly string[];
  /** What is wrong, for `config` and `jobs`. */
  readonly problems?: readonly Problem[];
  readonly jobs: ReadonlyMap<string, CreatedJob>;
  /** The jobs that the pipeline would not contain. */
  readonly absent: ReadonlyMap<string, Decision>;
  /** What decided in `workflow:rules`. */
  readonly workflow?: Decision;
}

export interface CreationContext {
  readonly event: PipelineEvent;
  readonly project: PipelineProject;
  /** Predefined variables, below those of the configuration. */
  readonly predefined: readonly Variable[];
  /** Variables of the project or the pipeline, above those of the configuration. */
  readonly variables: VariableTable;
  readonly tree: FileTree;
  /** Where `rules:exists:project` looks for other projects and `rules:changes:compare_to` for refs. */
  readonly sources?: Pick<Sources, "project" | "changesSince">;
}

/** The most jobs that a job can need (`ci_needs_size_limit`). */
const MAX_NEEDS = 50;

/** The jobs of a valid pipeline for an event, and why the others are left out. */
export function createJobs(pipeline: Pipeline, context: CreationContext): Creation {
  if (pipeline.errors.length > 0) {
    return refusal("config", pipeline.errors);
  }
  const global = allVariables(context, inheritVariables(pipeline.variables, new Map(), true));
  const workflow = decideByRules(
    pipeline.workflow.rules as RuleList,
    surroundingsOf(global, context),
    "always",
  );
  if (workflow !== undefined && workflow.when === "never") {
    return { ...refusal("workflow"), workflow: workflow.decision };
  }
  const root = overlay(pipeline.variables, workflow?.rule?.variables);
  const seeds = [...pipeline.jobs].map(([name, job]) => seedOf(name, job, root, context));
  const ordered = pipeline.stages.flatMap((stage, index) => {
    return pipeline.stages.indexOf(stage) === index ? seeds.filter((seed) => seed.job.stage === stage) : [];
  });
  const errors = errorsOf(ordered);
  if (errors.length > 0) return refusal("jobs", errors);
  const included = seeds.filter((seed) => seed.when !== "never");
  const absent = new Map(
    seeds.filter((seed) => seed.when === "never").map(({ name, decision }) => [name, decision]),
  );
  const verdict = { absent, ...(workflow && { workflow: workflow.decision }) };
  if (included.every(({ job }) => job.stage === ".pre" || job.stage === ".post")) {
    return { ...refusal("no_jobs"), ...verdict };
  }
  return { created: true, jobs: new Map(included.map((seed) => [seed.name, createdJob(seed)])), ...verdict };
}

function refusal(reason: NoPipeline, problems?: readonly Problem[]): Creation {
  const told = problems && { errors: problems.map(({ message }) => message), problems };
  return { created: false, reason, ...told, jobs: new Map(), absent: new Map() };
}

type RuleList = readonly (RuleClauses | null)[] | undefined;

interface Verdict {
  readonly when: string;
  readonly rule?: RuleClauses;
  /** A rule could not be judged. */
  readonly error?: Fault;
  readonly decision: Decision;
}

function decideByRules(
  rules: RuleList,
  surroundings: RuleSurroundings,
  defaultWhen: string,
): Verdict | undefined {
  if (rules === undefined || rules === null) return undefined;
  try {
    for (const [index, rule] of rules.entries()) {
      if (failedClause(rule ?? {}, surroundings) !== undefined) continue;
      const when = rule?.when ?? defaultWhen;
      const reason = `rule ${index + 1} (${describeRule(rule ?? {})}) says ${when}`;
      return { when, rule: rule ?? {}, decision: { keyword: "rules", rule: index, reason } };
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { when: "never", error: error.fault, decision: { keyword: "rules", reason: error.message } };
  }
  return { when: "never", decision: { keyword: "rules", reason: describeMisses(rules, surroundings) } };
}

function describeRule(rule: RuleClauses): string {
  const parts: string[] = [];
  if (rule.if !== undefined) parts.push(`if: ${rule.if}`);
  if (rule.changes !== undefined) parts.push(`changes: ${patternsOf(rule.changes)}`);
  if (rule.exists !== undefined) parts.push(`exists: ${patternsOf(rule.exists)}`);
  return parts.length > 0 ? parts.join("; ") : "no condition";
}

function patternsOf(clause: RuleClauses["changes"] | RuleClauses["exists"]): string {
  return clause?.regexp ?? (clause?.paths ?? []).join(", ");
}

function describeMisses(rules: NonNullable<RuleList>, surroundings: RuleSurroundings): string {
  const misses = rules.map((rule, index) => {
    const clause = failedClause(rule ?? {}, surroundings)!;
    const value = clause === "if" ? rule?.if : patternsOf(rule?.[clause]);
    return `rule ${index + 1}: ${clause}: ${value}`;
  });
  return `no rule matched (${misses.join("; ")})`;
}

interface Seed extends Verdict {
  readonly name: string;
  readonly job: Job;
  readonly yaml: readonly YamlVariable[];
  readonly all: readonly Variable[];
}

function seedOf(
  name: string,
  job: Job,
  root: ReadonlyMap<string, VariableData>,
  context: CreationContext,
): Seed {
  const own = job.job_variables as ReadonlyMap<string, VariableData | string>;
  const yaml = inheritVariables(root, own, job.root_variables_inheritance);
  const all = allVariables(context, yaml);
  return { name, job, yaml, all, ...decide(job, all, context) };
}

function decide(job: Job, all: readonly Variable[], context: CreationContext): Verdict {
  const when = job.when as string;
  const byRules = decideByRules(job.rules as RuleList, surroundingsOf(all, context), when);
  if (byRules !== undefined) return byRules;
  const surroundings = { event: context.event, project: context.project, values: valuesOf(all) };
  const only = job.only as Policy | undefined;
  const failed = onlyFailure(only, surroundings);
  if (failed !== undefined) {
    const reason = `only:${failed} does not hold (${[only![failed]].flat().join(", ")})`;
    return { when: "never", decision: { keyword: "only", reason } };
  }
  const except = job.except as Policy | undefined;
  const matched = exceptMatch(except, surroundings);
  if (matched !== undefined) {
    const reason = `except:${matched} holds (${[except![matched]].flat().join(", ")})`;
    return { when: "never", decision: { keyword: "except", reason } };
  }
  return {
    when,
    decision: { keyword: only ? "only" : "none", reason: only ? "only holds" : "no condition" },
  };
}

function surroundingsOf(all: readonly Variable[], context: CreationContext): RuleSurroundings {
  const values = valuesOf(all);
  let expanded: ReadonlyMap<string, string> | undefined;
  return {
    holds: (condition) => conditionHolds(condition, { variables: values }),
    expand: (text) => {
      if (!/[$%]/.test(text)) return text;
      expanded ??= expandedValues(all);
      return expandKnownVariables(text, expanded);
    },
    files: () => context.tree.paths(),
    sources: {
      local: { project: context.project.path, sha: "HEAD", tree: context.tree },
      ...context.sources,
    },
    changedFiles: context.event.changedFiles ?? undefined,
  };
}

/** Those that come later stand above the others. */
function allVariables(
  { predefined, variables }: CreationContext,
  yaml: readonly YamlVariable[],
): readonly Variable[] {
  return [...predefined, ...yaml, ...variables.values()];
}

function overlay(
  below: ReadonlyMap<string, VariableData>,
  above: RuleClauses["variables"],
): ReadonlyMap<string, VariableData> {
  if (above === undefined) return below;
  const result = new Map(below);
  for (const [key, value] of variablePairs(above)) result.set(key, { value });
  return result;
}

function variablePairs(
  variables: NonNullable<RuleClauses["variables"]>,
): Iterable<readonly [string, string]> {
  return variables instanceof Map ? (variables as Map<string, string>) : Object.entries(variables);
}

function errorsOf(seeds: readonly Seed[]): Problem[] {
  const names = new Set<string>();
  const errors: Problem[] = [];
  let stage: unknown;
  let stageNames: string[] = [];
  for (const seed of seeds) {
    if (seed.job.stage !== stage) {
      stage = seed.job.stage;
      stageNames = seeds
        .filter((each) => each.job.stage === stage && each.when !== "never")
        .map(({ name }) => name);
      for (const name of stageNames) names.add(name);
    }
    // GitLab leaves out a stage without jobs, with what is wrong with its rules.
    if (seed.error !== undefined && stageNames.length > 0) {
      const message = `Failed to parse rule for ${seed.name}: ${seed.error.text}`;
      errors.push(problemOf(seed.error, { subject: seed.name, message, place: undefined }));
    }
    if (seed.when !== "never") errors.push(...needErrors(seed, names), ...cycleErrors(seed));
  }
  return errors;
}

function needErrors({ name, job }: Seed, names: ReadonlySet<string>): Problem[] {
  const needs = (job.needs as { job?: { name: string; optional: boolean }[] } | undefined)?.job;
  if (needs === undefined) return [];
  if (needs.length > MAX_NEEDS) {
    const wrong = fault("needs-many", { most: MAX_NEEDS, count: needs.length });
    return [problemOf(wrong, { subject: name, message: `${name}: ${wrong.text}`, place: undefined })];
  }
  return needs
    .filter((need) => !need.optional && !names.has(need.name))
    .map((need) => {
      const wrong = fault("need-absent", { job: name, need: need.name });
      return problemOf(wrong, { subject: name, place: undefined });
    });
}

function cycleErrors({ name, all }: Seed): Problem[] {
  const { cycles } = orderVariables(all);
  if (cycles.length === 0) return [];
  const shown = cycles.map((cycle) => `[${cycle.map(inspectString).join(", ")}]`).join(", ");
  const wrong = fault("variables-circular", { cycles, shown });
  return [problemOf(wrong, { subject: name, message: `${name}: ${wrong.text}`, place: undefined })];
}

function createdJob({ job, when, rule, yaml, all, decision }: Seed): CreatedJob {
  const ruleNeeds = (rule?.needs as { job?: unknown[] } | undefined)?.job;
  const needs = ruleNeeds ?? (job.needs as { job?: unknown[] } | undefined)?.job;
  const startIn = rule?.start_in ?? (job.start_in as string | undefined);
  const interruptible = rule?.interruptible ?? (job.interruptible as boolean | undefined);
  const variables = new Map(yaml.map(({ key, value }) => [key, value]));
  for (const [key, value] of variablePairs(rule?.variables ?? {})) variables.set(key, value);
  const values = valuesOf(all);
  return {
    stage: job.stage as string,
    when,
    allow_failure: rule?.allow_failure ?? (job.allow_failure as boolean),
    ...(startIn !== undefined && { start_in: startIn }),
    ...(interruptible !== undefined && { interruptible }),
    ...(needs !== undefined && { needs }),
    scheduling: ruleNeeds && ruleNeeds.length > 0 ? "dag" : (job.scheduling_type as "stage" | "dag"),
    ...(job.tags !== undefined && {
      tags: (job.tags as string[]).map((tag) => expandKnownVariables(tag, values)),
    }),
    variables: Object.fromEntries(variables),
    decision,
  };
}
