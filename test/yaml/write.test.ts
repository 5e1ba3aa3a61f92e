import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fromJson, loadYaml, Source, toJson, toYamlText } from "../../src/engine/yaml/index.ts";

/** Texts that readers of YAML like to take for something else. */
const TRICKY = [
  "- x",
  "a: b",
  "a #b",
  "#x",
  "'q'",
  '"d"',
  "\n",
  "  lead",
  "trail ",
  "yes",
  "n",
  "1",
  "1.0",
  "1e3",
  "0x1F",
  "2024-01-01",
  "~",
  "null",
  ":sym",
  "<<",
  "=",
  "---",
  "... x",
  "a\nb",
  "a\nb\n",
  "a\n\nb\n\n",
  " a\nb",
  "a\n  b\n",
  "\ta",
  "\ta\nb",
  "*x",
  "&x",
  "!x",
  "%x",
  "@x",
  "`x",
  "{a",
  "[a",
  "?",
  "-",
  "-a",
  ":",
  "a:",
  "a:b",
  "é🚀",
  "\u2028",
  "\u0085",
  "\u0000",
  "a\r\nb",
  "1:30",
  "0o7",
  "1_000",
  ".5",
  "+1",
  "-.inf",
  ".nan",
  "|",
  ">",
  "$A",
  "$[[ x ]]",
  "(a)",
  "a, b",
  "x]",
  "a \nb",
  "\n\na",
  "a\n ",
  "a\n\t",
  "x".repeat(2000),
  "",
];

const text = fc.oneof(
  fc.constantFrom(...TRICKY),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.constantFrom(...TRICKY), { maxLength: 3 }).map((parts) => parts.join("")),
);

const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
})).value;

describe("a tree written as YAML", () => {
  it("is the same tree when GitLab loads it (fixed seed)", () => {
    fc.assert(
      fc.property(tree, (data) => {
        const value = fromJson(data);
        const written = toYamlText(value);
        expect(toJson(loadYaml(new Source("written.yml", written)).value)).toEqual(toJson(value));
      }),
      { seed: 1811, numRuns: 3000 },
    );
  });

  it("reads well: blocks for scripts, plain words where they are safe", () => {
    const data = {
      job: { script: ["make test", "set -e\nmake\n"], variables: { A: "1", B: "$HOME" }, only: ["main"] },
    };
    expect(toYamlText(fromJson(data))).toBe(
      'job:\n  script:\n    - make test\n    - |\n      set -e\n      make\n  variables:\n    A: "1"\n    B: $HOME\n  only:\n    - main\n',
    );
  });

  it("is the same tree for readers of YAML 1.2", () => {
    const data = Object.fromEntries(
      TRICKY.filter((key) => !["<<", "x".repeat(2000)].includes(key)).map((key) => [`k${key}`, key]),
    );
    expect(parse(toYamlText(fromJson(data)))).toEqual(data);
  });
});
