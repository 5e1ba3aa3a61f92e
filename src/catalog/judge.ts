import { SAMPLE_VERSION, sampleContext } from "../consumer/component.ts";
import { expandComponent } from "../engine/expand-component.ts";
import { createdJobs } from "../engine/expand-pipeline.ts";
import {
  type CreatedJob,
  DEFAULT_STAGES,
  drawPipeline,
  type PipelineEvent,
  stagesOfJobs,
} from "../engine/pipeline/index.ts";
import type { Code } from "../engine/problem/index.ts";
import { fromJson, type JsonValue, YamlMap } from "../engine/yaml/index.ts";

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

/** The stage where stand-ins for the consumer's own jobs stand. */
export const OWN_STAGE = "your pipeline";
/** Each round finds at most one thing that the consumer's pipeline would have to bring. */
const MOST_ROUNDS = 20;

/**
 * The jobs that a pipeline gets which includes nothing but the component. Stages that only the consumer can declare are declared in the
 * order of the jobs, and jobs that the component needs from elsewhere stand first, as stand-ins.
 */
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
  const standIns = new Set<string>();
  let stages: readonly string[] | undefined;
  let declared: readonly string[] = [];
  for (let round = 1; ; round++) {
    const text = consumerOf(component, inputs, stages, standIns);
    const { expansion, ...creation } = createdJobs(text, {
      projects: { [component.project]: { [SAMPLE_VERSION]: component.files } },
      event: event[name],
      edition: "enterprise",
    });
    const [problem] = expansion.problems;
    const lacking =
      problem?.code === "need-undefined" || problem?.code === "dependency-undefined"
        ? problem.facts.need
        : undefined;
    const isStageLacking = problem?.code === "stage-undeclared";
    if (round < MOST_ROUNDS && (lacking !== undefined || (isStageLacking && stages === undefined))) {
      if (lacking !== undefined) standIns.add(lacking);
      stages = stagesOf(expansion.config, standIns);
      if (isStageLacking) declared = stages.filter((each) => each !== OWN_STAGE);
      continue;
    }
    const { stages: all, config } = expansion;
    const jobs = name === "every" ? everyJob(expansion.jobs) : creation.jobs;
    const notes = problem !== undefined ? [problem.message] : name === "every" ? [] : notesOf(creation, name);
    return { jobs, stages: all, declared, config, notes };
  }
}

/** What a picture and a list show of a job. */
type ShownJob = Pick<CreatedJob, "stage" | "when" | "needs">;

/** All jobs, whatever their rules say. */
function everyJob(jobs: ReturnType<typeof createdJobs>["expansion"]["jobs"]): Map<string, ShownJob> {
  const shown = Object.entries(jobs).map(([name, { stage, when, needs }]): [string, ShownJob] => {
    const needed = (needs as { job?: readonly unknown[] } | undefined)?.job;
    return [name, { stage: String(stage), when: String(when), ...(needed && { needs: needed }) }];
  });
  return new Map(shown);
}

function notesOf(
  { created, errors, reason }: Omit<ReturnType<typeof createdJobs>, "expansion">,
  name: EventName,
): readonly string[] {
  if (created) return [];
  if (errors) return errors;
  return [
    reason === "workflow"
      ? `The component's workflow:rules make no pipeline for ${EVENTS[name]}.`
      : `No job of this component runs for ${EVENTS[name]}.`,
  ];
}

/** JSON is YAML: the `.gitlab-ci.yml` of somebody who includes the component. */
function consumerOf(
  { name, project }: Judged,
  inputs: InputValues,
  stages: readonly string[] | undefined,
  standIns: ReadonlySet<string>,
): string {
  const own = [...standIns].map((job) => [job, { stage: OWN_STAGE, script: [":"] }]);
  return JSON.stringify({
    ...(stages && { stages }),
    include: [{ component: `$CI_SERVER_FQDN/${project}/${name}@${SAMPLE_VERSION}`, inputs }],
    ...Object.fromEntries(own),
  });
}

/** The stages of all jobs: those that the component declares, else GitLab's own if they suffice, else as the jobs need them. */
function stagesOf(config: unknown, standIns: ReadonlySet<string>): string[] {
  const { stages, ...entries } = (config ?? {}) as Record<string, unknown>;
  const map = fromJson(entries);
  const used = (map instanceof YamlMap && stagesOfJobs(map)) || DEFAULT_STAGES;
  const declared = Array.isArray(stages) ? stages.map(String) : [];
  const all = declared.length === 0 ? used : [...new Set([...declared, ...used])];
  const own = standIns.size > 0 ? [OWN_STAGE] : [];
  return [...own, ...all.filter((each) => each !== OWN_STAGE && !isEdge(each))];
}

function isEdge(stage: string): boolean {
  return stage === ".pre" || stage === ".post";
}
