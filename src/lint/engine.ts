import {
  DocumentError,
  GitLabCrash,
  type Input,
  loadDocuments,
  loadHeader,
  readInputs,
  resolveInputs,
  sampleValue,
  validateHeader,
} from "../engine/contract/index.ts";
import { fault, type Problem, problemOf, separate } from "../engine/problem/index.ts";
import { Source, YamlMap } from "../engine/yaml/index.ts";
import type { At } from "./diagnostic.ts";

/** Something that GitLab would refuse, with the place in a linted file where it shows. */
export interface EngineError {
  readonly problem: Problem;
  /** As it reads in the file at hand: without the names of files that only stand in for a consumer's. */
  readonly message: string;
  readonly place: At | undefined;
  readonly related?: readonly { readonly message: string; readonly at: At | undefined }[] | undefined;
}

/** A file as far as the engine could load it. */
export interface LoadedFile {
  readonly header: YamlMap | undefined;
  readonly body: YamlMap | undefined;
  /** Plausible values for the required inputs, as far as there are some. */
  readonly sample: YamlMap;
  readonly errors: readonly EngineError[];
}

/** Loads a file and judges its header, and finds plausible values for the required inputs. Never throws. */
export function loadFile(source: Source): LoadedFile {
  const problems: Problem[] = [];
  let header: YamlMap | undefined;
  let body: YamlMap | undefined;
  let sample = new YamlMap();
  try {
    const documents = loadDocuments(source);
    const declarations = onlyDeclarations(documents.content, documents.header);
    header = declarations ?? documents.header;
    body = declarations ? undefined : documents.content;
    if (header !== undefined) {
      const inputs = readInputs(header);
      sample = sampleOf(inputs);
      problems.push(...validateHeader(header, { goesOn: true }));
      if (problems.length === 0) problems.push(...ofContract(inputs, sample));
    }
  } catch (error) {
    if (error instanceof DocumentError) problems.push(error.problem);
    else if (error instanceof GitLabCrash) {
      const wrong = fault("server-error", { reason: error.message });
      problems.push(problemOf(wrong, { subject: "", place: error.place }));
    } else throw error;
  }
  const errors = separate(problems).map((problem) => {
    return { problem, message: problem.message, place: problem.place };
  });
  return { header, body, sample, errors };
}

/** Plausible values for the required inputs of a text, as far as there are some; for this no more than its header is read. */
export function sampleFor(text: string): YamlMap {
  if (!text.includes("spec")) return new YamlMap();
  try {
    const header = loadHeader(new Source("", text));
    return header === undefined ? new YamlMap() : sampleOf(readInputs(header));
  } catch (error) {
    if (error instanceof GitLabCrash) return new YamlMap();
    throw error;
  }
}

/**
 * A file that holds nothing but `inputs` is meant for the `spec:include` of a header
 * (https://docs.gitlab.com/ci/inputs/#define-inputs-in-external-files): it is judged as the header that it becomes a part of.
 */
function onlyDeclarations(content: YamlMap, header: YamlMap | undefined): YamlMap | undefined {
  if (header !== undefined || content.size !== 1 || !(content.get("inputs") instanceof YamlMap))
    return undefined;
  return new YamlMap().set("spec", content);
}

function sampleOf(inputs: readonly Input[]): YamlMap {
  const sample = new YamlMap();
  for (const input of inputs) {
    const value = input.required ? sampleValue(input) : undefined;
    if (value !== undefined) sample.set(input.key, value);
  }
  return sample;
}

/** What is wrong with the contract whatever a caller gives: the values that stand in for a caller's do not count. */
function ofContract(inputs: readonly Input[], sample: YamlMap): readonly Problem[] {
  return resolveInputs(inputs, sample).problems.filter(
    ({ code, origins }) => code !== "input-missing" && origins.every(({ place }) => place !== undefined),
  );
}
