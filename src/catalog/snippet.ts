import type { JsonValue } from "../yaml/index.ts";

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

/** Returns the `include` that a consumer copies: the values given, and a place for each required one that is not. */
export function snippetOf(
  address: string,
  version: string,
  given: ReadonlyMap<string, JsonValue>,
  missing: readonly string[] = [],
): string {
  const lines = ["include:", `  - component: ${address}@${version}`];
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

/** JSON is YAML: whatever could be read as something else than a plain word is written as JSON. */
function yamlOf(value: JsonValue): string {
  if (typeof value !== "string") return JSON.stringify(value).replace(/","/g, '", "');
  const isPlain =
    /^[A-Za-z/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*$/.test(value) &&
    !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
