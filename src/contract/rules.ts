import { isValidExpression } from "../expression/index.ts";
import { type Place, toRubyString, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { equalsInRuby } from "./equality.ts";
import { MOST_OPTIONS, RULE_KEYS } from "./header.ts";
import { GitLabCrash } from "./problem.ts";

/** What is wrong with a rule, in GitLab's words. */
interface RuleProblem {
  readonly message: string;
  readonly place: Place | undefined;
}

/** The first rule of an input whose condition holds, or that has none. */
export function findRule(rules: YamlList, holds: (condition: string) => boolean): YamlMap | undefined {
  for (const rule of rules.items) {
    if (!(rule instanceof YamlMap)) continue;
    const condition = rule.get("if");
    if (condition === undefined || condition === null || condition === false) return rule;
    if (typeof condition === "string" && holds(condition)) return rule;
  }
  return undefined;
}

/** What GitLab finds wrong with the rules of an input (18.7). Throws GitLabCrash for rules that are lists or null. */
export function checkRules(rules: YamlList): RuleProblem[] {
  return rules.items.flatMap((rule, index) => checkRule(rule, rules.places[index]));
}

function checkRule(rule: YamlValue, place: Place | undefined): RuleProblem[] {
  if (rule === null || rule instanceof YamlList)
    throw new GitLabCrash("a rule that is a list or null", place);
  if (!(rule instanceof YamlMap)) return [{ message: "should be a hash", place }];
  if (rule.size === 0) return [{ message: "can't be blank", place }];
  const problems = checkKeywords(rule);
  return problems.length > 0 ? problems : checkOptions(rule, place);
}

function checkKeywords(rule: YamlMap): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const unknown = [...rule.entries()].filter(
    ({ key }) => !RULE_KEYS.includes(key as (typeof RULE_KEYS)[number]),
  );
  if (unknown.length > 0) {
    const names = unknown.map(({ key }) => toRubyString(key)).join(", ");
    problems.push({ message: `contains unknown keys: ${names}`, place: unknown[0]?.keyPlace });
  }
  const condition = rule.entry("if");
  if (condition && condition.value !== null) {
    if (typeof condition.value !== "string" || !isValidExpression(condition.value)) {
      problems.push({ message: "if invalid expression syntax", place: condition.valuePlace });
    }
  }
  const options = rule.entry("options");
  if (options && options.value !== null && !(options.value instanceof YamlList)) {
    problems.push({ message: "options should be an array", place: options.valuePlace });
  }
  return problems;
}

function checkOptions(rule: YamlMap, place: Place | undefined): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const options = rule.entry("options");
  const items = options?.value instanceof YamlList ? options.value.items : [];
  if (items.length > MOST_OPTIONS) {
    problems.push({ message: `cannot define more than ${MOST_OPTIONS} options`, place: options?.valuePlace });
  }
  const fallback = rule.entry("default");
  if (fallback === undefined) {
    problems.push({ message: "rule must define 'options' with at least one value and a 'default'", place });
  } else if (items.length > 0 && !items.some((item) => equalsInRuby(item, fallback.value))) {
    const message = `default '${toRubyString(fallback.value)}' must be one of the options`;
    problems.push({ message, place: fallback.valuePlace });
  }
  return problems;
}
