import {
  DocumentError,
  GitLabCrash,
  loadDocuments,
  type Problem,
  readInputs,
  resolveInputs,
  sampleValue,
  validateHeader,
} from "../contract/index.ts";
import { type Source, YamlMap } from "../yaml/index.ts";
import type { At } from "./rule.ts";

/** Where the engine refused: loading, the header, a block, the inputs that a caller gives, or the pipeline. */
export type EngineStage = "yaml" | "header" | "interpolation" | "caller" | "pipeline";

/** Something that GitLab would refuse, in its own words. */
export interface EngineError {
  readonly stage: EngineStage;
  readonly message: string;
  readonly place: At | undefined;
  readonly related?: readonly { readonly message: string; readonly at: At | undefined }[] | undefined;
}

/** A file as far as the engine could load it. */
export interface LoadedFile {
  readonly header: YamlMap | undefined;
  readonly body: YamlMap | undefined;
  /** Plausible values for the required inputs; undefined if none could be found that the contract accepts. */
  readonly sample: YamlMap | undefined;
  readonly errors: readonly EngineError[];
}

/** Loads a file and judges its header, and finds plausible values for the required inputs. Never throws. */
export function loadFile(source: Source): LoadedFile {
  const errors: EngineError[] = [];
  const add = (stage: EngineStage, problems: readonly Problem[]) => {
    for (const { message, place } of problems) errors.push({ stage, message, place });
  };
  let header: YamlMap | undefined;
  let body: YamlMap | undefined;
  let sample: YamlMap | undefined;
  try {
    const documents = loadDocuments(source);
    header = documents.header;
    body = documents.content;
    if (header !== undefined) {
      const faults = validateHeader(header);
      add("header", faults);
      sample = faults.length === 0 && !hasIncludedHeader(header) ? judgeContract(header, add) : undefined;
    } else {
      sample = new YamlMap();
    }
  } catch (error) {
    if (error instanceof DocumentError) add("yaml", [error.problem]);
    else if (error instanceof GitLabCrash) {
      add(header === undefined ? "yaml" : "header", [
        { message: `GitLab fails with a server error: ${error.message}`, place: error.place },
      ]);
    } else throw error;
  }
  return { header, body, sample, errors };
}

/** A header may take inputs from other files (`spec:include`); those are not judged here. */
function hasIncludedHeader(header: YamlMap): boolean {
  const spec = header.get("spec");
  return spec instanceof YamlMap && spec.has("include");
}

function judgeContract(
  header: YamlMap,
  add: (stage: EngineStage, problems: readonly Problem[]) => void,
): YamlMap | undefined {
  const inputs = readInputs(header);
  const sample = new YamlMap();
  let isComplete = true;
  for (const input of inputs) {
    if (!input.required) continue;
    const value = sampleValue(input);
    if (value === undefined) isComplete = false;
    else sample.set(input.key, value);
  }
  const { problems } = resolveInputs(inputs, sample);
  const own = problems.filter(
    ({ message }) => !/provided value|required value has not been|list of allowed options/.test(message),
  );
  add("header", own);
  return isComplete && problems.length === 0 ? sample : undefined;
}
