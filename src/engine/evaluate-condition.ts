import {
  evaluateExpression,
  isValidExpression,
  RegularExpression,
  type VariableLookup,
} from "./expression/index.ts";

/** What GitLab makes of one condition. */
export interface ConditionVerdict {
  /** The syntax is right and it could be evaluated with these variables. */
  readonly valid: boolean;
  /** The condition holds. One that is not valid never holds. */
  readonly value: boolean;
  /** What GitLab's linter says of the expression alone, with no variable set. */
  readonly lintValid: boolean;
  /** What the expression evaluates to, when valid: text, boolean, null, an input's value, or `{"!regex": source}`. */
  readonly result?: unknown;
  /** Why it is not valid: `<class of GitLab's error>: <its message>`. Absent where GitLab itself fails. */
  readonly reason?: string;
}

/**
 * Evaluates a condition of `rules:if`, `workflow:rules:if`, `include:rules:if` or of an input's rule, as GitLab 18.11 does.
 * `inputs` are what `$[[ inputs.name ]]` stands for; they exist in the rules of inputs only. Never throws.
 */
export function evaluateCondition(
  expression: string,
  variables: VariableLookup = {},
  inputs: Readonly<Record<string, unknown>> = {},
): ConditionVerdict {
  const { valid, truthy, value, reason } = evaluateExpression(expression, { variables, inputs });
  return {
    valid,
    value: truthy,
    lintValid: isValidExpression(expression),
    ...(valid && { result: value instanceof RegularExpression ? { "!regex": value.source } : value }),
    ...(reason !== undefined && { reason }),
  };
}
