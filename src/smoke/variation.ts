import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { parseDuration } from "../engine/pipeline/duration.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import type {
  Case,
  Definition,
  Expectations,
  NamedDefinition,
  Scenario,
  VariableSetting,
} from "./scenario.ts";

/** One run that a scenario asks for: a project of its own and pipelines one after the other. */
export interface Variation {
  /** `scenario`, `scenario/case`, `scenario[input=value]`. */
  readonly name: string;
  readonly scenario: Scenario;
  /** Folder with the project's files, if any. */
  readonly project: string | undefined;
  readonly steps: readonly Step[];
}

/** One pipeline of a variation. */
export interface Step {
  /** The variation's name, with the step's name after it where there are several. */
  readonly name: string;
  readonly definition: Definition;
  readonly timeoutSeconds: number;
}

const defaultTimeoutSeconds = 15 * 60;

/** All runs that a scenario asks for: each case, in each combination of its matrix. */
export function variationsOf(scenario: Scenario): Variation[] {
  const { cases = [undefined], matrix: usual = [{}] } = scenario;
  return cases.flatMap((chosen) => {
    const { matrix = usual, ...definition }: Partial<Case> = chosen ?? {};
    return combinationsOf(matrix).map((inputs) => {
      const name = `${scenario.name}${chosen ? `/${chosen.name}` : ""}${label(inputs)}`;
      const base = merge(merge(definitionOf(scenario), definition), { inputs });
      return { name, scenario, project: projectFolder(scenario), steps: stepsOf(name, base, scenario) };
    });
  });
}

function combinationsOf(matrix: NonNullable<Scenario["matrix"]>): Record<string, unknown>[] {
  return [matrix].flat().flatMap((each) => combine(Object.entries(each as Record<string, unknown[]>)));
}

function stepsOf(name: string, base: Definition, scenario: Scenario): Step[] {
  if (!scenario.steps)
    return [{ name, definition: withInputs(base), timeoutSeconds: timeoutOf(base, scenario) }];
  let current = base;
  return scenario.steps.map((step) => {
    current = merge(current, step);
    const definition = { ...current, files: step.files ?? {}, play: step.play ?? [] };
    return {
      name: `${name}: ${step.name}`,
      definition: withInputs(definition),
      timeoutSeconds: timeoutOf(definition, scenario),
    };
  });
}

function definitionOf(scenario: Scenario): Definition {
  const {
    name: _,
    file: __,
    folder: ___,
    matrix: ____,
    cases: _____,
    steps: ______,
    ...definition
  } = scenario;
  return definition;
}

/** Inputs, variables and files are merged key by key; everything else of the second one replaces. */
function merge(first: Definition, second: Definition | NamedDefinition | undefined): Definition {
  if (!second) return first;
  return {
    ...first,
    ...second,
    inputs: { ...first.inputs, ...second.inputs },
    variables: { ...first.variables, ...second.variables },
    files: { ...first.files, ...second.files },
  };
}

/** `{{inputs.name}}` in what is expected stands for the value that the run gives: alone for the value itself. */
function withInputs(definition: Definition): Definition {
  const { inputs = {}, expect } = definition;
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      const whole = /^\{\{inputs\.(\w+)\}\}$/.exec(value)?.[1];
      if (whole !== undefined && whole in inputs) return inputs[whole];
      return value.replace(/\{\{inputs\.(\w+)\}\}/g, (text, name) => String(inputs[name] ?? text));
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [String(fill(key)), fill(each)]));
  };
  return expect ? { ...definition, expect: fill(expect) as Expectations } : definition;
}

function combine(entries: readonly [string, readonly unknown[]][]): Record<string, unknown>[] {
  return entries.reduce<Record<string, unknown>[]>(
    (combinations, [name, values]) =>
      combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
}

function label(inputs: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(inputs).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return parts.length === 0 ? "" : `[${parts.join(", ")}]`;
}

function projectFolder({ project, folder, file }: Scenario): string | undefined {
  if (project === undefined) return existsSync(join(folder, "project")) ? join(folder, "project") : undefined;
  const path = resolve(folder, project);
  if (!existsSync(path)) throw new UsageError(`${file}: there is no folder ${project} beside the scenario`);
  return path;
}

function timeoutOf({ timeout }: Definition, { file }: Scenario): number {
  if (timeout === undefined) return defaultTimeoutSeconds;
  const seconds = typeof timeout === "number" ? timeout : parseDuration(timeout);
  if (seconds === undefined || seconds <= 0)
    throw new UsageError(`${file}: the timeout "${timeout}" is no duration, such as "10 minutes"`);
  return seconds;
}

/**
 * The files of a pipeline's commit: those of the definition, and `.gitlab-ci.yml` where the definition makes it.
 * `{{ref}}` in an input's text stands for the name that the ref has on the runner.
 */
export function filesOf(definition: Definition, refName: string): Record<string, string | null> {
  const { component, stages, pipeline, files = {} } = definition;
  const inputs = Object.fromEntries(
    Object.entries(definition.inputs ?? {}).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replaceAll("{{ref}}", refName) : value,
    ]),
  );
  if (component !== undefined) {
    const include = [{ component: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/${component}@$CI_COMMIT_SHA`, inputs }];
    // JSON is YAML: no quoting rules to get wrong.
    return {
      ...files,
      ".gitlab-ci.yml": `${JSON.stringify({ ...(stages && { stages }), include }, null, 2)}\n`,
    };
  }
  return pipeline?.includes("\n") ? { ...files, ".gitlab-ci.yml": pipeline } : files;
}

/** CI/CD variables as a scenario writes them. `expand: false` and files are raw. */
export function variablesOf(settings: Readonly<Record<string, VariableSetting>> = {}): CiVariable[] {
  return Object.entries(settings).map(([key, setting]) => {
    const {
      value,
      type = "variable",
      masked = false,
      expand = true,
    } = typeof setting === "object" ? setting : { value: String(setting) };
    return { key, value, type, masked, raw: !expand || type === "file" };
  });
}
