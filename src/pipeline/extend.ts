import { inspectValue, type Place, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { ConfigError } from "./errors.ts";
import { deepMerge } from "./merge.ts";
import { textOf } from "./ruby-text.ts";

/** How many jobs deep `extends` may reach (Config::Extendable::Entry, 18.11). */
const MAX_NESTING = 10;

/**
 * Resolves the `extends` of every mapping at the top level (https://docs.gitlab.com/ci/yaml/#extends): later bases override
 * earlier ones, the job overrides them all. Throws ConfigError for unknown bases, bases that are no mappings, cycles and
 * nesting that is too deep.
 */
export function resolveExtends(config: YamlMap): YamlMap {
  const extension = new Extension(config);
  for (const { key } of config.entries()) extension.extend(key, []);
  return extension.result;
}

class Extension {
  readonly result: YamlMap;
  /** How many levels of `extends` a finished entry has below it. */
  readonly #heights = new Map<string, number>();

  constructor(config: YamlMap) {
    this.result = config.copy();
  }

  extend(key: YamlValue, ancestors: readonly string[]): YamlMap {
    const entry = this.result.entry(key)!;
    const value = entry.value as YamlMap;
    if (!(value instanceof YamlMap) || !value.has("extends")) return value;
    const name = textOf(key);
    const height = this.#heights.get(name);
    if (height !== undefined && ancestors.length + height - 1 <= MAX_NESTING) return value;
    const bases = basesOf(value);
    this.#check(name, bases, ancestors, value.entry("extends")?.valuePlace);
    const chain = [...ancestors, name];
    let merged = new YamlMap();
    for (const base of bases) merged = deepMerge(merged, this.extend(base, chain));
    const extended = deepMerge(merged, value);
    this.result.setEntry({ ...entry, value: extended });
    this.#heights.set(name, 1 + Math.max(0, ...bases.map((base) => this.#heights.get(base) ?? 0)));
    return extended;
  }

  #check(
    name: string,
    bases: readonly string[],
    ancestors: readonly string[],
    place: Place | undefined,
  ): void {
    const refuse = (message: string) => {
      throw new ConfigError(`${name}: ${message}`, place);
    };
    const unknown = bases.filter((base) => !this.result.has(base));
    if (unknown.length > 0) refuse(`unknown keys in \`extends\` (${unknown.join(", ")})`);
    const invalid = bases.filter((base) => !(this.result.get(base) instanceof YamlMap));
    if (invalid.length > 0) refuse(`invalid base hashes in \`extends\` (${invalid.join(", ")})`);
    if (ancestors.length > MAX_NESTING) refuse("nesting too deep in `extends`");
    if (ancestors.includes(name)) refuse("circular dependency detected in `extends`");
  }
}

/** The names under `extends`, as Ruby's `Array()` lists them: null is none, a mapping its pairs. */
function basesOf(job: YamlMap): string[] {
  const extended = job.get("extends") ?? null;
  if (extended === null) return [];
  if (extended instanceof YamlList) return extended.items.map((item) => textOf(item));
  if (!(extended instanceof YamlMap)) return [textOf(extended)];
  return [...extended.entries()].map(({ key, value }) => {
    const name = typeof key === "string" ? `:${key}` : inspectValue(key);
    return `[${name}, ${inspectValue(value, { symbolKeys: true })}]`;
  });
}
