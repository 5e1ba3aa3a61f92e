import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import {
  loadYaml,
  type Place,
  type Source,
  TOO_BIG,
  YamlError,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../yaml/index.ts";
import { GitLabCrash, type ProblemKind } from "./problem.ts";
import { isTooLarge } from "./size.ts";

/** A component file cut at its `---` lines. */
export interface Documents {
  /** The header with its `spec`; undefined when the file has none. */
  readonly header: YamlMap | undefined;
  readonly headerPlace: Place | undefined;
  /** The configuration below it; an empty map when there is none. */
  readonly content: YamlMap;
}

/** The file cannot be loaded. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly kind: ProblemKind;
  readonly problem: Problem;
  constructor(kind: ProblemKind, wrong: Fault, place: Place | undefined) {
    super(wrong.text);
    this.kind = kind;
    this.problem = problemOf(wrong, { subject: "", place });
  }
}

/** GitLab reads two documents, and one more to allow for a leading `---`. The last one keeps what follows it. */
const MOST_PARTS = 3;

/**
 * Cuts and loads a file as GitLab does (lib/gitlab/config/loader/multi_doc_yaml.rb, 18.11): at lines that begin with
 * `---` and white space; empty documents are dropped. Throws DocumentError, and GitLabCrash where GitLab fails.
 */
export function loadDocuments(source: Source): Documents {
  const documents = partsOf(source.text)
    .map(([start, end]) => loadPart(source, start, end))
    .filter(({ value }) => !isBlank(value));
  const maps = documents.map(({ value, place }) => ({ map: requireMap(value, place), place }));
  const [first] = maps;
  if (first === undefined) return { header: undefined, headerPlace: undefined, content: new YamlMap() };
  if (maps.length < 2 || !first.map.has("spec")) {
    return { header: undefined, headerPlace: undefined, content: first.map };
  }
  return { header: first.map, headerPlace: first.place, content: maps.at(-1)!.map };
}

/** The header alone, of a file whose second document may be no YAML. Undefined where there is none that can be read. */
export function loadHeader(source: Source): YamlMap | undefined {
  for (const [start, end] of partsOf(source.text).slice(0, -1)) {
    try {
      const { value } = loadYaml(source, start, end);
      if (isBlank(value)) continue;
      return value instanceof YamlMap && value.has("spec") ? value : undefined;
    } catch (error) {
      if (error instanceof YamlError) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** Start and end of each document's text. The white space behind `---` belongs to the divider, indentation included. */
function partsOf(text: string): [number, number][] {
  const parts: [number, number][] = [];
  let start = 0;
  for (const { 0: divider, index } of text.matchAll(DIVIDER)) {
    if (parts.length === MOST_PARTS - 1) break;
    parts.push([start, index]);
    start = index + divider.length;
  }
  parts.push([start, text.length]);
  return parts;
}

/** Ruby's `^` stands behind line feeds only, and its `\s` is ASCII. */
const DIVIDER = /(?<![^\n])---[ \t\r\n\f\v]+/g;

function loadPart(source: Source, start: number, end: number) {
  try {
    return loadYaml(source, start, end);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { kind, message, place } = error;
    if (kind === "crash") throw new GitLabCrash(message, place);
    if (kind === "size")
      throw new DocumentError("too_large", fault("document-too-large", { reason: message }), place);
    throw new DocumentError("yaml", fault("yaml-unreadable", { reason: message }), place);
  }
}

/** Rails' `blank?`: null, false, white space and empty collections. */
function isBlank(value: YamlValue): boolean {
  if (value instanceof YamlMap || value instanceof YamlList) return value.size === 0;
  return value === null || value === false || (typeof value === "string" && /^[\s\u0085]*$/.test(value));
}

function requireMap(value: YamlValue, place: Place): YamlMap {
  if (isTooLarge(value))
    throw new DocumentError("too_large", fault("document-too-large", { reason: TOO_BIG }), place);
  if (value instanceof YamlMap) return value;
  throw new DocumentError("not_hash", fault("document-not-map", {}), place);
}
