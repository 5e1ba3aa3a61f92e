import { posix } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { wholeLineComments } from "./comments.ts";

/** Reads a project file by its path from the project's root, with forward slashes. Undefined when there is none. */
export type ReadFile = (path: string) => string | undefined;

/** One fault in a script or template, placed for the user: `file:line: message`. */
export class EmbedError extends UsageError {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}

/**
 * One script with everything it needs inside: `source` lines are replaced by the sourced file (once each), and
 * `cat` lines by a quoted here-document that holds the file, so that a job can pipe it to a server.
 *
 * Recognised, on a line of its own, is only a path beside the script itself:
 * `source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"` and `cat "${BASH_SOURCE[0]%/*}/../host/release.sh" …`
 * (`. "${0%/*}/…"` in a POSIX sh script). Files that end in `.sh` are bundled in their turn; others are carried as they are.
 *
 * Lines that hold nothing but a comment are for those who read the scripts, and stay there: a job's script travels as one text, for
 * which some runners and shells have no more than 128 KiB. A script's head, from its `#!` line to the first line that is no comment, is
 * kept (it may be its usage text); of a sourced file only a line with its path tells. What a `#!/bin/sh` script says to ShellCheck stays
 * too: it stands in the template as it is, where ShellCheck finds it.
 *
 * @returns the script's text, ending in a line feed, its `#!` line first if it has one.
 * @throws EmbedError with file and line for a missing file, an unreadable form, `$[[` or a carriage return.
 */
export function bundleScript(path: string, read: ReadFile): string {
  const text = read(path);
  if (text === undefined) throw new EmbedError(path, 1, "there is no such script");
  return bundleText(path, text, read, new Set([path]), headLength(text));
}

/** A script as `bundleScript` returns it, without what it sources: for one whose libraries travel by another way. */
export function bundleWithoutSources(path: string, read: ReadFile): string {
  const text = read(path);
  if (text === undefined) throw new EmbedError(path, 1, "there is no such script");
  const sourced = linesOf(text).flatMap((line) => sourceLine.exec(line)?.[1] ?? []);
  return bundleText(path, text, read, new Set(sourced.map((each) => beside(path, each))), headLength(text));
}

/** The first line of a script that stands in a template as it is; a bash script stands in a here-document. */
export const posixShell = /^#!\s*\/bin\/sh\b/;
const scriptFolder = String.raw`"\$\{(?:BASH_SOURCE\[0\]|0)%/\*\}/([^"$]+)"`;
export const sourceLine = new RegExp(String.raw`^\s*(?:source|\.) ${scriptFolder}\s*$`);
export const carryLine = new RegExp(String.raw`^(\s*)cat ${scriptFolder}(.*)$`);
export const otherUse = /\$\{(?:BASH_SOURCE\[0\]|0)%\/\*\}\//;

function bundleText(
  path: string,
  text: string,
  read: ReadFile,
  sourced: Set<string>,
  linesOfHead: number,
): string {
  const place = (index: number, message: string) => new EmbedError(path, index + 1, message);
  const comments = wholeLineComments(text);
  const isLeftOut = (line: string, index: number) => {
    if (index < linesOfHead || (posixShell.test(text) && /^\s*# shellcheck /.test(line))) return false;
    return comments.has(index) || (index === 0 && line.startsWith("#!"));
  };
  const bundled = linesOf(text).flatMap((line, index) => {
    if (isLeftOut(line, index)) return [];
    refuseWhatCannotTravel(line, (message) => place(index, message));
    const source = sourceLine.exec(line);
    if (source) {
      const target = beside(path, source[1]!);
      if (sourced.has(target)) return [];
      sourced.add(target);
      const content = read(target);
      if (content === undefined) throw place(index, `sources "${target}", which does not exist`);
      const inside = bundleText(target, content, read, sourced, 0);
      return ["", `# ${target}`, ...linesOf(inside.replace(/^\n+/, ""))];
    }
    const carry = carryLine.exec(line);
    if (carry) {
      const target = beside(path, carry[2]!);
      const content = read(target);
      if (content === undefined) throw place(index, `carries "${target}", which does not exist`);
      if (carry[3]!.endsWith("\\")) throw place(index, "a carried file's line cannot go on in the next line");
      return hereDocument(`${carry[1]}cat `, target, carriedText(target, content, read), carry[3]!);
    }
    if (otherUse.test(line) && !/^\s*#/.test(line)) {
      throw place(
        index,
        `a path beside the script means nothing in a job; use "source" or "cat" on its own line`,
      );
    }
    return [line];
  });
  return `${bundled.join("\n")}\n`;
}

/** A carried file's text as it travels in a here-document; `.sh` files are bundled in their turn. */
export function carriedText(path: string, text: string, read: ReadFile): string {
  if (path.endsWith(".sh")) return bundleText(path, text, read, new Set([path]), headLength(text));
  for (const [index, line] of linesOf(text).entries()) {
    refuseWhatCannotTravel(line, (message) => new EmbedError(path, index + 1, message));
  }
  return text;
}

/** `command <<'DELIMITER'rest`, the text, the delimiter. Quoted: the shell leaves every character of the text alone. */
export function hereDocument(command: string, path: string, text: string, rest = ""): string[] {
  const lines = linesOf(text);
  const delimiter = delimiterFor(path, lines);
  return [`${command}<<'${delimiter}'${rest}`, ...lines, delimiter];
}

/** The word that ends a here-document of these lines: made from the file's name, and none of the lines. */
export function delimiterFor(path: string, lines: readonly string[]): string {
  let delimiter = `END_OF_${posix
    .basename(path)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "_")}`;
  while (lines.includes(delimiter)) delimiter += "_";
  return delimiter;
}

/** GitLab would interpolate `$[[`, and has no escape for it; a carriage return breaks a here-document's end. */
export function refuseWhatCannotTravel(line: string, place: (message: string) => EmbedError): void {
  if (line.includes("$[[")) throw place('"$[[" would be interpolated by GitLab; write it differently');
  if (line.includes("\r")) throw place("a carriage return; use plain line feeds");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what YAML cannot hold in a block scalar
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/.test(line)) {
    throw place("a control character, which YAML cannot hold; write it as an escape");
  }
}

/** How many lines a script's head has: its `#!` line and the comment that follows. */
export function headLength(text: string): number {
  return linesOf(/^(?:#.*(?:\n|$))*/.exec(text)![0]).length;
}

/** The path of a file named relative to the folder of the script at `path`. */
export function beside(path: string, relative: string): string {
  return posix.normalize(posix.join(posix.dirname(path), relative));
}

/** The lines of a text without the empty one after its last line feed. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
