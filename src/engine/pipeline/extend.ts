import { type Fault, fault } from "../problem/index.ts";
import { type Entry, inspectValue, type Place, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { type Findings, refusal } from "./errors.ts";
import { deepMerge } from "./merge.ts";
import { textOf } from "./ruby-text.ts";

/** How many jobs deep `extends` may reach (Config::Extendable::Entry, 18.11). */
const MAX_NESTING = 10;

/**
 * Resolves the `extends` of every mapping at the top level (https://docs.gitlab.com/ci/yaml/#extends): later bases override
 * earlier ones, the job overrides them all. Throws ConfigError for unknown bases, bases that are no mappings, cycles and
 * nesting that is too deep.
 */
export function resolveExtends(config: YamlMap, findings: Findings): YamlMap {
  const extension = new Extension(config, findings);
  for (const { key } of config.entries()) extension.extend(key, []);
  return extension.result;
}

class Extension {
  readonly result: YamlMap;
  /** How many levels of `extends` a finished entry has below it. */
  readonly #heights = new Map<string, number>();

  readonly #findings: Findings;

  constructor(config: YamlMap, findings: Findings) {
    this.result = config.copy();
    this.#findings = findings;
  }

  extend(key: YamlValue, ancestors: readonly string[]): YamlMap {
    const entry = this.result.entry(key)!;
    const value = entry.value as YamlMap;
    if (!(value instanceof YamlMap) || !value.has("extends")) return value;
    const name = textOf(key);
    const height = this.#heights.get(name);
    if (height !== undefined && ancestors.length + height - 1 <= MAX_NESTING) return value;
    const all = basesOf(value);
    const isRight = this.#findings.attempt(
      () => this.#check(name, all, ancestors, value.entry("extends")),
      "keywords",
    );
    if (isRight === undefined && ancestors.length > 0) return value;
    const bases = isRight
      ? all
      : all.filter((base) => base !== name && this.result.get(base) instanceof YamlMap);
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
    written: Entry | undefined,
  ): true {
    const refuse = (wrong: Fault, names: readonly string[] = []) => {
      const place = placeOfBase(written, names) ?? written?.valuePlace;
      throw refusal(wrong, { subject: name, message: `${name}: ${wrong.text}`, place });
    };
    const unknown = bases.filter((base) => !this.result.has(base));
    if (unknown.length > 0) refuse(fault("extends-unknown", { bases: unknown }), unknown);
    const invalid = bases.filter((base) => !(this.result.get(base) instanceof YamlMap));
    if (invalid.length > 0) refuse(fault("extends-not-map", { bases: invalid }), invalid);
    if (ancestors.length > MAX_NESTING) refuse(fault("extends-too-deep", {}));
    if (ancestors.includes(name)) refuse(fault("extends-circular", {}));
    return true;
  }
}

/** The item of a list of bases that names the first of them. */
function placeOfBase(written: Entry | undefined, [name]: readonly string[]): Place | undefined {
  if (!(written?.value instanceof YamlList)) return undefined;
  const { items, places } = written.value;
  return places[items.findIndex((item) => textOf(item) === name)];
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
