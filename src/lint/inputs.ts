import type { Place } from "../engine/yaml/source.ts";
import { type Entry, YamlList, YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import { keyText } from "./blocks.ts";

/** One input as the header declares it, whether or not GitLab accepts the declaration. */
export interface InputDeclaration {
  readonly name: string;
  readonly place: Place | undefined;
  /** The declared type, `string` when none stands there. */
  readonly type: string;
  readonly isRequired: boolean;
  /** The entry of a key of the declaration: `default`, `options`, `regex`, `description`, `rules`, `type`. */
  readonly entry: (key: string) => Entry | undefined;
  /** The options, also those of the input's rules; undefined if any value may be given. */
  readonly options: readonly YamlValue[] | undefined;
}

/** Lists the inputs of a header's `spec`. */
export function declaredInputs(spec: YamlValue | undefined): InputDeclaration[] {
  const inputs = spec instanceof YamlMap ? spec.get("inputs") : undefined;
  return inputs instanceof YamlMap ? [...inputs.entries()].map(declaration) : [];
}

function declaration(entry: Entry): InputDeclaration {
  const map = entry.value instanceof YamlMap ? entry.value : new YamlMap();
  const type = map.get("type");
  const rules = map.get("rules");
  const ruleMaps = rules instanceof YamlList ? rules.items.filter((each) => each instanceof YamlMap) : [];
  return {
    name: keyText(entry),
    place: entry.keyPlace,
    type: typeof type === "string" ? type : "string",
    isRequired: !map.has("default") && !ruleMaps.some((rule) => rule.has("default")),
    entry: (key) => map.entry(key),
    options: optionsOf(map, ruleMaps),
  };
}

function optionsOf(map: YamlMap, rules: readonly YamlMap[]): readonly YamlValue[] | undefined {
  const own = map.get("options");
  if (own instanceof YamlList) return own.items;
  const ofRules = rules.map((rule) => rule.get("options"));
  if (ofRules.length === 0 || !ofRules.every((each) => each instanceof YamlList)) return undefined;
  return ofRules.flatMap((each) => (each as YamlList).items);
}
