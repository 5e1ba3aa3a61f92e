import type { At } from "../diagnostic.ts";
import type { Script } from "./scripts.ts";

/** A place where `set -eo pipefail` does what the author did not mean. */
export interface StrictTrap {
  readonly at: At | undefined;
  readonly message: string;
  readonly hint: string;
}

/** The status of the last command is asked for where it can only be 0. */
const status =
  /^\s*(?:if\s+(?:\[\[?|test)\s+["']?\$\{?\?|(?:\[\[?|test)\s+["']?\$\{?\?|if\s*\(\(\s*\$\?|(?:\w+)=["']?\$\?["']?\s*(?:;|$))/;

/** `((n++))`, `((n--))`, `let n++`: the value before is what counts. */
const increment = /^\s*(?:\(\(\s*(\w+)(?:\+\+|--)\s*\)\)|let\s+["']?(\w+)(?:\+\+|--)["']?)\s*(?:;|$|#)/;

/** A test, and a command that runs where it holds. */
const tested = /^\s*(?:\[\s.*\s\]|\[\[\s.*\s\]\]|test\s+[^&|;]+)\s*&&\s*(?!.*(?:\|\||&&\s*exit|;))\S.*$/;

/** Lists the traps in a script. Where the script leaves strict mode, it knows what it does. */
export function strictTraps(script: Script): StrictTrap[] {
  const lines = script.text.replace(/\n$/, "").split("\n");
  if (/\bset\s+\+\w*e|\bset\s+\+o\s+errexit/.test(script.text) || hasHereDocument(script.text)) return [];
  const traps: StrictTrap[] = [];
  const tell = (index: number, message: string, hint: string) => {
    const line = lines[index] ?? "";
    const from = line.length - line.trimStart().length + 1;
    traps.push({ at: script.at(index + 1, from, index + 1, line.length + 1), message, hint });
  };
  for (const [index, line] of lines.entries()) {
    const before = previous(lines, index);
    if (status.test(line) && before !== undefined && isPlainCommand(before))
      tell(
        index,
        "this is always 0: where the command before fails, the job has ended",
        "test the command itself: if ! command; then …, or command || status=$?",
      );
    const counter = increment.exec(line);
    const name = counter?.[1] ?? counter?.[2];
    if (name !== undefined && new RegExp(`(?:^|[\\s;])${name}=["']?0["']?(?:[\\s;]|$)`).test(script.text))
      tell(
        index,
        `this ends the job where "${name}" is 0: the command's value is then 0, which is a failure`,
        `write ${name}=$((${name} + 1))`,
      );
  }
  const last = lines.findLastIndex((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  if (last >= 0 && tested.test(lines[last] ?? "") && !continues(lines[last - 1]))
    tell(
      last,
      "the job fails where this test does not hold: the last command's status is the job's",
      "write if …; then …; fi",
    );
  return traps;
}

/** A here-document holds lines that are no commands of this script. */
function hasHereDocument(text: string): boolean {
  return /<<-?\s*["'\\]?\w/.test(text);
}

function previous(lines: readonly string[], index: number): string | undefined {
  return lines.slice(0, index).findLast((line) => line.trim() !== "" && !line.trim().startsWith("#"));
}

/** A simple command at the top level, whose failure nothing catches. */
function isPlainCommand(line: string): boolean {
  if (
    /\|\||&&|(?:^|[\s;])(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|function|return|trap|!)(?:[\s;]|$)|[{}()&]\s*$|;;|\\$|^\s*[|&]|<<|\)\s*$/.test(
      line,
    )
  )
    return false;
  return /^\s*(?:\w+=\S*\s+)*[\w./$"'{-]/.test(line) && !/^\s*["']/.test(line);
}

function continues(line: string | undefined): boolean {
  return line !== undefined && /(?:\\|&&|\|\|?)\s*$/.test(line);
}
