/** One `$[[ … ]]` in a text. */
export interface BlockMatch {
  /** The block as written, brackets included. */
  readonly text: string;
  /** What stands inside, without surrounding white space. */
  readonly data: string;
  readonly start: number;
}

const OPEN = "$[[";
const CLOSE = "]]";

/**
 * Finds the blocks of a text, as GitLab's pattern does: at least two characters inside, none of them a line break.
 * Written out by hand, so that a text full of unclosed brackets takes linear time.
 */
export function findBlocks(text: string): BlockMatch[] {
  const blocks: BlockMatch[] = [];
  let start = text.indexOf(OPEN);
  while (start !== -1) {
    const block = matchBlock(text, start);
    if (block === "unclosed") break;
    if (block !== undefined) blocks.push(block);
    start = text.indexOf(OPEN, block === undefined ? start + 1 : start + block.text.length);
  }
  return blocks;
}

function matchBlock(text: string, start: number): BlockMatch | "unclosed" | undefined {
  let from = start + OPEN.length;
  while (isSpace(text.charCodeAt(from))) from++;
  const lineEnd = text.indexOf("\n", from);
  for (let close = text.indexOf(CLOSE, from + 1); ; close = text.indexOf(CLOSE, close + 1)) {
    if (close === -1) return lineEnd === -1 ? "unclosed" : undefined;
    let end = close;
    while (isSpace(text.charCodeAt(end - 1))) end--;
    if (lineEnd !== -1 && end > lineEnd) return undefined;
    if (end - from >= 2)
      return { text: text.slice(start, close + CLOSE.length), data: text.slice(from, end), start };
  }
}

/** RE2's `\s`. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
}
