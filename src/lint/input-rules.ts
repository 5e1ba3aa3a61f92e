import type { Place } from "../engine/yaml/source.ts";
import { YamlList, YamlMap } from "../engine/yaml/values.ts";
import type { InputDeclaration } from "./inputs.ts";

/** Lists the conditions (`if`) of an input's rules with their places. */
export function conditionsOf(input: InputDeclaration): { text: string; place: Place | undefined }[] {
  const rules = input.entry("rules")?.value;
  if (!(rules instanceof YamlList)) return [];
  return rules.items.flatMap((rule) => {
    const entry = rule instanceof YamlMap ? rule.entry("if") : undefined;
    return typeof entry?.value === "string" ? [{ text: entry.value, place: entry.valuePlace }] : [];
  });
}
