import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expandComponent } from "../../src/index.ts";

const HEADER = "spec:\n  inputs:\n    x: {default: X}\n    a: {type: array, default: [1, 2]}\n---\n";
const TOO_BIG = "The parsed YAML is too big";
const repeat = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

/** Each level names the one below ten times. */
const aliasBomb = `a0: &a0 [${"x,".repeat(10)}]\n${repeat(20, (n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]\n`)}`;

describe("hostile text gets a message, soon", () => {
  // Time of the processor, whatever else runs beside; a generous limit for slow machines: what these texts could cost is minutes.
  let started = process.cpuUsage();
  beforeEach(() => {
    started = process.cpuUsage();
  });
  afterEach(() => {
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000_000).toBeLessThan(10);
  });

  it.each<[string, string, string]>([
    ["lists nested a million deep", "[".repeat(1_000_000), TOO_BIG],
    ["flow maps nested 200,000 deep", "{a: ".repeat(200_000), TOO_BIG],
    ["block maps nested 3,000 deep", repeat(3000, (n) => `${" ".repeat(n)}k:\n`), TOO_BIG],
    ["complex keys nested 500,000 deep", "? ".repeat(500_000), TOO_BIG],
    ["an alias bomb", aliasBomb, TOO_BIG],
    ["an alias bomb below a header", HEADER + aliasBomb, TOO_BIG],
    ["a list that contains itself", "a: &x [*x]", TOO_BIG],
    ["a map that merges itself", "a: &x {<<: *x}", TOO_BIG],
    ["half a million items", `a:\n${"- x\n".repeat(500_000)}`, TOO_BIG],
    ["two megabytes in one open quote", `a: "${"x".repeat(2_000_000)}`, "found unexpected end of stream"],
    ["200,000 unclosed blocks", `${HEADER}a: "${"$[[ ".repeat(200_000)} ]]"`, "invalid pattern used"],
    [
      "a result of gigabytes",
      `${HEADER}l:\n${'- "$[[ inputs.x ]]$[[ inputs.x ]]"\n'.repeat(5000)}`,
      "config too large",
    ],
    [
      "a condition of 100,000 brackets",
      `spec:\n  inputs:\n    x: {rules: [{if: "${"(".repeat(100_000)}", default: a}]}\n---\na: 1\n`,
      "invalid expression syntax",
    ],
    [
      "a regex of 50,000 brackets",
      `spec:\n  inputs:\n    x: {regex: "${"(".repeat(50_000)}${")".repeat(50_000)}"}\n---\na: 1\n`,
      "invalid regular expression",
    ],
  ])("%s", (_name, text, message) => {
    const inputs = text.includes("inputs:\n    x") ? { x: "y".repeat(10_000) } : {};
    const { valid, errors } = expandComponent(text, { inputs });
    expect(valid).toBe(false);
    expect(errors[0]).toContain(message);
  });

  it("a regex that blows up with backtracking is matched in linear time", () => {
    const text = 'spec:\n  inputs:\n    x: {regex: "^(a+)+$"}\n---\na: 1\n';
    expect(expandComponent(text, { inputs: { x: `${"a".repeat(100_000)}b` } }).valid).toBe(false);
  });

  it("values that are instructions to Ruby do not blow up", () => {
    const text = `${HEADER}a: "${"$[[ inputs.x ]]".repeat(2000)}"`;
    expect(expandComponent(text, { inputs: { x: "\\'\\`" } }).errors).toEqual(["config too large"]);
  });

  it("lists spliced into lists have a limit", () => {
    const text = `${HEADER}l:\n${'- "$[[ inputs.a ]]"\n'.repeat(5000)}`;
    expect(expandComponent(text, { inputs: { a: Array(5000).fill("x") } }).errors).toEqual([
      "config too large",
    ]);
  });

  it("10,000 different blocks are filled, one more is too many", () => {
    const blocks = (count: number) => repeat(count, (n) => `$[[ inputs.x | truncate(0,${n}) ]]`);
    expect(expandComponent(`${HEADER}a: "${blocks(10_000)}"`).valid).toBe(true);
    expect(expandComponent(`${HEADER}a: "${blocks(10_001)}"`).errors).toEqual([
      "too many interpolation blocks",
    ]);
  });
});
