import { compileLiteral, isValidExpression } from "../engine/expression/index.ts";
import { faultOfPattern } from "./pattern-faults.ts";

/** Slips in a condition, and what puts each right. The first one that a condition has is told. */
const slips: readonly { readonly form: RegExp; readonly cure: (match: RegExpExecArray) => string }[] = [
  { form: /\$\{(\w+)\}/, cure: ([, name]) => `write $${name}, without braces` },
  { form: /\$\(|`/, cure: () => "a condition runs no commands: compare variables" },
  { form: /(?<![=!<>])=(?![=~])/, cure: () => "compare with ==" },
  { form: /===/, cure: () => "compare with ==" },
  { form: /\s(and|AND)\s/, cure: () => "write && for and" },
  { form: /\s(or|OR)\s/, cure: () => "write || for or" },
  { form: /(?:^|\s)(not|NOT)\s/, cure: () => "write ! for not, or != and !~" },
  { form: /(?<!&)&(?!&)/, cure: () => "write && for and" },
  { form: /(?<!\|)\|(?!\|)/, cure: () => "write || for or" },
  { form: /\s-(?:eq|ne|z|n|gt|lt)\s/, cure: () => "write == and !=, which compare texts" },
  {
    form: /[<>]/,
    cure: () => "there is no < or >: conditions compare texts with ==, != and patterns with =~, !~",
  },
  { form: /(?:^|[\s(!])([A-Z][A-Z0-9_]{2,})\b/, cure: ([, name]) => `write $${name}` },
  {
    form: /(?:==|!=)\s*(?!null\b|true\b|false\b)([\w./-]+)/,
    cure: ([, word]) => `quote the text: "${word}"`,
  },
  { form: /[=!]~\s*([\w./-][^\s/]*)/, cure: ([, word]) => `write the pattern between slashes: /${word}/` },
];

/** What is wrong with a condition that GitLab cannot read, as the way out; undefined where no slip is seen. */
export function conditionHint(condition: string): string {
  for (const literal of condition.match(/\/(?:[^/\n]|\\\/)+\/[ismU]*/g) ?? []) {
    const fault =
      compileLiteral(literal) === undefined
        ? faultOfPattern(literal.slice(1, literal.lastIndexOf("/")))
        : undefined;
    if (fault !== undefined) return fault;
  }
  const bare = condition
    .replace(/"[^"\n]*"|'[^'\n]*'/g, '""')
    .replace(/(?<=[=!]~\s*)\/(?:[^/\n]|\\\/)+\/[ismU]*/g, "/x/");
  for (const { form, cure } of slips) {
    const match = form.exec(bare);
    if (match !== null) return cure(match);
  }
  const opened = (condition.match(/["']/g) ?? []).length;
  if (opened % 2 === 1) return "a quote is never closed";
  if (isValidExpression(condition.replace(/[()]/g, " "))) return "each bracket needs its other half";
  return 'compare variables with texts or patterns: $CI_COMMIT_BRANCH == "main", $CI_COMMIT_TAG =~ /^v/';
}
