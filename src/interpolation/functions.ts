import { GitLabCrash } from "../contract/index.ts";
import { fault } from "../problem/index.ts";
import type { YamlValue } from "../yaml/index.ts";
import { InterpolationError } from "./access.ts";
import { rubySubstitute } from "./ruby-substitute.ts";

/** A CI/CD variable as `expand_vars` sees it. */
export interface Variable {
  readonly key: string;
  readonly value: string | null;
  readonly masked?: boolean;
  readonly file?: boolean;
  readonly raw?: boolean;
}

/** One function of a block: what it is called, how it is written, and what it does to a text. */
interface InterpolationFunction {
  readonly name: string;
  readonly pattern: RegExp;
  readonly apply: (text: string, match: RegExpExecArray, variables: readonly Variable[]) => string;
}

/** GitLab 18.11's functions (https://docs.gitlab.com/ci/inputs/#specify-functions-to-manipulate-input-values). */
const FUNCTIONS: readonly InterpolationFunction[] = [
  // The closing bracket may be missing, which GitLab accepts.
  { name: "truncate", pattern: /^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$/m, apply: truncate },
  { name: "expand_vars", pattern: /^expand_vars$/m, apply: expandVariables },
  { name: "posix_escape", pattern: /^posix_escape$/m, apply: escapeForShell },
];

/** The names of the functions GitLab knows. */
export const FUNCTION_NAMES: readonly string[] = FUNCTIONS.map(({ name }) => name);

const MOST_FUNCTIONS = 3;

/** Applies the functions behind the pipes of a block, in order. Throws InterpolationError and GitLabCrash. */
export function applyFunctions(
  value: YamlValue,
  expressions: readonly string[],
  variables: readonly Variable[],
): YamlValue {
  if (expressions.length > MOST_FUNCTIONS)
    throw new InterpolationError(fault("functions-many", { most: MOST_FUNCTIONS }));
  const chain = expressions.map((expression) => {
    const found = FUNCTIONS.find(({ pattern }) => pattern.test(expression));
    return { expression, found };
  });
  const unknown = chain.filter(({ found }) => found === undefined);
  if (unknown.length > 0)
    throw new InterpolationError(
      ...unknown.map(({ expression }) => fault("function-unknown", { call: expression })),
    );
  return chain.reduce((current: YamlValue, { expression, found }) => {
    const { name, pattern, apply } = found!;
    if (typeof current !== "string") throw new InterpolationError(fault("function-value-kind", { name }));
    return apply(current, pattern.exec(expression)!, variables);
  }, value);
}

/** Counts characters as Ruby does, by code point. */
function truncate(text: string, [, offset = "", length = ""]: RegExpExecArray): string {
  const [from, count] = [BigInt(offset), BigInt(length)];
  if (from > LARGEST_LONG || count > LARGEST_LONG) throw new GitLabCrash("a truncate argument beyond 2^63-1");
  return [...text].slice(Number(from), Number(from + count)).join("");
}

const LARGEST_LONG = 2n ** 63n - 1n;

const VARIABLE = /\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)\}|%([a-zA-Z_][a-zA-Z0-9_]*)%/g;

/** Not recursive; names that are not set stay as they are. */
function expandVariables(text: string, _match: RegExpExecArray, variables: readonly Variable[]): string {
  return text.replaceAll(VARIABLE, (whole, plain, braced, percent) => {
    const name = plain ?? braced ?? percent;
    const variable = variables.findLast(({ key }) => key === name);
    if (variable?.masked) {
      const why = "variable expansion error: masked variables cannot be expanded";
      throw new InterpolationError(fault("function-failed", { name: "expand_vars", why }));
    }
    return variable?.value ?? whole;
  });
}

/** Ruby's `Shellwords.shellescape`. */
function escapeForShell(text: string): string {
  if (text === "") return "''";
  const escaped = text.replaceAll(/[^A-Za-z0-9_\-.,:+/@\n]/gu, (character) => `\\${character}`);
  return rubySubstitute(escaped, "\n", "'\n'");
}
