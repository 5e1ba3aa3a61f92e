import { type Token, tokensOf } from "../engine/expression/index.ts";
import { YamlMap } from "../engine/yaml/index.ts";
import type { TextNode } from "./blocks.ts";
import type { At } from "./diagnostic.ts";
import type { LintFile } from "./file.ts";
import { itemsOf } from "./jobs.ts";

/** A condition of `rules`, `workflow`, `include:rules` or `only:variables`, as GitLab reads it. */
export interface Condition {
  readonly node: TextNode;
  readonly tokens: readonly Token[];
}

/** Two sides and what stands between them. */
export interface Comparison {
  readonly left: Token;
  readonly operator: "==" | "!=" | "=~" | "!~";
  readonly right: Token;
  /** The place of the right side. */
  readonly at: At;
}

const comparing: readonly string[] = ["==", "!=", "=~", "!~"];

/** Lists the conditions of a file that GitLab can read. One that holds blocks is left out: an input writes a part of it. */
export function conditionsIn(file: LintFile): Condition[] {
  return file.nodes.flatMap((node) => {
    if (node.isKey || !isCondition(node) || node.value.includes("$[[")) return [];
    const tokens = tokensOf(node.value);
    return tokens.length === 0 ? [] : [{ node, tokens }];
  });
}

function isCondition({ path }: TextNode): boolean {
  if (path.at(-1) === "if") return true;
  return path.at(-2) === "variables" && (path.at(-3) === "only" || path.at(-3) === "except");
}

/** Lists what a condition compares, in order. */
export function comparisonsOf({ node, tokens }: Condition): Comparison[] {
  return tokens.flatMap((token, index) => {
    const left = tokens[index - 1];
    const right = tokens[index + 1];
    if (token.type !== "binary" || !comparing.includes(token.operator) || !left || !right) return [];
    const operator = token.operator as Comparison["operator"];
    return [{ left, operator, right, at: placeOf(right, node) }];
  });
}

/** Lists the texts and patterns of a condition that nothing is compared with: each is always true. */
export function loneTexts({ node, tokens }: Condition): { token: Token; at: At }[] {
  const isComparing = (token: Token | undefined) =>
    token?.type === "binary" && comparing.includes(token.operator);
  return tokens.flatMap((token, index) => {
    if (token.type !== "string" && token.type !== "pattern") return [];
    if (isComparing(tokens[index - 1]) || isComparing(tokens[index + 1])) return [];
    return [{ token, at: placeOf(token, node) }];
  });
}

/** The text of a token, without quotes; undefined for operators. */
export function textOf(token: Token): string | undefined {
  return "text" in token ? token.text : undefined;
}

/** A string's token begins at its quotes. */
function placeOf(token: Token, node: TextNode): At {
  const length =
    (textOf(token)?.length ?? 1) + (token.type === "string" ? 2 : token.type === "variable" ? 1 : 0);
  return node.at(token.offset, token.offset + length);
}

/** Lists what `only` and `except` of a file's jobs name. */
export function refsOf(file: LintFile): ReturnType<typeof itemsOf> {
  return file.jobs.flatMap((job) =>
    ["only", "except"].flatMap((key) => {
      const entry = job.entry(key);
      return itemsOf(entry?.value instanceof YamlMap ? entry.value.entry("refs") : entry);
    }),
  );
}
