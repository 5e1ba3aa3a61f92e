import { type JsonValue, toJson, YamlList, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import type { ComponentInterface, JobInterface } from "./interface.ts";

/** An `include: local:` of a component. */
export interface LocalInclude {
  readonly path: string;
  readonly inputs: Readonly<Record<string, JsonValue>>;
}

/** The local files that a component includes by a plain path, and whether those are all that it includes. */
export function localIncludes(content: YamlMap): { includes: readonly LocalInclude[]; complete: boolean } {
  const value = content.get("include");
  const entries = value instanceof YamlList ? value.items : value === undefined ? [] : [value];
  const includes = entries.flatMap((entry) => localInclude(entry));
  return { includes, complete: includes.length === entries.length };
}

function localInclude(entry: YamlValue): LocalInclude[] {
  const path = entry instanceof YamlMap ? entry.get("local") : entry;
  const conditional = entry instanceof YamlMap && entry.has("rules");
  if (typeof path !== "string" || conditional || /[*$]|^https?:/.test(path)) return [];
  const inputs = entry instanceof YamlMap ? entry.get("inputs") : undefined;
  return [
    {
      path: path.replace(/^\/+/, ""),
      inputs: inputs instanceof YamlMap ? (toJson(inputs) as LocalInclude["inputs"]) : {},
    },
  ];
}

/** The jobs of an included component in terms of the inputs of the one that includes it. */
export function jobsAsIncluded(included: ComponentInterface, { inputs }: LocalInclude): JobInterface[] {
  const values = new Map<string, JsonValue>();
  for (const [name, input] of included.inputs) {
    const value = inputs[name] ?? (input.default === undefined ? undefined : toJson(input.default));
    if (value !== undefined) values.set(name, value);
  }
  return [...included.jobs.values()].map((job) => ({
    ...job,
    name: String(fill(job.name, values)),
    keywords: fill(job.keywords as JsonValue, values) as JobInterface["keywords"],
  }));
}

const block = /\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g;

/** Puts values for plain blocks, `$[[ inputs.name ]]`; those with a function or an index stay as they are. */
function fill(value: JsonValue, values: ReadonlyMap<string, JsonValue>): JsonValue {
  if (Array.isArray(value)) return value.map((each) => fill(each, values));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [String(fill(key, values)), fill(each, values)]),
    );
  if (typeof value !== "string") return value;
  const [whole, name = ""] = [...value.matchAll(block)][0] ?? [];
  if (whole === value) return values.get(name) ?? value;
  return value.replaceAll(block, (all, each: string) => (values.has(each) ? String(values.get(each)) : all));
}
