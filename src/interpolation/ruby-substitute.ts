import { GitLabCrash } from "../contract/index.ts";

/**
 * Ruby's `text.gsub(search, replacement)` with a text to search for. GitLab fills blocks into longer texts with it, so
 * that backslash sequences in a value are instructions: `\0` and `\&` are the match, `\'` and `` \` `` what stands
 * around it, `\1` to `\9` nothing, `\\` one backslash. Throws GitLabCrash for `\k<name>`.
 */
export function rubySubstitute(text: string, search: string, replacement: string): string {
  if (!replacement.includes("\\")) return text.replaceAll(search, () => replacement);
  return text.replaceAll(search, (match: string, offset: number) =>
    replacement.replaceAll(/\\(?:k<[^>]*>|[\s\S])/g, (sequence) => {
      const character = sequence.charAt(1);
      if (sequence.startsWith("\\k<"))
        throw new GitLabCrash(`undefined group name reference: ${sequence.slice(3, -1)}`);
      if (character === "0" || character === "&") return match;
      if (character === "'") return text.slice(offset + search.length);
      if (character === "`") return text.slice(0, offset);
      if (character >= "1" && character <= "9") return "";
      return character === "\\" ? "\\" : sequence;
    }),
  );
}
