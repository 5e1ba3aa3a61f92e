import { YamlMap } from "../yaml/index.ts";
import type { Block } from "./blocks.ts";
import type { Edit, Fix } from "./diagnostic.ts";
import type { LintFile } from "./file.ts";
import type { InputDeclaration } from "./inputs.ts";
import type { Job } from "./jobs.ts";

/** The safe way of an input into a script: a variable of the job, read by the shell. */
export const throughVariables = { nameOf, fix };

/** The variable that carries an input: `deploy-path` goes as `INPUT_DEPLOY_PATH`. */
function nameOf(input: InputDeclaration): string {
  return `INPUT_${input.name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
}

/**
 * The edits that move one block into the job's `variables:`. Offered where the block stands bare or in double quotes on a line of
 * script; marked unsafe, because a value that was meant as code (several words, a glob) would stop being code.
 */
function fix(file: LintFile, job: Job, block: Block, input: InputDeclaration): Fix | undefined {
  if (!block.isWhole && !isPlainText(block)) return undefined;
  if (block.functions.length > 0 || input.type !== "string") return undefined;
  const name = nameOf(input);
  const declaration = declare(file, job, name, `$[[ inputs.${input.name} ]]`);
  if (declaration === undefined) return undefined;
  const isQuoted = isInDoubleQuotes(block);
  const edits = [
    ...declaration,
    { ...block.place.toJSON(), text: isQuoted ? `\${${name}}` : `"\${${name}}"` },
  ];
  return { title: `read "$${name}", set under variables:`, safe: false, edits };
}

function isPlainText(block: Block): boolean {
  const line = lineBefore(block);
  return (line.match(/'/g)?.length ?? 0) % 2 === 0;
}

function isInDoubleQuotes(block: Block): boolean {
  return (lineBefore(block).replaceAll('\\"', "").match(/"/g)?.length ?? 0) % 2 === 1;
}

function lineBefore(block: Block): string {
  const { value } = block.node;
  return value.slice(value.lastIndexOf("\n", block.from) + 1, block.from);
}

function declare(file: LintFile, job: Job, name: string, value: string): Edit[] | undefined {
  const variables = job.entry("variables");
  if (variables?.value instanceof YamlMap && variables.value.has(name)) return [];
  const first = variables?.value instanceof YamlMap ? [...variables.value.entries()][0] : undefined;
  if (variables !== undefined && first?.keyPlace === undefined) return undefined;
  const anchor = first?.keyPlace ?? [...job.map.entries()][0]?.keyPlace;
  if (anchor === undefined || anchor.line === job.place?.line) return undefined;
  const indent = " ".repeat(anchor.column - 1);
  const text =
    first === undefined
      ? `variables:\n${indent}  ${name}: "${value}"\n${indent}`
      : `${name}: "${value}"\n${indent}`;
  const { line, column } = anchor;
  return [{ file: file.path, line, column, endLine: line, endColumn: column, text }];
}
