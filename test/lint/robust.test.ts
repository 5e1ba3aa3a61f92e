import fc from "fast-check";
import { expect, test } from "vitest";
import { applyFixes, lint } from "../../src/lint/index.ts";
import { readFixtures } from "../rules/fixture.ts";

const texts = readFixtures().flatMap(({ files }) => files.map(({ text }) => text));
const pieces = [
  "$[[ ",
  " ]]",
  "inputs.",
  "\n  ",
  "- ",
  ": ",
  "{",
  "[",
  "]",
  "&a ",
  "*a",
  "!reference ",
  "|\n",
  ">-\n",
  '"',
  "'",
  "\t",
  "\u0000",
  "---\n",
  "spec:",
  "script:",
  "rules:",
  "null",
  "<<: ",
];

const mutation = fc.record({
  text: fc.constantFrom(...texts),
  cuts: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      piece: fc.constantFrom(...pieces),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  path: fc.constantFrom("templates/x.yml", ".gitlab-ci.yml", "templates/x/template.yml", "ci/part.yml"),
});

function mutate(
  text: string,
  cuts: readonly { readonly at: number; readonly length: number; readonly piece: string }[],
): string {
  let mutated = text;
  for (const { at, length, piece } of cuts) {
    const start = Math.floor(at * mutated.length);
    mutated = mutated.slice(0, start) + piece + mutated.slice(start + length);
  }
  return mutated;
}

test("mutated files are answered with findings inside the file, never with an exception", () => {
  fc.assert(
    fc.property(mutation, ({ text, cuts, path }) => {
      const mutated = mutate(text, cuts);
      const lines = mutated.split("\n");
      for (const { file, line, column, endLine, endColumn } of lint([{ path, text: mutated }], {
        gitlabVersion: "17.0",
      })) {
        expect(file).toBe(path);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(endLine > line || (endLine === line && endColumn >= column)).toBe(true);
      }
    }),
    { seed: 18, numRuns: 1500 },
  );
});

test("fixes of mutated files, the unsafe ones too, bring no error", () => {
  const errors = (path: string, text: string) =>
    lint([{ path, text }]).filter((each) => each.severity === "error");
  fc.assert(
    fc.property(mutation, fc.constantFrom("safe", "all"), ({ text, cuts, path }, which) => {
      const mutated = mutate(text, cuts.slice(0, 1));
      const { text: fixed, applied } = applyFixes(
        path,
        mutated,
        lint([{ path, text: mutated }]),
        which as "safe",
      );
      if (applied === 0) return;
      expect(errors(path, fixed).length).toBeLessThanOrEqual(errors(path, mutated).length);
    }),
    { seed: 19, numRuns: 600 },
  );
});
