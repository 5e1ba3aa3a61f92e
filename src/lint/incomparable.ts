import { type Comparison, textOf } from "./conditions.ts";

/** Variables that hold the name of a branch or a tag. */
const refs =
  /^CI_(?:COMMIT_(?:BRANCH|TAG|REF_NAME)|DEFAULT_BRANCH|MERGE_REQUEST_(?:SOURCE|TARGET)_BRANCH_NAME)$/;

/** What git lets no name of a branch or tag hold (git-check-ref-format). */
const notInRefs = /[\s~^:?*[\\]/;

/** What is wrong with a comparison that can never hold, or always does; undefined for any other. */
export function incomparable({
  left,
  operator,
  right,
}: Comparison): { message: string; hint: string } | undefined {
  const text = textOf(right) ?? "";
  const name = left.type === "variable" ? `$${left.text}` : "…";
  const isEqual = operator === "==" || operator === "!=";
  const same = operator === "==" || operator === "=~";
  const ever = same ? "never holds" : "always holds";
  const quoted = [left, right].find((side) => side.type === "string" && /^\$\w+$/.test(side.text));
  if (quoted !== undefined && left.type === "string" && right.type === "string")
    return {
      message: `"${textOf(quoted)}" in quotes is a text, not the variable, so this ${ever}`,
      hint: `write ${textOf(quoted)} without quotes`,
    };
  if (isEqual && right.type === "pattern")
    return {
      message: `"${operator}" compares with no pattern, so this ${ever}`,
      hint: `write ${name} ${same ? "=~" : "!~"} ${text}`,
    };
  if (isEqual && right.type === "string" && /^\/.*[\^$\\|[].*\/[ismU]*$/.test(text))
    return {
      message: `"${operator}" compares with the text "${text}", slashes included, so this ${ever}`,
      hint: `write ${name} ${same ? "=~" : "!~"} ${text}, without quotes`,
    };
  if (
    isEqual &&
    right.type === "string" &&
    left.type === "variable" &&
    refs.test(left.text) &&
    notInRefs.test(text)
  )
    return {
      message: `no branch or tag can be called "${text}", so this ${ever}`,
      hint: `"${operator}" knows no wildcards: write ${name} ${same ? "=~" : "!~"} ${patternOf(text)}`,
    };
  if (!isEqual && right.type === "string" && !/^\/.*\/[ismU]*$/s.test(text))
    return {
      message: `"${operator}" takes a pattern between slashes, so this ${ever}`,
      hint: `write ${name} ${operator} /${text.replace(/(?<!\\)\//g, "\\/")}/, or ${name} ${same ? "==" : "!="} "${text}"`,
    };
  return undefined;
}

/** A wildcard as the pattern that was probably meant. */
function patternOf(wildcard: string): string {
  return `/^${wildcard.replace(/[.+^$|()[\]\\/]/g, "\\$&").replaceAll("*", ".*")}$/`;
}
