import { ExpressionError } from "./errors.ts";

/** The binary operators. All compare at one level, `&&` binds weaker and `||` weakest. */
export type BinaryOperator = "==" | "!=" | "=~" | "!~" | "&&" | "||";

/** One word of an expression; `offset` counts UTF-16 units from the start of the text. */
export type Token =
  | { readonly type: "open" | "close" | "not"; readonly offset: number }
  | { readonly type: "binary"; readonly operator: BinaryOperator; readonly offset: number }
  | {
      readonly type: "input" | "variable" | "string" | "pattern" | "null" | "boolean";
      readonly text: string;
      readonly offset: number;
    };

/** GitLab gives up at the hundredth token (Lexer::MAX_TOKENS, 18.11). */
const MAX_TOKENS = 100;

/** Splits an expression into tokens. Throws {@link ExpressionError} with GitLab's words. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (let count = 0; count < MAX_TOKENS; count++) {
    offset = skipSpace(expression, offset);
    if (offset >= expression.length) return tokens;
    const [token, end] = scanToken(expression, offset);
    tokens.push(token);
    offset = end;
  }
  throw new ExpressionError("SyntaxError", "Too many tokens!");
}

type TokenMaker = (match: RegExpExecArray, offset: number) => Token;

/** In GitLab's order: the first that matches wins, so `!` comes after `!=` and `!~`. */
const LEXEMES: readonly (readonly [RegExp, TokenMaker])[] = [
  [/\(/y, (_, offset) => ({ type: "open", offset })],
  [/\)/y, (_, offset) => ({ type: "close", offset })],
  [/\$\[\[[ \t\r\n\f\v]*inputs\.([\w-]+)[ \t\r\n\f\v]*\]\]/y, value("input")],
  [/\$(\w+)/y, value("variable")],
  [/"([^"\n]*)"|'([^'\n]*)'/y, value("string")],
  [/(\/(?:[^/]|\\\/)+[^\\]\/[ismU]*)/uy, value("pattern")],
  [/null/y, value("null")],
  [/(true|false)(?![\p{L}\p{M}\p{N}_])/uy, value("boolean")],
  [/==/y, binary("==")],
  [/=~/y, binary("=~")],
  [/!=/y, binary("!=")],
  [/!~/y, binary("!~")],
  [/&&/y, binary("&&")],
  [/\|\|/y, binary("||")],
  [/!/y, (_, offset) => ({ type: "not", offset })],
];

function scanToken(expression: string, offset: number): readonly [Token, number] {
  for (const [pattern, make] of LEXEMES) {
    pattern.lastIndex = offset;
    const match = pattern.exec(expression);
    if (match !== null) return [make(match, offset), pattern.lastIndex];
  }
  throw new ExpressionError("SyntaxError", "Unknown lexeme found!");
}

function value(type: "input" | "variable" | "string" | "pattern" | "null" | "boolean"): TokenMaker {
  return (match, offset) => ({ type, text: match[1] ?? match[2] ?? "", offset });
}

function binary(operator: BinaryOperator): TokenMaker {
  return (_, offset) => ({ type: "binary", operator, offset });
}

function skipSpace(text: string, offset: number): number {
  const space = /[ \t\r\n\f\v]*/y;
  space.lastIndex = offset;
  space.exec(text);
  return space.lastIndex;
}
