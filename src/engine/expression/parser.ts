import { ExpressionError } from "./errors.ts";
import { type BinaryOperator, type Token, tokenize } from "./lexer.ts";
import { compileLiteral, type RegularExpression } from "./regular-expression.ts";

/** A parsed expression. */
export type Expression =
  | { readonly type: "literal"; readonly value: string | boolean | null | RegularExpression }
  | { readonly type: "variable" | "input"; readonly name: string }
  | { readonly type: "not"; readonly operand: Expression }
  | {
      readonly type: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

/**
 * Parses an expression as GitLab does (Pipeline::Expression::Parser, 18.11): into reverse Polish notation first, then
 * into a tree. It accepts a few oddities, such as `()$A` and a trailing `!`. Throws {@link ExpressionError}.
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  if (tokens.length === 0) {
    throw new ExpressionError(
      "StatementError",
      "Gitlab::Ci::Pipeline::Expression::Statement::StatementError",
    );
  }
  return buildTree(toReversePolish(tokens));
}

/** Binds tighter when lower. A closing parenthesis consumes every operator, an opening one is never consumed. */
const PRECEDENCE = { not: 1, "==": 10, "!=": 10, "=~": 10, "!~": 10, "&&": 11, "||": 12 } as const;

function toReversePolish(tokens: readonly Token[]): Token[] {
  const output: Token[] = [];
  const operators: Token[] = [];
  for (const token of tokens) {
    if (token.type === "binary" || token.type === "close") {
      while (consumes(token, operators.at(-1))) output.push(operators.pop()!);
    }
    if (token.type === "close") {
      if (operators.pop() === undefined) throw new ExpressionError("ParseError", "Unmatched parenthesis");
    } else if (token.type === "binary" || token.type === "not" || token.type === "open") {
      operators.push(token);
    } else {
      output.push(token);
    }
  }
  return output.concat(operators.reverse());
}

function consumes(token: Token, waiting: Token | undefined): boolean {
  if (waiting === undefined || waiting.type === "open") return false;
  return token.type === "close" || precedence(token) >= precedence(waiting);
}

function precedence(token: Token): number {
  if (token.type === "binary") return PRECEDENCE[token.operator];
  return PRECEDENCE.not;
}

function buildTree(reversePolish: readonly Token[]): Expression {
  const results: Expression[] = [];
  for (const token of reversePolish) {
    if (token.type === "binary") results.push(buildBinary(token.operator, results));
    else if (token.type === "not")
      results.push({ type: "not", operand: need(results.pop(), "Invalid operand") });
    else results.push(buildValue(token));
  }
  const tree = results.pop();
  if (tree === undefined) throw new ExpressionError("ParseError", "Empty parse tree");
  if (results.length > 0) throw new ExpressionError("ParseError", "Unreachable nodes in parse tree");
  return tree;
}

function buildBinary(operator: BinaryOperator, results: Expression[]): Expression {
  const right = results.pop();
  const left = need(results.pop(), "Invalid left operand");
  return { type: "binary", operator, left, right: need(right, "Invalid right operand") };
}

function need(operand: Expression | undefined, complaint: string): Expression {
  if (operand === undefined) throw new ExpressionError("OperatorError", complaint);
  return operand;
}

function buildValue(token: Token): Expression {
  switch (token.type) {
    case "variable":
    case "input":
      return { type: token.type, name: token.text };
    case "string":
      return { type: "literal", value: token.text };
    case "boolean":
      return { type: "literal", value: token.text === "true" };
    case "null":
      return { type: "literal", value: null };
    case "pattern":
      return { type: "literal", value: buildPattern(token.text) };
    default:
      throw new ExpressionError("ParseError", "Unprocessable token found in parse tree: parenthesis_open");
  }
}

function buildPattern(literal: string): RegularExpression {
  const pattern = patternFrom(literal);
  if (pattern === undefined) throw new ExpressionError("SyntaxError", "Invalid regular expression!");
  return pattern;
}

/** The pattern that a literal or the value of a variable (`/re/`) stands for, with `\/` unescaped; else `undefined`. */
export function patternFrom(literal: string): RegularExpression | undefined {
  return compileLiteral(literal.replaceAll("\\/", "/"));
}
