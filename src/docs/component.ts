import { sampleInputs } from "../consumer/component.ts";
import { type ConsumerPipeline, pipelineOfConsumer } from "../consumer/pipeline.ts";
import { DocumentError, type Input, loadDocuments, readInputs } from "../engine/contract/index.ts";
import { type FileTree, JOB_STARTERS } from "../engine/pipeline/index.ts";
import { type JsonValue, Source, YamlMap } from "../engine/yaml/index.ts";
import { sourcesOfProject } from "./expand.ts";

/** A component as its documents show it. */
export interface DocumentedComponent {
  readonly name: string;
  readonly path: string;
  /** `spec:description`, else what stands in the comment at the head of the file; empty where there is neither. */
  readonly description: string;
  readonly inputs: readonly Input[];
  /**
   * The jobs in a pipeline that includes it with its defaults, by name, hidden ones left out. Throws TypeError with GitLab's words where
   * such a pipeline cannot be read.
   */
  readonly jobs: () => ReadonlyMap<string, JobRecord>;
  /** Stages that a pipeline which includes it has to declare, in an order that fits; empty where GitLab's own do. */
  readonly stages: () => readonly string[];
  /** Values for the inputs that must be given. */
  readonly sample: Readonly<Record<string, JsonValue>>;
}

/** A job's keywords, merged. */
export type JobRecord = Readonly<Record<string, unknown>>;

/** Reads a component among a project's files. Throws DocumentError where it is no YAML that GitLab would load. */
export function readComponent(name: string, path: string, tree: FileTree): DocumentedComponent {
  const text = tree.read(path) ?? "";
  const { header } = loadDocuments(new Source(path, text));
  const inputs = readInputs(header);
  const sample = sampleInputs(inputs);
  let included: ConsumerPipeline | undefined;
  const pipeline = () => {
    const sources = sourcesOfProject(tree, true);
    included ??= pipelineOfConsumer({ name, project: sources.local.project, sources }, { inputs: sample });
    return included;
  };
  return {
    name,
    path,
    description: descriptionOf(header) ?? commentOf(name, text),
    inputs,
    jobs: () => jobsOf(pipeline()),
    stages: () => pipeline().declared,
    sample,
  };
}

export { DocumentError };

function descriptionOf(header: YamlMap | undefined): string | undefined {
  const spec = header?.get("spec");
  const description = spec instanceof YamlMap ? spec.get("description") : undefined;
  return typeof description === "string" ? description.trim() : undefined;
}

/**
 * The first paragraph of the comment that a file begins with, as a sentence without the component's own name: for components that
 * GitLab before 18.10, which refuses spec:description, can include too.
 */
function commentOf(name: string, text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !/^#\s*\S/.test(line));
  const paragraph = lines.slice(0, end).map((line) => line.replace(/^#+\s*/, ""));
  const sentence = paragraph.join(" ").replace(`${name}: `, "");
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

function jobsOf({ expansion, standIns }: ConsumerPipeline): ReadonlyMap<string, JobRecord> {
  const { config, errors } = expansion;
  if (config === undefined) throw new TypeError(errors[0]);
  const jobs = Object.entries(config as Record<string, unknown>).filter(
    (entry): entry is [string, JobRecord] => {
      const [title, value] = entry;
      return (
        !title.startsWith(".") &&
        !standIns.has(title) &&
        isRecord(value) &&
        JOB_STARTERS.some((key) => key in value)
      );
    },
  );
  return new Map(jobs);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
