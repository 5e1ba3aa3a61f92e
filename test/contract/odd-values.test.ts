import { describe, expect, it } from "vitest";
import { expandComponent } from "../../src/index.ts";

/** The value of a number input that is given a text, or undefined when GitLab refuses it. */
function numberOf(text: string): unknown {
  const { valid, inputs } = expandComponent(
    'spec: {inputs: {x: {type: number}}}\n---\njob: {script: "$[[ inputs.x ]]"}\n',
    { inputs: { x: text } },
  );
  return valid ? (inputs as { x: unknown }).x : undefined;
}

describe("texts that are given to number inputs (asked of Oj, GitLab's JSON parser)", () => {
  it.each<[string, unknown]>([
    ["-", 0],
    ["+", 0],
    ["-.", 0],
    ["-.5", -0.5],
    ["+.5e1", 5],
    ["-.0", -0],
    ["+Infinity", { "!float": "inf" }],
    ["-NaN", { "!float": "nan" }],
    ["// c\n5", 5],
    ["5.", 5],
    ["1e99999", { "!float": "inf" }],
  ])("%j is %j", (text, value) => {
    expect(numberOf(text)).toEqual(value);
  });

  it.each([
    ".5",
    ".",
    "1.e3",
    "-e5",
    "1e",
    "1e+",
    "5 // c",
    "5/**/",
    "-x",
    "- 1",
    "-null",
    '"\\ud83d"',
    '"a\0"',
  ])("%j is none", (text) => {
    expect(numberOf(text)).toBeUndefined();
  });
});

describe("inputs of no type", () => {
  it("are told before what is wrong with other inputs, and are unknown when they are given", () => {
    const header = "spec: {inputs: {a: {type: number}, b: {type: }}}\n---\njob: {script: x}\n";
    expect([...expandComponent(header, { inputs: { a: "x", b: 1 } }).errors]).toEqual([
      "unknown input arguments: b",
      "unknown input specification for `b` (valid types: array, boolean, number, string)",
      "`a` input: provided value is not a number",
    ]);
  });
});

describe("odd headers", () => {
  const errorsOf = (header: string) => [
    ...expandComponent(`${header}\n---\njob: {script: "$[[ inputs.x ]]"}\n`, {}).errors,
  ];

  it.each<[header: string, error: string]>([
    [
      "spec: {inputs: {x: {options: [a], rules: []}}}",
      "header:spec:inputs:x config these keys cannot be used together: options, rules",
    ],
    ["spec: {inputs: {x: {type: {a: 1}}}}", "header:spec:inputs:x input type unknown value: {:a=>1}"],
    [
      "spec:\n  inputs:\n    x:\n      type: :string",
      "unknown input specification for `x` (valid types: array, boolean, number, string)",
    ],
  ])("%s", (header, error) => {
    expect(errorsOf(header)).toEqual([error]);
  });

  it("has no more options than 50, whatever they are", () => {
    expect(errorsOf(`spec: {inputs: {x: {options: ${"a".repeat(51)}}}}`)).toEqual([
      "header:spec:inputs:x input options should be an array",
      "header:spec:inputs:x config cannot define more than 50 options",
    ]);
  });
});

describe("symbols below a header", () => {
  it("become texts, and their blocks are filled", () => {
    const { config } = expandComponent(
      'spec: {inputs: {x: {default: manual}}}\n---\njob:\n  script: x\n  when: :manual\n  tags:\n    - :"a-$[[ inputs.x ]]"\n',
      {},
    );
    expect(config).toEqual({ job: { script: "x", when: "manual", tags: ["a-manual"] } });
  });
});
