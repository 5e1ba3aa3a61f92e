import type { Problem } from "../engine/problem/index.ts";
import { listed, meant } from "./nearest.ts";

/** What a value of each type looks like in YAML. */
const FORMS: Readonly<Record<string, string>> = {
  string: 'write a text: "abc"',
  number: "write a number without quotes: 3",
  boolean: "write true or false, without quotes",
  array: "write a list: [a, b]",
};

/** The way out of a value that an input does not take; the words are those of the input that declares what it takes. */
export function inputHint({ code, facts }: Problem): string | undefined {
  switch (code) {
    case "input-default-kind":
    case "input-value-kind":
      return FORMS[(facts as { type: string }).type];
    case "input-default-not-option":
    case "input-value-not-option":
    case "input-rule-default-not-option": {
      const { value, options } = facts as { value: string; options: readonly string[] };
      return meant(value, options) ?? `the options are ${listed(options)}`;
    }
    case "input-default-unmatched":
    case "input-value-unmatched":
      return `the value must match ${(facts as { pattern: string }).pattern}`;
    default:
      return undefined;
  }
}
