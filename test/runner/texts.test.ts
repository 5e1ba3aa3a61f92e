import { describe, expect, it } from "vitest";
import { matches } from "../../src/runner/glob.ts";
import { Masker } from "../../src/runner/mask.ts";
import { aliasesOf } from "../../src/runner/services.ts";
import { parseDuration } from "../../src/runner/timeouts.ts";
import { expandReferences, JobVariables } from "../../src/runner/variables.ts";

describe("references between variables, as Go's os.Expand resolves them", () => {
  const values: Record<string, string> = { A: "1", AB: "2", "odd name": "3" };
  it.each([
    ["$A-${A}x", "1-1x"],
    ["$AB$A.", "21."],
    ["$$A", "$A"],
    ["100$", "100$"],
    ["$ A", "$ A"],
    ["a$'b'", "a$'b'"],
    ["${}x", "x"],
    ["${A", "A"],
    ["${odd name}", "3"],
    ["$1$?$#x", "x"],
    ["${NOPE}|$NOPE|", "||"],
    ["%A%", "%A%"],
  ])("%s is %s", (text, expected) => {
    expect(expandReferences(text, (name) => values[name] ?? "")).toBe(expected);
  });

  it("happens once, never in raw values, and gives the path of a File variable", () => {
    const variables = new JobVariables(
      [
        { key: "A", value: "$B" },
        { key: "B", value: "$C" },
        { key: "C", value: "c" },
        { key: "R", value: "$C", raw: true },
        { key: "F", value: "content of $C", file: true },
        { key: "P", value: "at $F" },
        { key: "C", value: "later" },
      ],
      "/tmp/app.tmp",
    );
    expect(["A", "B", "C", "R", "F", "P"].map((name) => variables.get(name))).toEqual([
      "$C",
      "later",
      "later",
      "$C",
      "/tmp/app.tmp/F",
      "at /tmp/app.tmp/F",
    ]);
    expect(variables.all.find(({ key }) => key === "F")?.value).toBe("content of later");
  });
});

describe("patterns for the paths of artifacts", () => {
  it.each([
    ["*.txt", "a.txt", true],
    ["*.txt", ".txt", true],
    ["*.txt", "d/a.txt", false],
    ["**/*.txt", "a.txt", true],
    ["**/*.txt", ".hidden/d/a.txt", true],
    ["out/**", "out", true],
    ["out/**", "out/a/b", true],
    ["out/**/b", "out/b", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[^a-c]x", "dx", true],
    ["[a", "[a", false],
    ["{a,b{c,d}}.x", "bd.x", true],
    ["{a,b}/{1,2}", "b/2", true],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["A", "a", false],
    ["ü*", "über", true],
    ["[z-a]", "b", false],
    ["\\[a]", "[a]", true],
    ["a\\", "a\\", true],
    ["**/a/**/b", "x/a/y/a/b", true],
    ["**/a/**/b", "x/b/a", false],
    ["*a*b", "xaybzb", true],
  ])("%s and %s: %s", (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  // Each of them took longer than anybody waits, or all memory, with a plain expression or a plain walk.
  it.each([
    ["{a,b}".repeat(40), "x"],
    [`${"*a".repeat(60)}b`, "a".repeat(250)],
    [`${"**/a/".repeat(30)}b`, "a/".repeat(60)],
  ])("the pattern %s costs no more than its length allows", (pattern, path) => {
    expect(matches(pattern, path)).toBe(false);
  });
});

describe("secrets in a trace", () => {
  /** The text in parts of a given length: wherever it is cut, what comes out is the same. */
  function masked(
    text: string,
    secrets: readonly string[],
    prefixes: readonly string[] = ["glpat-"],
  ): string[] {
    return [1, 2, 3, 7, text.length].map((length) => {
      const masker = new Masker(secrets, prefixes);
      const parts = text.match(new RegExp(`.{1,${length}}`, "gs")) ?? [];
      return parts.map((part) => masker.mask(part)).join("") + masker.flush();
    });
  }

  it.each([
    ["x secret y", ["secret"], "x [MASKED] y"],
    ["secretsecret", ["secret"], "[MASKED][MASKED]"],
    ["abcabc abcab", ["abcabc"], "[MASKED] abcab"],
    ["long-more long", ["long", "long-more"], "[MASKED] [MASKED]"],
    ["first\nsecond first", ["first\nsecond"], "[MASKED] first"],
    ["a.c abc", ["a.c"], "[MASKED] abc"],
    ["glpat-abc_D.e=-1 x", [], "glpat-[MASKED] x"],
    ["glpat- x glpat-", [], "glpat- x glpat-"],
    ["https://h/p?private_token=abc&x=1", [], "https://h/p?private_token=[MASKED]&x=1"],
  ])("%j without %j is %j", (text, secrets, expected) => {
    const whole = masked(text, secrets);
    expect(text.includes("private_token") ? whole.slice(-1) : whole).toEqual(
      text.includes("private_token") ? [expected] : whole.map(() => expected),
    );
  });
});

it.each([
  ["2s", 2],
  ["1h30m", 5400],
  ["1.5m", 90],
  ["100ms", 0.1],
  ["0", 0],
  ["-5s", -5],
  ["5", undefined],
  ["5 s", undefined],
  ["", undefined],
])("the duration %j is %s seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each([
  ["postgres:16", ["postgres", "postgres"]],
  [
    "registry.example.com:5000/group/db:1@sha256:abc",
    ["registry.example.com__group__db", "registry.example.com-group-db"],
  ],
])("the service %s has the names %j", (image, names) => {
  expect(aliasesOf(image)).toEqual(names);
});
