/**
 * The language of `rules:if`, `workflow:rules`, `include:rules`, `only:variables` and the rules of inputs, as GitLab 18.11
 * judges it (https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions).
 */
import { ExpressionError, UnhandledError } from "./errors.ts";
import { type ExpressionContext, evaluate, isPresent } from "./evaluator.ts";
import { type Token, tokenize } from "./lexer.ts";
import { type Expression, parseExpression } from "./parser.ts";
import { type Certainty, certaintyOf, comparedTexts, type Possible } from "./possible.ts";

export type { ExpressionContext, VariableLookup } from "./evaluator.ts";
export type { Token } from "./lexer.ts";
export { type Certainty, type Possible, SomeText, unknownText } from "./possible.ts";
export { compileLiteral, compilePattern, isLiteral, RegularExpression } from "./regular-expression.ts";

/** What became of an expression. */
export interface ExpressionResult {
  /** GitLab accepts the syntax and could evaluate it with these variables. */
  readonly valid: boolean;
  /** The condition holds. An expression that is not valid never holds. */
  readonly truthy: boolean;
  /** The value when valid: text, boolean, null, a `RegularExpression` or an input's value. */
  readonly value?: unknown;
  /** Why it is not valid, `<class of GitLab's error>: <its message>`. */
  readonly reason?: string;
  /** GitLab itself fails with this exception. */
  readonly unhandled?: string;
}

/** Evaluates an expression. Never throws: what is wrong stands in the result. */
export function evaluateExpression(text: string, context: ExpressionContext = {}): ExpressionResult {
  try {
    const value = evaluate(parsed(text), context);
    return { valid: true, truthy: isPresent(value), value };
  } catch (error) {
    if (error instanceof UnhandledError) return { valid: false, truthy: false, unhandled: error.message };
    if (!(error instanceof ExpressionError)) throw error;
    return { valid: false, truthy: false, reason: `${error.kind}: ${error.message}` };
  }
}

/** Whether GitLab's linter accepts an expression: its syntax, and its evaluation with no variable set. */
export function isValidExpression(text: string): boolean {
  return evaluateExpression(text).valid;
}

/** Whether a condition holds; one that is not valid does not. */
export function conditionHolds(text: string, context: ExpressionContext): boolean {
  return evaluateExpression(text, context).truthy;
}

/**
 * Whether a condition holds where some variables are not known: `never` only if it is false for all texts that they may have.
 * One that is not valid, or on which GitLab fails, is `maybe`: other messages tell of it.
 */
export function conditionCertainty(text: string, lookup: (name: string) => Possible): Certainty {
  try {
    return certaintyOf(parsed(text), lookup);
  } catch (error) {
    if (error instanceof UnhandledError || error instanceof ExpressionError) return "maybe";
    throw error;
  }
}

/** The variables that some conditions read, each with the texts that it is compared with. Conditions that are not valid have none. */
export function comparedTextsOf(conditions: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const texts = new Map<string, Set<string>>();
  for (const condition of conditions) {
    try {
      comparedTexts(parsed(condition), texts);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  }
  return texts;
}

/** The words of an expression with their offsets; none when GitLab cannot read it. */
export function tokensOf(text: string): readonly Token[] {
  try {
    parsed(text);
    return tokenize(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [];
  }
}

/** The names of the inputs that an expression reads, each once, in order; none when it cannot be parsed. */
export function inputNamesOf(text: string): string[] {
  return namesOf(text, "input");
}

/** The names of the variables that an expression reads, each once, in order; none when it cannot be parsed. */
export function variableNamesOf(text: string): string[] {
  return namesOf(text, "variable");
}

function namesOf(text: string, type: "input" | "variable"): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.type === "binary") {
      visit(node.left);
      visit(node.right);
    } else if (node.type === "not") visit(node.operand);
    else if (node.type === type) names.add(node.name);
  };
  try {
    visit(parsed(text));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
  return [...names];
}

/** Parsed expressions are kept: the same condition stands in many jobs. */
const kept = new Map<string, Expression | ExpressionError>();
const KEPT_EXPRESSIONS = 5000;

function parsed(text: string): Expression {
  let entry = kept.get(text);
  if (entry === undefined) {
    entry = parseOrError(text);
    if (kept.size >= KEPT_EXPRESSIONS) kept.clear();
    kept.set(text, entry);
  }
  if (entry instanceof ExpressionError) throw entry;
  return entry;
}

function parseOrError(text: string): Expression | ExpressionError {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}
