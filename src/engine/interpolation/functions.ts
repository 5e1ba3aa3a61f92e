import { GitLabCrash } from "../contract/index.ts";
import { fault } from "../problem/index.ts";
import { type GitLabVersion, isKnownTo } from "../version/index.ts";
import { YamlList, type YamlValue } from "../yaml/index.ts";
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
  readonly apply: (text: string, match: RegExpExecArray, variables: readonly Variable[]) => string | YamlList;
  /** What it gives is no text, so that no function can follow. */
  readonly isLast?: true;
}

/** GitLab's functions (https://docs.gitlab.com/ci/inputs/#specify-functions-to-manipulate-input-values). */
const FUNCTIONS: readonly InterpolationFunction[] = [
  // The closing bracket may be missing, which GitLab accepts.
  {
    name: "truncate",
    pattern: /^truncate\([ \t\r\n\f\v]*(\d+)[ \t\r\n\f\v]*,[ \t\r\n\f\v]*(\d+)[ \t\r\n\f\v]*\)?$/m,
    apply: truncate,
  },
  { name: "expand_vars", pattern: /^expand_vars$/m, apply: expandVariables },
  { name: "posix_escape", pattern: /^posix_escape$/m, apply: escapeForShell },
  { name: "split", pattern: /^split\(\s*'([^']*)'\s*\)$/m, apply: split, isLast: true },
];

/** The names of the functions GitLab knows. */
export const FUNCTION_NAMES: readonly string[] = FUNCTIONS.map(({ name }) => name);

const MOST_FUNCTIONS = 3;

/** Applies the functions behind the pipes of a block, in order. Throws InterpolationError and GitLabCrash. */
export function applyFunctions(
  value: YamlValue,
  expressions: readonly string[],
  variables: readonly Variable[],
  version: GitLabVersion,
): YamlValue {
  if (expressions.length > MOST_FUNCTIONS)
    throw new InterpolationError(fault("functions-many", { most: MOST_FUNCTIONS }));
  const chain = expressions.map((expression) => {
    const found = FUNCTIONS.find(
      ({ name, pattern }) => isKnownTo(version, `function:${name}`) && pattern.test(expression),
    );
    return { expression, found };
  });
  const early = chain.slice(0, -1).find(({ found }) => found?.isLast);
  const faults = [
    ...(early ? [fault("function-not-last", { name: early.found!.name })] : []),
    ...chain
      .filter(({ found }) => found === undefined)
      .map(({ expression }) => fault("function-unknown", { call: expression })),
  ];
  if (faults.length > 0) throw new InterpolationError(...faults);
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

/** Ruby's `text.split(separator)`, each part stripped, empty ones left out; a blank splits at any white space (19.2). */
function split(text: string, [, separator = ""]: RegExpExecArray): YamlList {
  if (separator === "") {
    const why = "invalid argument: separator cannot be empty";
    throw new InterpolationError(fault("function-failed", { name: "split", why }));
  }
  const parts = text.split(separator === " " ? /[\0\t\n\v\f\r ]+/ : separator);
  return new YamlList(parts.map((part) => part.trim()).filter((part) => part !== ""));
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
