/** Why an expression is not valid, by the class of the error in GitLab (lib/gitlab/ci/pipeline/expression, 18.11). */
type ExpressionErrorKind = "SyntaxError" | "ParseError" | "OperatorError" | "StatementError";

/** GitLab says that the expression is not valid. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly kind: ExpressionErrorKind;

  constructor(kind: ExpressionErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** GitLab itself fails on the expression, with this exception: its users see a server error. */
export class UnhandledError extends Error {
  override readonly name = "UnhandledError";
}
