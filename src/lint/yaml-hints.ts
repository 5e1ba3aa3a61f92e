import type { Place } from "../engine/yaml/index.ts";
import { plainTextAt } from "./plain-values.ts";

/** The way out of a text that is no YAML, from what stands at the place and around it; undefined where no usual slip is seen. */
export function yamlHint(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const plain = plainTextAt(place);
  if (plain !== undefined) return `quote it: "${plain}"`;
  const { source, start } = place;
  const from = source.text.lastIndexOf("\n", start - 1) + 1;
  const end = source.text.indexOf("\n", start);
  const line = source.text.slice(from, end === -1 ? undefined : end);
  const before = source.text.slice(0, from).split("\n").slice(0, -1);
  return hintOfLine(
    line,
    start - from,
    before.findLast((each) => each.trim() !== "" && !/^\s*#/.test(each)) ?? "",
  );
}

function hintOfLine(line: string, column: number, before: string): string | undefined {
  const rest = line.slice(column);
  if (/^\s*\t/.test(line)) return "indent with spaces: YAML takes no tabs there";
  if (/^["']/.test(rest)) return "the quote that is opened here is never closed, or text follows behind it";
  const block = /[[{,:]\s*(\$\[\[.*?\]\])/.exec(line)?.[1] ?? /[[{,:]\s*(\$\[\[.*?\]\])/.exec(before)?.[1];
  if (block !== undefined && /[[{]\s*(?:[^"'\]}]*[:,]\s*)?\$\[\[/.test(`${before}\n${line}`))
    return `quote the block: "${block}"`;
  const special = /(?:^|[\s[,])([*&%@`!|>][^\s,\]]*)/.exec(line.slice(Math.max(0, column - 1)))?.[1];
  if (special !== undefined && !/^[|>][+\d-]*$/.test(special)) return `quote it: "${special}"`;
  if (/^\s*[\w.-]+:\s+\S/.test(before) && indentOf(line) > indentOf(before) && /^\s*[\w."'-]+:/.test(line))
    return "this line's indentation is deeper than that of the line before, which has a value already: give both the same indentation";
  const value = /^\s*(?:- )?[\w.$ -]+?:\s+(?!["'[{|>])(\S.*:\s.*)$/.exec(line)?.[1];
  if (value !== undefined)
    return `quote the value, which holds a colon and a blank: '${value.replaceAll("'", "''")}'`;
  if (/[[{]/.test(before) || /[[{]/.test(line))
    return "each [ and { needs its other half, and a comma between two items";
  return "look at the indentation and the quotes of this line and of the one before";
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
