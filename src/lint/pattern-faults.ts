/** Why RE2 does not take a pattern, in one clause; undefined where the reason is not seen. */
export function faultOfPattern(pattern: string): string | undefined {
  const bare = pattern.replace(/\\Q[\s\S]*?(?:\\E|$)/g, "").replace(/\[(?:\\.|\^?\]?[^\]\\])*?\]/g, "[]");
  const group = /\(\?(?!:|P?<\w|[imsU-]*[:)])(?:<?[=!]|>|#|\||\w)?/.exec(bare)?.[0];
  if (group !== undefined)
    return /[=!]/.test(group) ? `RE2 has no lookahead or lookbehind: "${group}"` : `RE2 knows no "${group}"`;
  const back = /(?<!\\)(?:\\\\)*(\\[1-9]|\\k<)/.exec(bare)?.[1];
  if (back !== undefined) return `RE2 has no back references: "${back}"`;
  const twice = /(?<!\\)[*+?}][*+]/.exec(bare)?.[0];
  if (twice !== undefined) return `"${twice}" repeats what is repeated already`;
  if (/^[*+?]|[(|][*+?](?!\w|:|<)/.test(bare.replace(/\(\?/g, "(")))
    return "there is nothing before the first * or + that it could repeat";
  const unclosed = unclosedBracket(pattern);
  return unclosed === undefined ? undefined : unclosed;
}

function unclosedBracket(pattern: string): string | undefined {
  let depth = 0;
  let isInClass = false;
  for (const token of pattern.match(/\\[\s\S]|[\s\S]/g) ?? []) {
    if (isInClass) isInClass = token !== "]";
    else if (token === "[") isInClass = true;
    else if (token === "(") depth++;
    else if (token === ")") depth--;
    if (depth < 0) return '")" closes nothing';
  }
  if (isInClass) return '"[" is never closed';
  return depth > 0 ? '"(" is never closed' : undefined;
}

/** A pattern that is written with the slashes of other languages, without them; undefined for any other. */
export function withoutSlashes(pattern: string): string | undefined {
  return /^\/(.+)\/[imsUgx]*$/s.exec(pattern)?.[1];
}
