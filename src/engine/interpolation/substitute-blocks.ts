import type { BlockMatch } from "./blocks.ts";
import { rubySubstitute, TextTooLarge } from "./ruby-substitute.ts";

/**
 * Writes the values of blocks into a text. GitLab does it block by block, replacing each wherever it stands, so that a
 * block inside an inserted value is filled too. Throws GitLabCrash, and TextTooLarge beyond `largest` characters.
 */
export function substituteBlocks(
  text: string,
  matches: readonly BlockMatch[],
  replacements: readonly string[],
  largest: number,
): string {
  const between = textsBetween(text, matches);
  // Without a `$` outside of the blocks no new block can come up: one pass does the same, in linear time.
  if (![...between, ...replacements].some((part) => part.includes("$") || part.includes("\\"))) {
    const size = replacements.reduce((sum, { length }) => sum + length, text.length);
    if (size > largest) throw new TextTooLarge();
    return between.map((part, index) => part + (replacements[index] ?? "")).join("");
  }
  return matches.reduce((current, match, index) => {
    return rubySubstitute(current, match.text, replacements[index] ?? "", largest);
  }, text);
}

function textsBetween(text: string, matches: readonly BlockMatch[]): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of matches) {
    parts.push(text.slice(from, match.start));
    from = match.start + match.text.length;
  }
  parts.push(text.slice(from));
  return parts;
}
