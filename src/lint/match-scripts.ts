import type { Place } from "../engine/yaml/source.ts";
import type { TextNode } from "./blocks.ts";

/**
 * Finds every match of a pattern in some texts. Lines that are shell comments do not count. The pattern must not ask for the start of
 * a text: most files have no match, and that is seen in all texts at once, a line break between them.
 */
export function matchScripts(nodes: readonly TextNode[], pattern: RegExp): { at: Place; text: string }[] {
  if (!pattern.test(joined(nodes))) return [];
  const everywhere = global(pattern);
  return nodes.flatMap((node) => {
    if (!pattern.test(node.value)) return [];
    return [...node.value.matchAll(everywhere)].flatMap((match) => {
      const lineStart = node.value.lastIndexOf("\n", match.index) + 1;
      if (/^\s*#/.test(node.value.slice(lineStart, match.index + 1))) return [];
      return [{ at: node.at(match.index, match.index + match[0].length), text: match[0] }];
    });
  });
}

const joins = new WeakMap<readonly TextNode[], string>();

function joined(nodes: readonly TextNode[]): string {
  const known = joins.get(nodes) ?? nodes.map(({ value }) => value).join("\n");
  joins.set(nodes, known);
  return known;
}

/** The same pattern for all matches, made once: rules run over every file. */
const globals = new WeakMap<RegExp, RegExp>();

function global(pattern: RegExp): RegExp {
  const known = globals.get(pattern) ?? new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`);
  globals.set(pattern, known);
  return known;
}
