import { GitLabCrash } from "../contract/index.ts";

/** The text would grow beyond what it may. */
export class TextTooLarge extends Error {
  override readonly name = "TextTooLarge";
}

/**
 * Ruby's `text.gsub(search, replacement)` with a text to search for. GitLab fills blocks into longer texts with it, so
 * that backslash sequences in a value are instructions: `\0` and `\&` are the match, `\'` and `` \` `` what stands
 * around it, `\1` to `\9` nothing, `\\` one backslash. Throws GitLabCrash for `\k<name>`, TextTooLarge beyond `largest`
 * characters.
 */
export function rubySubstitute(
  text: string,
  search: string,
  replacement: string,
  largest = Number.POSITIVE_INFINITY,
): string {
  let found = text.indexOf(search);
  if (found === -1) return text;
  const pieces = replacement.includes("\\") ? parseReplacement(replacement) : [replacement];
  const parts: string[] = [];
  let size = 0;
  const push = (part: string) => {
    size += part.length;
    if (size > largest) throw new TextTooLarge();
    parts.push(part);
  };
  let from = 0;
  for (; found !== -1; found = text.indexOf(search, from)) {
    push(text.slice(from, found));
    from = found + search.length;
    for (const piece of pieces) push(typeof piece === "string" ? piece : piece(text, found, search));
  }
  push(text.slice(from));
  return parts.join("");
}

/** A literal stretch, or what depends on the place of the match. */
type Piece = string | ((text: string, start: number, match: string) => string);

function parseReplacement(replacement: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: sequence, index } of replacement.matchAll(/\\(?:k<[^>]*>|[\s\S])/g)) {
    pieces.push(replacement.slice(from, index), pieceOf(sequence));
    from = index + sequence.length;
  }
  pieces.push(replacement.slice(from));
  return pieces;
}

function pieceOf(sequence: string): Piece {
  const character = sequence.charAt(1);
  if (sequence.startsWith("\\k<")) {
    throw new GitLabCrash(`undefined group name reference: ${sequence.slice(3, -1)}`);
  }
  if (character === "0" || character === "&") return (_text, _start, match) => match;
  if (character === "'") return (text, start, match) => text.slice(start + match.length);
  if (character === "`") return (text, start) => text.slice(0, start);
  if (character >= "1" && character <= "9") return "";
  return character === "\\" ? "\\" : sequence;
}
