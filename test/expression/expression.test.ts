import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileLiteral,
  compilePattern,
  evaluateExpression,
  inputNamesOf,
  variableNamesOf,
} from "../../src/engine/expression/index.ts";
import { evaluateCondition } from "../../src/index.ts";

const variables = { A: "a", PATH: "a/b/c", EMPTY: "", PATTERN: "/^A/i", TRUE: "true" };

describe("conditions", () => {
  it.each([
    ['$A == "a"', true],
    ["$UNSET == null", true],
    ['$EMPTY && "x"', true],
    ["$EMPTY", false],
    ["$PATH =~ /^a\\/b/", true],
    ["$A =~ $PATTERN", true],
    ["!$UNSET && $TRUE == true", true],
    ['$A == "x" || $A == "a" && $TRUE == "true"', true],
    ['$A =~ "bab"', true],
  ])("%s", (expression, holds) => {
    expect(evaluateCondition(expression, variables)).toMatchObject({ valid: true, value: holds });
  });

  it.each([
    ["$A = 5", "SyntaxError: Unknown lexeme found!"],
    ["$A =~ /(a/", "SyntaxError: Invalid regular expression!"],
    ["$A =~ /(?=aa)/", "SyntaxError: Invalid regular expression!"],
    ["$A &&", "OperatorError: Invalid left operand"],
    ["$A $A", "ParseError: Unreachable nodes in parse tree"],
    ["($A", "ParseError: Unprocessable token found in parse tree: parenthesis_open"],
    ["$A)", "ParseError: Unmatched parenthesis"],
    ["!".repeat(100), "SyntaxError: Too many tokens!"],
  ])("%s is refused in GitLab's words", (expression, reason) => {
    expect(evaluateCondition(expression, variables)).toEqual({
      valid: false,
      value: false,
      lintValid: false,
      reason,
    });
  });

  it("reads inputs by name", () => {
    expect(evaluateCondition('$[[ inputs.target ]] == "server"', {}, { target: "server" }).value).toBe(true);
    expect(inputNamesOf("$[[ inputs.a ]] == $B && !$[[inputs.c-d]]")).toEqual(["a", "c-d"]);
    expect(variableNamesOf("$A && ($B || $A)")).toEqual(["A", "B"]);
  });

  it("compiles patterns as RE2 does: unanchored, no lookaround, no back references", () => {
    expect(compilePattern("b+")?.matches("abbc")).toBe(true);
    expect(compilePattern("(?=a)")).toBeUndefined();
    expect(compilePattern("(a)\\1")).toBeUndefined();
    expect(compileLiteral("/B/i")?.matches("abc")).toBe(true);
    expect(compileLiteral("B")).toBeUndefined();
  });

  it("does not find names in the prototype of an object", () => {
    expect(evaluateCondition("$constructor", {}).value).toBe(false);
    expect(evaluateCondition("$[[ inputs.__proto__ ]]", {}).value).toBe(false);
  });

  it("answers hostile text at once", () => {
    const started = process.cpuUsage();
    evaluateExpression(`$A =~ /${"(a*)*".repeat(2000)}b/`, { variables: { A: "a".repeat(2000) } });
    evaluateExpression(`$A =~ /${"x".repeat(2_000_000)}`);
    evaluateExpression(`${"(".repeat(100_000)}$A`);
    evaluateExpression("$A =~ /((((a{30}){30}){30}){30}){30}/", { variables });
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });

  it("never fails on any text (fixed seed)", () => {
    const words = fc.constantFrom(
      "$A",
      '"a"',
      "/ab/",
      "(",
      ")",
      "!",
      "==",
      "=~",
      "!~",
      "&&",
      "||",
      "null",
      "true",
      " ",
      "/",
      "$[[ inputs.x ]]",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(" ")),
    );
    fc.assert(
      fc.property(text, (expression) => {
        const { valid, truthy, reason, unhandled } = evaluateExpression(expression, { variables });
        expect(valid ? undefined : (reason ?? unhandled)).toBe(reason ?? unhandled);
        expect(truthy && !valid).toBe(false);
      }),
      { seed: 18_11, numRuns: 2000 },
    );
  });
});

describe("names of groups in patterns, as RE2 takes them", () => {
  it.each(["/(?P<n>a)(?P<n>b)/", "/(?P<é>a)b/", "/(?<n>a)b/"])("%s", (pattern) => {
    expect(evaluateExpression(`"ab" =~ ${pattern}`)).toMatchObject({ valid: true, truthy: true });
  });
});
