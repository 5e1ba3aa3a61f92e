import { SAMPLE_VERSION, sampleContext } from "../consumer/component.ts";
import { pipelineOfConsumer } from "../consumer/pipeline.ts";
import { expandComponent } from "../engine/expand-component.ts";
import type { PipelineExpansion } from "../engine/expand-pipeline.ts";
import {
  type CreatedJob,
  type Creation,
  drawPipeline,
  EXAMPLE_PROJECT,
  memoryTree,
  type PipelineEvent,
  type Sources,
} from "../engine/pipeline/index.ts";
import type { Code } from "../engine/problem/index.ts";
import type { JsonValue } from "../engine/yaml/index.ts";

/*
 * What the form on a component's page asks while it is filled in. Runs in the browser and while the site is built, over the same
 * outlines: what a page shows is the engine's own word.
 */

export type InputValues = Readonly<Record<string, JsonValue>>;

/** A component as the engine on a page gets it: plain data. */
export interface Judged {
  readonly name: string;
  /** The component project's full path. */
  readonly project: string;
  /** The component's template. */
  readonly file: string;
  /** The template and the project's files that it includes, by path; outlines on a page, whole files in a build. */
  readonly files: Readonly<Record<string, string>>;
  /** Includes that cannot be followed: what they bring in is unknown. */
  readonly left: readonly string[];
  /** Values that fit the required inputs, for a picture before they are given. */
  readonly samples: InputValues;
}

/** The kinds of pipelines that a picture can be drawn for. */
export const EVENTS = {
  branch: "the default branch",
  merge_request: "a merge request",
  tag: "a tag",
  every: "all events together",
} as const;
export type EventName = keyof typeof EVENTS;

const event: Readonly<Record<EventName, PipelineEvent>> = {
  branch: {},
  merge_request: { source: "merge_request_event", ref: "feature" },
  tag: { ref: "1.0.0", tag: true },
  every: {},
};

/** What GitLab would say of the inputs, and the pipeline that they make. */
export interface Verdict {
  readonly errors: readonly InputError[];
  /** SVG; empty where no pipeline comes of it, or where it cannot be known. */
  readonly picture: string;
  /** Stages that a consumer has to declare for these inputs; empty where GitLab's own do. */
  readonly stages: readonly string[];
  /** Why there is no picture, or what it lacks, in one line each. */
  readonly notes: readonly string[];
}

export interface InputError {
  /** The input at fault; null where the message is about more than one. */
  readonly input: string | null;
  readonly message: string;
  /** The pattern that the value does not match. */
  readonly pattern?: string;
}

/** Judges the values that a consumer would give, in GitLab's words. Throws nothing that the values could cause. */
export function judge(component: Judged, inputs: InputValues, name: EventName): Verdict {
  const errors = inputErrors(component, inputs);
  const faulty = new Set(errors.map((each) => each.input));
  const fitting = Object.entries(inputs).filter(([input]) => !faulty.has(input));
  const { jobs, stages, declared, notes } = pipelineOf(
    component,
    { ...component.samples, ...Object.fromEntries(fitting) },
    name,
  );
  const picture = jobs.size > 0 ? drawPipeline("svg", { stages }, { jobs }) : "";
  const unknown = component.left.map((each) => `What "${each}" brings in is not shown.`);
  return { errors, picture, stages: declared, notes: [...unknown, ...notes] };
}

function inputErrors({ file, files, name }: Judged, inputs: InputValues): InputError[] {
  const { diagnostics } = expandComponent(files[file] ?? "", { inputs, component: sampleContext(name) });
  return diagnostics.map(({ code, subject, facts, text, message }) => {
    if (!ABOUT_ONE_INPUT.has(code)) return { input: null, message };
    return { input: subject, message: text, ...("pattern" in facts && { pattern: facts.pattern }) };
  });
}

/** The engine's words about the declaration of one input, or about its value. */
const ABOUT_ONE_INPUT: ReadonlySet<Code> = new Set<Code>([
  "input-missing",
  "input-value-kind",
  "input-value-not-option",
  "input-value-unmatched",
  "input-default-kind",
  "input-default-not-option",
  "input-default-unmatched",
  "input-options-unfit",
  "input-regex-unfit",
  "input-regex-invalid",
  "input-rule-kind",
  "input-rule-keys-unknown",
  "input-rule-condition-invalid",
  "input-rule-options-many",
  "input-rule-incomplete",
  "input-rule-default-not-option",
]);

/** The jobs that a pipeline gets which includes nothing but the component. */
export function pipelineOf(
  component: Judged,
  inputs: InputValues,
  name: EventName,
): {
  readonly jobs: ReadonlyMap<string, ShownJob>;
  readonly stages: readonly string[];
  /** Stages that the consumer has to declare. */
  readonly declared: readonly string[];
  /** The merged configuration; undefined where it cannot be read. */
  readonly config: unknown;
  readonly notes: readonly string[];
} {
  const { expansion, creation, declared, problem } = pipelineOfConsumer(
    { ...component, sources: sourcesOf(component) },
    { inputs, event: event[name] },
  );
  const { stages, config } = expansion;
  const jobs = name === "every" ? everyJob(expansion.jobs) : creation.jobs;
  const notes = problem !== undefined ? [problem.message] : name === "every" ? [] : notesOf(creation, name);
  return { jobs, stages, declared, config, notes };
}

/** The component's project at the sample version, and nothing else. */
function sourcesOf({ project, files }: Judged): Sources {
  const tree = memoryTree(files);
  const nothing = memoryTree({});
  return {
    local: { project: EXAMPLE_PROJECT.path, sha: "HEAD", tree: nothing },
    component: (path, version) =>
      path === project && version === SAMPLE_VERSION
        ? { project, sha: version, version: null, tree }
        : undefined,
  };
}

/** What a picture and a list show of a job. */
type ShownJob = Pick<CreatedJob, "stage" | "when" | "needs">;

/** All jobs, whatever their rules say. */
function everyJob(jobs: PipelineExpansion["jobs"]): Map<string, ShownJob> {
  const shown = Object.entries(jobs).map(([name, { stage, when, needs }]): [string, ShownJob] => {
    const needed = (needs as { job?: readonly unknown[] } | undefined)?.job;
    return [name, { stage: String(stage), when: String(when), ...(needed && { needs: needed }) }];
  });
  return new Map(shown);
}

function notesOf({ created, errors, reason }: Creation, name: EventName): readonly string[] {
  if (created) return [];
  if (errors) return errors;
  return [
    reason === "workflow"
      ? `The component's workflow:rules make no pipeline for ${EVENTS[name]}.`
      : `No job of this component runs for ${EVENTS[name]}.`,
  ];
}
