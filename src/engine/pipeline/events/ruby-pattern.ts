import { compilePattern } from "../../expression/index.ts";

/*
 * Regular expressions of `rules:changes:regexp` and `rules:exists:regexp` (19.2), which GitLab hands to Ruby's own engine. They come
 * from the repository, so they are matched by RE2, which is never slow; a lookahead at the start is matched on its own.
 */

/** Tells whether a path matches. What RE2 cannot express at all counts as a match, as GitLab takes changes that it does not know. */
export function compileRubyPattern(source: string): (path: string) => boolean {
  const [, anchor, sign, inner, rest] = /^(\\A|\^)\(\?([=!])((?:[^()\\]|\\.)*)\)(.*)$/s.exec(source) ?? [];
  if (anchor !== undefined) {
    const ahead = compileForRe2(`^(?:${inner})`);
    const behind = compileForRe2(`^(?:${rest})`);
    if (ahead && behind) return (path) => ahead(path) === (sign === "=") && behind(path);
  }
  return compileForRe2(source) ?? (() => true);
}

/** What is wrong with the syntax, in Ruby's words as far as they are known; undefined where it is right. */
export function rubyPatternProblem(source: string): string | undefined {
  if (compileForRe2(source) !== undefined) return undefined;
  const translated = source
    .replace(/\\[AzZhHRXKGp]/g, ".")
    .replace(/\(\?[a-z]*(?:-[a-z]+)?\)/g, "")
    .replace(/\(\?(?:>|[a-z]*(?:-[a-z]+)?:)/g, "(?:")
    .replace(/([*+?}])\+/g, "$1");
  try {
    // Only its syntax is looked at: it is never run.
    new RegExp(translated);
    return undefined;
  } catch {
    return faultOf(source);
  }
}

function compileForRe2(source: string): ((path: string) => boolean) | undefined {
  const pattern = compilePattern(source.replace(/\\Z/g, "\\z"));
  return pattern && ((path) => pattern.matches(path));
}

function faultOf(source: string): string {
  const bare = source.replace(/\\./gs, "");
  const withoutClasses = bare.replace(/\[\^?\]?[^\]]*\]/g, "");
  if (withoutClasses.includes("[")) return "premature end of char-class";
  const opened = withoutClasses.split("(").length;
  const closed = withoutClasses.split(")").length;
  if (opened > closed) return "end pattern with unmatched parenthesis";
  if (closed > opened) return "unmatched close parenthesis";
  return /^[*+?]/.test(withoutClasses) ? "target of repeat operator is not specified" : "invalid pattern";
}
