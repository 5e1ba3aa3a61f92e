import fc from "fast-check";
import { expect, test } from "vitest";
import { lint } from "../../src/lint/index.ts";
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

test("mutated files are answered with findings inside the file, never with an exception", () => {
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
  fc.assert(
    fc.property(mutation, ({ text, cuts, path }) => {
      let mutated = text;
      for (const { at, length, piece } of cuts) {
        const start = Math.floor(at * mutated.length);
        mutated = mutated.slice(0, start) + piece + mutated.slice(start + length);
      }
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
