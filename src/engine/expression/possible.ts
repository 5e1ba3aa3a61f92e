import { evaluate, isPresent } from "./evaluator.ts";
import type { BinaryOperator } from "./lexer.ts";
import type { Expression } from "./parser.ts";
import { isLiteral } from "./regular-expression.ts";

/** The mark of an unknown text among literals: no literal begins so. */
export function unknownText(name: string): string {
  return `\u0000${name}`;
}

/**
 * A text that is not known before the pipeline runs, such as the name of a branch. Two of one name are the same text;
 * `differsFrom` lists the literals, and the marks of other such texts, that it certainly is not.
 */
export class SomeText {
  readonly name: string;
  readonly mayBeUnset: boolean;
  readonly mayBeBlank: boolean;
  readonly differsFrom: ReadonlySet<string>;

  constructor(
    name: string,
    more: { mayBeUnset?: boolean; mayBeBlank?: boolean; differsFrom?: Iterable<string> } = {},
  ) {
    this.name = name;
    this.mayBeUnset = more.mayBeUnset ?? false;
    this.mayBeBlank = more.mayBeBlank ?? false;
    this.differsFrom = new Set(more.differsFrom);
  }
}

/** What is known of a variable: its text, null where it is not set, or that it has some text. */
export type Possible = string | null | SomeText;

/** Whether a condition holds: whatever the unknown texts are, for none of them, or for some (or it cannot be told). */
export type Certainty = "always" | "never" | "maybe";

/** A value of a part of an expression: one that is known, or some text. */
type Value = { readonly known: unknown } | SomeText;

/** More values than these are taken for anything. */
const MOST_VALUES = 24;

/** Anything at all. */
const anything: readonly Value[] = [
  { known: null },
  { known: true },
  { known: false },
  new SomeText("", { mayBeBlank: true }),
];

/**
 * Judges a parsed condition where some variables are not known. `never` and `always` are certain for every text that the unknown
 * variables may have; inputs may be anything. Throws what `evaluate` throws.
 */
export function certaintyOf(expression: Expression, lookup: (name: string) => Possible): Certainty {
  const values = valuesOf(expression, lookup);
  const present = values.map((value) => presence(value));
  if (present.every((each) => each === "always")) return "always";
  return present.every((each) => each === "never") ? "never" : "maybe";
}

function valuesOf(expression: Expression, lookup: (name: string) => Possible): readonly Value[] {
  switch (expression.type) {
    case "literal":
      return [{ known: expression.value }];
    case "variable":
      return spread(lookup(expression.name));
    case "input":
      return anything;
    case "not":
      return distinct(valuesOf(expression.operand, lookup).flatMap(negated));
    case "binary":
      return bounded(valuesOfBinary(expression, lookup));
  }
}

function spread(possible: Possible): readonly Value[] {
  if (!(possible instanceof SomeText)) return [{ known: possible }];
  return possible.mayBeUnset ? [{ known: null }, possible] : [possible];
}

function negated(value: Value): Value[] {
  const present = presence(value);
  if (present === "maybe") return both;
  return [{ known: present === "never" }];
}

const both: Value[] = [{ known: true }, { known: false }];

function presence(value: Value): Certainty {
  if (value instanceof SomeText) return value.mayBeBlank ? "maybe" : "always";
  return isPresent(value.known) ? "always" : "never";
}

function valuesOfBinary(
  { operator, left, right }: Expression & { type: "binary" },
  lookup: (name: string) => Possible,
): readonly Value[] {
  const lefts = valuesOf(left, lookup);
  if (operator === "&&" || operator === "||") {
    return lefts.flatMap((each) => {
      const goesOn = isTrue(each) === (operator === "&&");
      return goesOn ? valuesOf(right, lookup) : [each];
    });
  }
  const rights = valuesOf(right, lookup);
  return lefts.flatMap((one) => rights.flatMap((other) => compared(operator, one, other)));
}

/** Ruby's truth: any text is true, also an empty one. */
function isTrue(value: Value): boolean {
  return value instanceof SomeText || (value.known !== null && value.known !== false);
}

function compared(operator: BinaryOperator, one: Value, other: Value): Value[] {
  // A text in the place of a pattern is a mistake: nothing is concluded from what GitLab makes of it.
  if (isPatternless(operator, other)) return both;
  if (!(one instanceof SomeText) && !(other instanceof SomeText)) {
    const left = { type: "literal", value: one.known } as Expression;
    const right = { type: "literal", value: other.known } as Expression;
    return [{ known: evaluate({ type: "binary", operator, left, right }, {}) }];
  }
  if (operator === "=~" || operator === "!~") {
    const isWithoutPattern = !(other instanceof SomeText) && !isTrue(other);
    return isWithoutPattern ? [{ known: operator === "!~" }] : both;
  }
  const same = isSame(one, other);
  if (same === undefined) return both;
  return [{ known: same === (operator === "==") }];
}

function isPatternless(operator: BinaryOperator, right: Value): boolean {
  if (right instanceof SomeText || (operator !== "=~" && operator !== "!~")) return false;
  return typeof right.known === "string" && !isLiteral(right.known);
}

/** Whether two values of which one at least is some text are equal; undefined if that cannot be told. */
function isSame(one: Value, other: Value): boolean | undefined {
  if (one instanceof SomeText && other instanceof SomeText) {
    if (one.name !== "" && one.name === other.name) return true;
    return differs(one, other) || differs(other, one) ? false : undefined;
  }
  const [some, { known }] = (one instanceof SomeText ? [one, other] : [other, one]) as [
    SomeText,
    { known: unknown },
  ];
  if (known === null) return false;
  return typeof known === "string" && some.differsFrom.has(known) ? false : undefined;
}

function differs(one: SomeText, other: SomeText): boolean {
  return one.differsFrom.has(unknownText(other.name));
}

function bounded(values: readonly Value[]): readonly Value[] {
  const few = distinct(values);
  return few.length > MOST_VALUES ? anything : few;
}

function distinct(values: readonly Value[]): readonly Value[] {
  const seen = new Set<unknown>();
  return values.filter((value) => {
    const key = value instanceof SomeText ? value : value.known;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Adds the variables of a parsed condition to `texts`, each with the texts that it is compared with; compared variables share theirs. */
export function comparedTexts(expression: Expression, texts: Map<string, Set<string>>): void {
  const textsOf = (name: string) => {
    const known = texts.get(name) ?? new Set<string>();
    texts.set(name, known);
    return known;
  };
  const visit = (node: Expression): void => {
    if (node.type === "not") visit(node.operand);
    if (node.type === "variable") textsOf(node.name);
    if (node.type !== "binary") return;
    visit(node.left);
    visit(node.right);
    const [one, other] = [node.left, node.right].map((side) => operandTexts(side, textsOf));
    for (const text of one ?? []) other?.add(text);
    for (const text of other ?? []) one?.add(text);
  };
  visit(expression);
}

/** The texts of an operand: of a variable those that are known so far, of a literal itself. */
function operandTexts(side: Expression, textsOf: (name: string) => Set<string>): Set<string> | undefined {
  if (side.type === "variable") return textsOf(side.name);
  const isText = side.type === "literal" && typeof side.value === "string" && !isLiteral(side.value);
  return isText ? new Set([side.value as string]) : undefined;
}
