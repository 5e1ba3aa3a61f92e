import { UnhandledError } from "./errors.ts";
import { type Expression, patternFrom } from "./parser.ts";
import { RegularExpression } from "./regular-expression.ts";

/** What `$NAME` and `$[[ inputs.name ]]` stand for. A name that is missing has the value null. */
export interface ExpressionContext {
  readonly variables?: VariableLookup;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Variables by name; a `Map` or a plain object. Values are text; null and undefined count as not set. */
export type VariableLookup =
  | ReadonlyMap<string, string | null>
  | Readonly<Record<string, string | null | undefined>>;

/**
 * The value of an expression: text, boolean, null, a {@link RegularExpression}, or an input's value.
 * Throws {@link UnhandledError} where GitLab itself fails (for example `$A =~ true`).
 */
export function evaluate(expression: Expression, context: ExpressionContext): unknown {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "variable":
      return variableValue(context.variables, expression.name);
    case "input":
      return inputValue(context.inputs, expression.name);
    case "not":
      return !isPresent(evaluate(expression.operand, context));
    case "binary":
      return evaluateBinary(expression, context);
  }
}

/** Rails' `present?`: null, false, empty or blank text and empty collections are absent; the number 0 is present. */
export function isPresent(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false;
  if (typeof value === "string") return !/^[\s\u0085]*$/u.test(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof RegularExpression) return true;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function evaluateBinary(expression: Expression & { type: "binary" }, context: ExpressionContext): unknown {
  const left = evaluate(expression.left, context);
  if (expression.operator === "&&") return isTrue(left) ? evaluate(expression.right, context) : left;
  if (expression.operator === "||") return isTrue(left) ? left : evaluate(expression.right, context);
  const right = evaluate(expression.right, context);
  switch (expression.operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "=~":
      return isTrue(right) && matches(left, right);
    case "!~":
      return !isTrue(right) || !matches(left, right);
  }
}

/** Ruby's truth: only nil and false are false, so an empty string goes on to the right side of `&&`. */
function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}

/** A boolean equals the text of the same spelling (18.11). */
function isEqual(left: unknown, right: unknown): boolean {
  if (left instanceof RegularExpression) {
    if (!(right instanceof RegularExpression)) throw new UnhandledError("NoMethodError");
    return left.source === right.source;
  }
  if (typeof left === "boolean" && typeof right === "string") return String(left) === right;
  if (typeof left === "string" && typeof right === "boolean") return left === String(right);
  if (typeof left !== "object" || typeof right !== "object") return left === right;
  return process.getBuiltinModule("node:util").isDeepStrictEqual(left, right);
}

/**
 * A pattern is searched in the text. Text on the right that is no `/pattern/` is not a pattern: GitLab then searches
 * the left side **in it** (Ruby's `String#scan` with the sides exchanged), so `"a" =~ "bab"` holds.
 */
function matches(left: unknown, right: unknown): boolean {
  const text = asText(left);
  if (right instanceof RegularExpression) return right.matches(text);
  if (typeof right !== "string") throw new UnhandledError("NoMethodError");
  const pattern = patternFrom(right);
  return pattern === undefined ? right.includes(text) : pattern.matches(text);
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" && !(value instanceof RegularExpression)
    ? JSON.stringify(value)
    : String(value);
}

function variableValue(variables: VariableLookup | undefined, name: string): string | null {
  if (variables === undefined) return null;
  if (variables instanceof Map) return variables.get(name) ?? null;
  const record = variables as Readonly<Record<string, string | null | undefined>>;
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}

function inputValue(inputs: ExpressionContext["inputs"], name: string): unknown {
  return inputs !== undefined && Object.hasOwn(inputs, name) ? (inputs[name] ?? null) : null;
}
