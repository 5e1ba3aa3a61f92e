import type { Answers } from "../answers.ts";
import type { ShellFindings } from "../project.ts";
import { bashFaults } from "./bash-syntax.ts";
import { isHarmless } from "./harmless.ts";
import type { Script } from "./scripts.ts";
import { runShellCheck, type ShellComment } from "./shellcheck.ts";
import type { ShellTool } from "./tools.ts";

/** ShellCheck's codes for "this is not shell": those of the parser. */
const isParserCode = (code: number) => code < 2000 && ![1090, 1091].includes(code);

/**
 * Asks a tool about all scripts: ShellCheck, or, where it is missing, `bash -n` about their syntax; without either, nothing is
 * found. A script that does not parse with variables in place of its blocks is read once more with bare words there, for blocks
 * inside names. Throws UsageError if ShellCheck fails.
 */
export async function judgeScripts(
  scripts: readonly Script[],
  tool: ShellTool | undefined,
  options: {
    readonly signal?: AbortSignal;
    readonly exclude?: readonly number[];
    readonly answers?: Answers | undefined;
  } = {},
): Promise<ShellFindings> {
  if (tool?.name !== "shellcheck") return syntaxOnly(scripts, tool, options.signal);
  const first = await runShellCheck(
    tool,
    scripts.map((script) => script.text),
    options,
  );
  const broken = scripts.filter((script) => syntaxFault(first.get(script.text) ?? []) !== undefined);
  const second = await runShellCheck(
    tool,
    broken.map((script) => script.wordText),
    options,
  );
  const commentsOf = (script: Script): readonly ShellComment[] => {
    const comments = first.get(script.text) ?? [];
    if (syntaxFault(comments) === undefined) return comments;
    const words = second.get(script.wordText) ?? [];
    if (syntaxFault(words) !== undefined) return comments;
    return words.filter(
      ({ code, message }) =>
        code !== 2082 && ![...script.names.keys()].some((name) => message.includes(name)),
    );
  };
  return {
    tool: "shellcheck",
    parse: (script) => {
      const fault = syntaxFault(commentsOf(script));
      return (
        fault && { line: fault.line, column: fault.column, message: `${fault.message} (SC${fault.code})` }
      );
    },
    comments: (script) => {
      const comments = commentsOf(script);
      if (syntaxFault(comments) !== undefined) return [];
      const lines = script.text.split("\n");
      const ours = comments.filter((comment) => {
        const line = lines[comment.line - 1] ?? "";
        const text = textOf(comment, line);
        const [before, rest] = [line.slice(0, comment.column - 1), line.slice(comment.column - 1)];
        const context = { text, before, rest, script: script.text };
        return !isOfBlock(comment, script, text) && !isHarmless(comment, context);
      });
      return ours.map((comment) => named(comment, script));
    },
  };
}

function syntaxFault(comments: readonly ShellComment[]): ShellComment | undefined {
  const faults = comments.filter((comment) => comment.level === "error" && isParserCode(comment.code));
  return faults.length > 0 && comments.some((comment) => comment.code === 1072 || comment.code === 1073)
    ? faults[0]
    : undefined;
}

/**
 * True for what ShellCheck says of a placeholder and not of the script: "quote this" (SC2086, SC2046) is the business of the rule
 * input-not-in-shell, and `${NAME_$[[ … ]]}` only looks like an indirection (SC2082).
 */
function isOfBlock(comment: ShellComment, script: Script, text: string): boolean {
  const names = [...script.names.keys()];
  if (comment.code === 2082) return names.some((name) => text.includes(name));
  if (comment.code !== 2086 && comment.code !== 2046) return false;
  return names.some((name) => text === `\${${name}}` || text === `\${#${name}}`);
}

function textOf(comment: ShellComment, line: string): string {
  return line.slice(comment.column - 1, comment.endLine === comment.line ? comment.endColumn - 1 : undefined);
}

/** Shows the block in a message that names its placeholder. */
function named(comment: ShellComment, script: Script): ShellComment {
  let { message } = comment;
  for (const [name, block] of script.names) message = message.replaceAll(name, block);
  return { ...comment, message };
}

/** What bash alone can tell. A block inside a name is no fault: such a script is read once more with words for blocks. */
async function syntaxOnly(
  scripts: readonly Script[],
  bash: ShellTool | undefined,
  signal: AbortSignal | undefined,
): Promise<ShellFindings> {
  if (bash === undefined) return { tool: undefined, parse: () => undefined, comments: () => [] };
  const first = await bashFaults(
    bash.file,
    scripts.map((script) => script.text),
    signal,
  );
  const broken = scripts.filter((script) => first.has(script.text));
  const second = await bashFaults(
    bash.file,
    broken.map((script) => script.wordText),
    signal,
  );
  return {
    tool: "bash",
    parse: (script) => first.get(script.text) && second.get(script.wordText),
    comments: () => [],
  };
}
