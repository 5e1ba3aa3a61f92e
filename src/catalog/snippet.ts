import type { JsonValue } from "../engine/yaml/index.ts";

/**
 * Returns the value that a field's text stands for. What does not read as its type stays text: the engine then says what is wrong, in
 * GitLab's words. A list is JSON, or one entry a line.
 */
export function readValue(type: string, text: string): JsonValue {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  return type === "array" ? listOf(text) : text;
}

/** Returns the text of a field that stands for a value: the inverse of `readValue`. */
export function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (!Array.isArray(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const isPlain = value.every((each) => typeof each === "string" && /^[^\s[{"](?:.*\S)?$/.test(each));
  return isPlain ? value.join("\n") : JSON.stringify(value);
}

export interface Snippet {
  /** What an include says, without the version. */
  readonly address: string;
  readonly version: string;
  readonly given: ReadonlyMap<string, JsonValue>;
  /** Required inputs that are not given yet. */
  readonly missing: readonly string[];
  /** Stages that the pipeline has to declare. */
  readonly stages: readonly string[];
}

/** Returns what a consumer copies: the include with the values given, a place for each required one that is not, and the stages. */
export function snippetOf({ address, version, given, missing, stages }: Snippet): string {
  const lines = stages.length > 0 ? [`stages: [${stages.map(yamlOf).join(", ")}]`, ""] : [];
  lines.push("include:", `  - component: ${address}@${version}`);
  if (given.size + missing.length > 0) lines.push("    inputs:");
  for (const name of missing) lines.push(`      ${name}: # required`);
  for (const [name, value] of given) lines.push(`      ${name}: ${yamlOf(value)}`);
  return lines.join("\n");
}

function listOf(text: string): JsonValue {
  if (!text.trimStart().startsWith("[")) {
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** JSON is YAML, but for numbers: to YAML 1.1, which GitLab reads, `1e-7` is a text and `1.0e-7` a number. */
function yamlOf(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(", ")}]`;
  if (typeof value === "number") return String(value).replace(/^(-?\d+)e/, "$1.0e");
  if (typeof value !== "string") return JSON.stringify(value);
  const isPlain =
    /^[A-Za-z/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*$/.test(value) &&
    !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
