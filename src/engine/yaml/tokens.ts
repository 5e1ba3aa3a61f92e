/** A spot in the text as libyaml counts it: `index` and `column` in code points from 0, `line` from 0; `offset` is ours (UTF-16). */
export interface Mark {
  readonly offset: number;
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export type TokenKind =
  | "stream-end"
  | "version-directive"
  | "tag-directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export interface Token {
  readonly kind: TokenKind;
  readonly start: Mark;
  readonly end: Mark;
  /** Scalar text, anchor or alias name, tag suffix, directive's prefix. */
  readonly value: string;
  /** Tag handle of tags and %TAG directives. */
  readonly handle: string;
  /** Only scalars: written without quotes and not as a block. */
  readonly plain: boolean;
}

/** A fault in the text, with libyaml's own wording and the two spots it names. */
export class YamlSyntaxError extends Error {
  override readonly name = "YamlSyntaxError";
  readonly problem: string;
  readonly context: string | undefined;
  readonly contextMark: Mark | undefined;
  /** Where the fault is, for people. */
  readonly problemMark: Mark;

  constructor(problem: string, problemMark: Mark, context?: string, contextMark?: Mark) {
    // Psych prints the context's spot, which is 1:1 where libyaml gives none.
    const { line, column } = contextMark ?? { line: 0, column: 0 };
    const text = context === undefined ? problem : `${problem} ${context}`;
    super(`(<unknown>): ${text} at line ${line + 1} column ${column + 1}`);
    this.problem = problem;
    this.context = context;
    this.contextMark = contextMark;
    this.problemMark = problemMark;
  }
}
