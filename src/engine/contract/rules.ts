import { isValidExpression } from "../expression/index.ts";
import { type Fault, fault } from "../problem/index.ts";
import { type Place, toRubyString, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { equalsInRuby } from "./equality.ts";
import { MOST_OPTIONS, RULE_KEYS } from "./keywords.ts";
import { GitLabCrash } from "./problem.ts";

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

/** What GitLab finds wrong with the rules of an input (18.7). Of a rule that is a list or null it says nothing: see refuseCrash. */
export function checkRules(rules: YamlList): Fault[] {
  return rules.items.flatMap((rule, index) => checkRule(rule, rules.places[index]));
}

/** Throws GitLabCrash for the first rule that is a list or null: GitLab fails with it once nothing else is wrong with the header. */
export function refuseCrash(rules: YamlList): void {
  const index = rules.items.findIndex(isCrash);
  if (index >= 0) throw new GitLabCrash("a rule that is a list or null", rules.places[index]);
}

function isCrash(rule: YamlValue): boolean {
  return rule === null || rule instanceof YamlList;
}

function checkRule(rule: YamlValue, place: Place | undefined): Fault[] {
  if (isCrash(rule)) return [];
  if (!(rule instanceof YamlMap)) return [fault("input-rule-kind", { expected: "should be a hash" }, place)];
  if (rule.size === 0) return [fault("input-rule-kind", { expected: "can't be blank" }, place)];
  const problems = checkKeywords(rule);
  return problems.length > 0 ? problems : checkOptions(rule, place);
}

function checkKeywords(rule: YamlMap): Fault[] {
  const problems: Fault[] = [];
  const unknown = [...rule.entries()].filter(
    ({ key }) => !RULE_KEYS.includes(key as (typeof RULE_KEYS)[number]),
  );
  if (unknown.length > 0) {
    const keys = unknown.map(({ key }) => toRubyString(key));
    problems.push(fault("input-rule-keys-unknown", { keys }, unknown[0]?.keyPlace));
  }
  const condition = rule.entry("if");
  if (condition && condition.value !== null) {
    if (typeof condition.value !== "string" || !isValidExpression(condition.value)) {
      problems.push(fault("input-rule-condition-invalid", {}, condition.valuePlace));
    }
  }
  const options = rule.entry("options");
  if (options && options.value !== null && !(options.value instanceof YamlList)) {
    problems.push(
      fault("input-rule-kind", { of: "options", expected: "should be an array" }, options.valuePlace),
    );
  }
  return problems;
}

function checkOptions(rule: YamlMap, place: Place | undefined): Fault[] {
  const problems: Fault[] = [];
  const options = rule.entry("options");
  const items = options?.value instanceof YamlList ? options.value.items : [];
  if (items.length > MOST_OPTIONS) {
    problems.push(fault("input-rule-options-many", { most: MOST_OPTIONS }, options?.valuePlace));
  }
  const fallback = rule.entry("default");
  if (fallback === undefined) {
    problems.push(fault("input-rule-incomplete", {}, place));
  } else if (items.some(isTruthy) && !items.some((item) => equalsInRuby(item, fallback.value))) {
    const facts = {
      value: toRubyString(fallback.value),
      options: items.map((item) => toRubyString(item)),
    };
    problems.push(fault("input-rule-default-not-option", facts, fallback.valuePlace));
  }
  return problems;
}

/** GitLab asks with Ruby's `any?` whether there are options, for which `[false]` has none. */
function isTruthy(item: YamlValue): boolean {
  return item !== null && item !== false;
}
