import { createdJobs, type PipelineExpansion } from "../engine/expand-pipeline.ts";
import {
  type Creation,
  DEFAULT_STAGES,
  type PipelineEvent,
  type Sources,
  stagesOfJobs,
} from "../engine/pipeline/index.ts";
import type { Problem } from "../engine/problem/index.ts";
import { fromJson, type JsonValue, YamlMap } from "../engine/yaml/index.ts";
import { SAMPLE_VERSION } from "./component.ts";

/** A component, and where its files and what it includes come from. */
export interface ConsumedComponent {
  readonly name: string;
  /** The component project's full path. */
  readonly project: string;
  /** `component` answers for the project at the sample version. */
  readonly sources: Sources;
}

/** What a consumer gives: inputs, and what starts the pipeline (default: a push to the default branch). */
export interface ConsumerUse {
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly event?: PipelineEvent;
}

/** The pipeline of a consumer who includes the component and has nothing else. */
export interface ConsumerPipeline {
  readonly expansion: PipelineExpansion;
  /** Which of the jobs the event gets. */
  readonly creation: Creation;
  /** Stages that the consumer has to declare, in an order that fits; empty where GitLab's own do. */
  readonly declared: readonly string[];
  /** The jobs of the consumer's own that the component needs, by name: they stand in the stage `OWN_STAGE`. */
  readonly standIns: ReadonlySet<string>;
  /** What is wrong all the same; undefined where nothing is. */
  readonly problem: Problem | undefined;
}

/** The stage where stand-ins for the consumer's own jobs stand. */
export const OWN_STAGE = "your pipeline";
/** Each round finds at most one thing that the consumer's pipeline would have to bring. */
const MOST_ROUNDS = 20;

/**
 * The pipeline that comes of including a component. Stages that only the consumer can declare are declared in the order in which the jobs
 * need each other, and jobs that the component needs from elsewhere stand first, as stand-ins.
 */
export function pipelineOfConsumer(component: ConsumedComponent, use: ConsumerUse): ConsumerPipeline {
  const standIns = new Set<string>();
  let stages: readonly string[] | undefined;
  let declared: readonly string[] = [];
  for (let round = 1; ; round++) {
    const { expansion, ...creation } = createdJobs(consumerText(component, use, stages, standIns), {
      sources: component.sources,
      // GitLab.com's: keywords of the paid editions are no mistake.
      edition: "enterprise",
      ...(use.event && { event: use.event }),
    });
    const [problem] = expansion.problems;
    const lacking =
      problem?.code === "need-undefined" || problem?.code === "dependency-undefined"
        ? problem.facts.need
        : undefined;
    const isStageLacking = problem?.code === "stage-undeclared";
    const canHelp = lacking !== undefined || (isStageLacking && stages === undefined);
    if (round >= MOST_ROUNDS || !canHelp) return { expansion, creation, declared, standIns, problem };
    if (lacking !== undefined) standIns.add(lacking);
    stages = stagesFor(expansion.config, standIns);
    if (isStageLacking) declared = stages.filter((each) => each !== OWN_STAGE);
  }
}

/** JSON is YAML: the `.gitlab-ci.yml` of somebody who includes the component. */
function consumerText(
  { name, project }: ConsumedComponent,
  { inputs }: ConsumerUse,
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
function stagesFor(config: unknown, standIns: ReadonlySet<string>): string[] {
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
