import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFile } from "../../src/lint/index.ts";

/** Where a marker stands in the file, and where the lint believes it to be. */
function placesOf(text: string, marker = "MARK") {
  const file = readFile(".gitlab-ci.yml", text);
  return file.nodes.flatMap((node) => {
    const index = node.value.indexOf(marker);
    return index < 0 ? [] : [node.at(index, index + marker.length)];
  });
}

describe("a place inside a scalar is the place in the file", () => {
  test.each([
    ["plain", "a: one MARK two\n"],
    ["plain over two lines", "a: one\n  two MARK\n  three\n"],
    ["single-quoted", "a: 'it''s ''MARK'' here'\n"],
    ["double-quoted", 'a: "tab\\t\\u00e9 \\"MARK\\" here"\n'],
    ["double-quoted with a continued line", 'a: "one \\\n   MARK two"\n'],
    ["literal", "a: |\n  one\n    MARK\n  three\n"],
    ["literal with indentation indicator", "a: |2\n    one\n  MARK\n"],
    ["literal, chomped", "a: |-\n  one MARK\n"],
    ["literal with blank lines kept", "a: |+\n\n  one\n\n  MARK\n\n"],
    ["folded", "a: >\n  one\n  two MARK\n\n  three\n"],
    ["folded with more indentation", "a: >-\n  one\n    two\n    MARK\n  three\n"],
    ["in a list of a job", "job:\n  script:\n    - one\n    - >-\n      two\n      MARK\n"],
    ["with windows line ends", "a: |\r\n  one\r\n  MARK\r\n"],
  ])("%s", (_name, text) => {
    const [place] = placesOf(text);
    expect(text.slice(place?.start, place?.end)).toBe("MARK");
  });

  test("for any literal block", () => {
    const line = fc.stringMatching(/^[a-z $"'#:\\|>-]{0,12}$/);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(line, { maxLength: 5 }),
        fc.constantFrom("|", "|-", ">", ">-"),
        (before, after, header) => {
          const body = [...before, "MARK", ...after].map((each) => `    ${each}`.trimEnd());
          if (/^ {5}/.test(body.find((each) => each !== "") ?? "")) return;
          const text = `job:\n  script: ${header}\n${body.join("\n")}\n`;
          const [place] = placesOf(text);
          expect(text.slice(place?.start, place?.end)).toBe("MARK");
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });
});
