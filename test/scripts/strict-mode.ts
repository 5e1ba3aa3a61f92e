import { shellLines } from "../../src/embed/comments.ts";

/** One place where bash would go on as if nothing had happened. */
export interface Leak {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly form: string;
}

/**
 * Forms that make bash lie in strict mode (`set -Eeuo pipefail`), each found by its line. ShellCheck knows none of them:
 *
 * - a reader that closes a pipe early: the writer gets SIGPIPE, pipefail makes that the status of the whole pipeline, now and then
 * - `< <(…)`, `<<<"$(…)"` and `for … in $(…)`: the status of the command in the parentheses is lost
 * - `local name=$(…)`: so is that one
 * - a subshell in a condition, where `set -e` is ignored, also one that is set inside (Bash Reference Manual, "The Set Builtin")
 * - a function in a condition without a word in its usage line on what its status means: its other commands may fail unseen
 * - `set -e` without `shopt -s inherit_errexit`: off inside every `$(…)`
 */
export function leaksOf(files: Readonly<Record<string, string>>): Leak[] {
  const usages = new Map(Object.values(files).flatMap((text) => [...usagesOf(text)]));
  return Object.entries(files).flatMap(([file, text]) => {
    const { comments, behind } = shellLines(text);
    const lines = text.split("\n");
    const found = lines.flatMap((line, index): Leak[] => {
      if (comments.has(index)) return [];
      const code = line.slice(0, behind.get(index));
      const forms = [...formsIn(code), ...unsaidIn(code, usages)];
      return forms.map((form) => ({ file, line: index + 1, form }));
    });
    const strict = lines.findIndex((line) => /^set -\w*e/.test(line));
    if (strict < 0 || lines[strict + 1] === "shopt -s inherit_errexit") return found;
    return [...found, { file, line: strict + 1, form: "set -e without inherit_errexit" }];
  });
}

const forms: Readonly<Record<string, RegExp>> = {
  "a reader that closes the pipe early":
    /(?<!\|)\|(?!\|)\s*(?:[A-Z_]+=\S+\s+)*(?:grep\s+(?:-\S+\s+)*-\w*[qm]|head\b|read\b|true\b|:\s|(?:g?awk|mawk)\b[^|]*\bexit\b|sed\b[^|]*[0-9;{/]q\b)/,
  "the status of < <(…) is lost": /<\s*<\(/,
  "the status of $(…) in a here-string is lost": /<<<\s*"?\$\(/,
  "the status of $(…) in a loop's list is lost": /\bfor\s+\w+\s+in\b[^;]*\$\((?!compgen\b)/,
  "the status of $(…) in a declaration is lost":
    /\b(?:local|declare|export|readonly)\b[^;|&]*=["']?\$\((?!\()/,
  "a subshell in a condition, where set -e is ignored":
    /\b(?:if|elif|while|until)\s+(?:!\s+)?\((?!\()|!\s+\((?!\()|^\s*\(\s*set -e\b.*\)\s*(?:\|\||&&)/,
};

function formsIn(code: string): string[] {
  return Object.entries(forms).flatMap(([form, pattern]) => (pattern.test(code) ? [form] : []));
}

/** What the usage line must say of a function that is in a condition. */
const saysStatus = /\b(?:true|false|fails?|succeeds|exit code|status|ends? with|nobody|0)\b/i;

/** The first command after one of these words, or before `||` or `&&`, is in a condition. The last one of such a list is not. */
function unsaidIn(code: string, usages: ReadonlyMap<string, string>): string[] {
  const commands = code.replace(/'[^']*'/g, "''"); // what another shell runs is not judged
  const inConditions = [
    ...commands.matchAll(/(?:\b(?:if|elif|while|until)|!)\s+(?:\w+=\$\()?(\w+)/g),
    ...commands.matchAll(/(?:^|[;{]|\bthen|\bdo|\belse)\s*(?:\w+=\$\()?(\w+)\b[^|&;]*\)?\s*(?:\|\||&&)/g),
  ].map(([, name]) => name!);
  if (/\|\| true\b/.test(code)) return []; // the status does not matter, and the line says so
  return [...new Set(inConditions)]
    .filter((name) => usages.has(name) && !saysStatus.test(usages.get(name)!))
    .map((name) => `"${name}" is in a condition: its usage line must say what its status means`);
}

/** The functions of a file that run more than one command, with the comment above each. */
function usagesOf(text: string): Map<string, string> {
  const lines = text.split("\n");
  const usages = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const name = /^(\w+)\(\) \{$/.exec(line)?.[1];
    if (name === undefined || lines[index + 2] === "}") continue;
    const above = lines.slice(0, index);
    const first = above.findLastIndex((each) => !each.startsWith("#")) + 1;
    usages.set(name, above.slice(first).join(" "));
  }
  return usages;
}
