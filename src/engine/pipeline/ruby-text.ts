import { toRubyString, YamlList, type YamlMap, type YamlValue } from "../yaml/index.ts";

/* How messages and names show values: GitLab turns the keys of a configuration into symbols before it looks at it. */

/** Ruby's `to_s` of a value of the configuration. */
export function textOf(value: YamlValue): string {
  return toRubyString(value, { symbolKeys: true });
}

/** Ruby's `join(", ")`, which joins lists inside a list too. */
export function joinTexts(values: readonly YamlValue[]): string {
  return values
    .map((value) => (value instanceof YamlList ? joinTexts(value.items) : textOf(value)))
    .join(", ");
}

/** The keys of a mapping. GitLab moves those that are no text behind the others when it copies a configuration. */
export function keysInOrder(map: YamlMap): YamlValue[] {
  const texts: YamlValue[] = [];
  const others: YamlValue[] = [];
  for (const { key } of map.entries()) (typeof key === "string" ? texts : others).push(key);
  return others.length === 0 ? texts : [...texts, ...others];
}
