import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern } from "../../src/engine/expression/index.ts";
import { compareLanguages } from "../../src/release/regular-language.ts";

describe("the languages of two patterns", () => {
  it.each([
    ["^a$", "^[ab]$", "included"],
    ["^[ab]$", "^a$", "narrower"],
    ["^v\\d+$", "^v\\d+(\\.\\d+)?$", "included"],
    ["^[A-Za-z0-9_-]*$", "^[A-Za-z0-9_-]+$", "narrower"],
    ["^.*$", "", "included"],
    ["", "^.*$", "narrower"],
    ["a", "^a", "narrower"],
    ["^a", "a", "included"],
    ["^(?:prod|staging)$", "^(staging|prod|dev)$", "included"],
    ["^.{1,63}$", "^.{1,64}$", "included"],
    ["^.{1,64}$", "^.{1,63}$", "narrower"],
    ["\\Aa\\z", "^a$", "included"],
    // More than 500 pairs of states: a letter a eight places before the end.
    ["^[ab]*a[ab]{8}$", "^[ab]*a[ab]{8}$", "included"],
    ["^\\bа$", "^a$", "unknown"],
    ["^(?i)a$", "^a$", "unknown"],
  ])("%s to %s: %s", (before, after, verdict) => {
    expect(compareLanguages(before, after).verdict).toBe(verdict);
  });

  it("are judged as RE2 judges their texts", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      "[^a]",
      "\\d",
      ".",
      "(a|b)",
      "(?:ab|)",
      "a*",
      "b+",
      "[a-c]?",
      "a{1,2}",
      "(ab)*",
      "\\.",
      "x{2}",
    );
    const pattern = fc
      .tuple(fc.constantFrom("", "^"), fc.array(piece, { maxLength: 4 }), fc.constantFrom("", "$"))
      .map(([a, b, c]) => a + b.join("") + c);
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "x", "1", ".", "\n", "é"), maxLength: 6 });
    let narrower = 0;
    fc.assert(
      fc.property(
        pattern,
        pattern,
        fc.array(text, { minLength: 20, maxLength: 40 }),
        (before, after, texts) => {
          const matches = (source: string, value: string) => compilePattern(source)!.matches(value);
          const found = compareLanguages(before, after);
          if (found.verdict === "narrower") {
            narrower += 1;
            expect([matches(before, found.example), matches(after, found.example)]).toEqual([true, false]);
          } else {
            expect(found.verdict).toBe("included");
            for (const each of texts)
              if (matches(before, each))
                expect([after, each, matches(after, each)]).toEqual([after, each, true]);
          }
        },
      ),
      { seed: 7, numRuns: 600 },
    );
    expect(narrower).toBeGreaterThan(100);
  });
});
