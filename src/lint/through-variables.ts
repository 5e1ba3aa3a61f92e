import { YamlMap } from "../engine/yaml/index.ts";
import type { Block } from "./blocks.ts";
import type { Edit, Fix } from "./diagnostic.ts";
import type { LintFile } from "./file.ts";
import type { InputDeclaration } from "./inputs.ts";
import type { Job } from "./jobs.ts";
import { holdsSeveralWords } from "./shell/harmless.ts";
import { type Quoting, quotingAt } from "./shell/quoting.ts";

/** The safe way of an input into a script: a variable of the job, read by the shell. */
export const throughVariables = { nameOf, fix };

/** The variable that carries an input: `deploy-path` goes as `INPUT_DEPLOY_PATH`. */
function nameOf(input: InputDeclaration): string {
  return `INPUT_${input.name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
}

/**
 * The edits that move one block into the job's `variables:`; undefined where they would not mean the same for a plain word: in
 * comments, here-documents, single quotes and expansions, as a command's name, where the input's name says that several words are
 * meant, and where other jobs share the script but not the variables. Not `safe`: a value that was meant as code (several words, `$HOME`, a glob) stops being code.
 */
function fix(file: LintFile, job: Job, block: Block, input: InputDeclaration): Fix | undefined {
  if (block.functions.length > 0 || input.type !== "string" || isShared(file, job)) return undefined;
  const quoting = quotingAt(block.node.value, block.from);
  if (quoting === "other" || isSyntax(quoting, block)) return undefined;
  if (quoting === "bare" && holdsSeveralWords(input.name)) return undefined;
  const name = nameOf(input);
  const declaration = declare(file, job, name, `$[[ inputs.${input.name} ]]`);
  if (declaration === undefined) return undefined;
  const text = quoting === "double" ? `\${${name}}` : `"\${${name}}"`;
  const isInYamlQuotes = file.text[block.node.place.start] === '"';
  const edit = { ...block.place.toJSON(), text: isInYamlQuotes ? text.replaceAll('"', '\\"') : text };
  return { title: `read "$${name}", set under variables:`, safe: false, edits: [...declaration, edit] };
}

/** True where a word is more than a word: a command's name, a list, a pattern, the end of a variable's name, an assignment. */
function isSyntax(quoting: Quoting, { node, from, to }: Block): boolean {
  const before = node.value.slice(node.value.lastIndexOf("\n", from - 1) + 1, from);
  if (/\$\w*$/.test(before)) return true;
  if (quoting === "double") return false;
  const isCommand = /(?:^|[;&|({!`]|\b(?:then|do|else|if|while|until|in|exec|eval|time|sudo))\s*$/.test(
    before,
  );
  return isCommand || /=~|~$/.test(before) || /^\w*\+?=(?!=)/.test(node.value.slice(to));
}

/** True if other jobs may take the script without the variables: by `!reference`, or by an anchor of YAML. */
function isShared(file: LintFile, job: Job): boolean {
  const start = job.place?.start ?? 0;
  const next = file.jobs.map((each) => each.place?.start ?? 0).filter((each) => each > start);
  const own = file.text.slice(start, Math.min(...next, file.text.length));
  if (/(?:[:-]|<<:)\s+[&*][\w.-]/.test(own)) return true;
  return file.text.includes("!reference") && (job.isHidden || file.text.includes(`[${job.name},`));
}

function declare(file: LintFile, job: Job, name: string, value: string): Edit[] | undefined {
  const variables = job.entry("variables");
  const known = variables?.value instanceof YamlMap ? variables.value : undefined;
  if (known?.has(name)) return known.get(name) === value ? [] : undefined;
  const first = known === undefined ? undefined : [...known.entries()][0];
  if (variables !== undefined && first?.keyPlace === undefined) return undefined;
  const anchor = first?.keyPlace ?? [...job.map.entries()][0]?.keyPlace;
  if (anchor === undefined || !isAloneOnItsLine(file.text, anchor.start)) return undefined;
  const indent = " ".repeat(anchor.column - 1);
  const text =
    first === undefined
      ? `variables:\n${indent}  ${name}: "${value}"\n${indent}`
      : `${name}: "${value}"\n${indent}`;
  const { line, column } = anchor;
  return [{ file: file.path, line, column, endLine: line, endColumn: column, text }];
}

/** False in flow style: `variables: {A: b}`. */
function isAloneOnItsLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === "";
}
