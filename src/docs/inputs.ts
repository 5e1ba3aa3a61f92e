import type { Input } from "../engine/contract/index.ts";
import { type JsonValue, toJson, type YamlValue } from "../engine/yaml/index.ts";
import { code, prose, table } from "./markdown.ts";
import type { Words } from "./words.ts";

/** The table of a component's inputs, in the order of its header; the regular expressions can be left out. */
export function inputsTable(inputs: readonly Input[], words: Words, patterns = true): string {
  const { input, type, default: standard, description } = words.headings;
  return table(
    [input, type, standard, description],
    inputs.map((each) => [
      code(each.name),
      each.type ?? "string",
      defaultOf(each, words),
      descriptionOf(each, words, patterns),
    ]),
  );
}

function defaultOf(input: Input, { headings }: Words): string {
  if (input.required) return `**${headings.required}**`;
  // What holds depends on other inputs; the description lists it.
  if (input.default === undefined) return "";
  return shown(input.default, headings.empty);
}

function shown(value: YamlValue, empty: string): string {
  const plain = toJson(value);
  return plain === "" ? empty : code(textOf(plain));
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function descriptionOf(input: Input, words: Words, patterns: boolean): string {
  const { options, pattern } = words.headings;
  const parts = [prose(words.translate(input.description ?? ""))];
  if (input.options) parts.push(`${options} ${list(toJson(input.options))}.`);
  if (patterns && typeof input.regex === "string") parts.push(`${pattern} ${code(input.regex)}.`);
  parts.push(...rulesOf(input, words));
  return parts.filter(Boolean).join(" ");
}

/** One sentence for each rule: what may be given and what holds otherwise, under which condition. */
function rulesOf({ rules }: Input, { headings }: Words): string[] {
  if (!rules) return [];
  return (toJson(rules) as Record<string, JsonValue>[]).map((rule) => {
    const { if: condition, options, default: standard } = rule;
    const start =
      condition === undefined ? headings.otherwise : `${headings.rule} ${code(textOf(condition))}`;
    const parts = [
      ...(options === undefined ? [] : [`${headings.options.toLowerCase()} ${list(options)}`]),
      ...(standard === undefined
        ? []
        : [`${headings.default.toLowerCase()} ${standard === "" ? headings.empty : code(textOf(standard))}`]),
    ];
    return `${start}: ${parts.join(", ")}.`;
  });
}

function list(options: JsonValue): string {
  return (options as JsonValue[]).map((each) => code(textOf(each))).join(", ");
}
