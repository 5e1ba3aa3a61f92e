import { expect, test } from "vitest";
import { applyFixes, lint } from "../../src/lint/index.ts";

const text = `spec:
  inputs:
    name: { description: The name. }
---
greet:
  script:
    - echo "$[[ inputs.name ]]"
    - log "$[[ inputs.name ]]"
    - say "$[[ inputs.name ]]"

other:
  script: echo "$[[ inputs.name ]]"
`;
const found = (written: string) =>
  lint([{ path: "a.yml", text: written }]).filter(({ rule }) => rule === "input-not-in-shell");

test("an input in several lines of a job is one finding, with the other places", () => {
  const [first, second, ...more] = found(text);
  expect(more).toEqual([]);
  expect([first?.line, second?.line]).toEqual([7, 12]);
  expect(first?.related.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "3 any text may be given here",
    "8 and here",
    "9 and here",
  ]);
});

test("its fix mends all of the places", () => {
  const fixed = applyFixes("a.yml", text, found(text), "all").text;
  expect(found(fixed)).toEqual([]);
  expect(fixed.match(/variables:/g)).toHaveLength(2);
});

test("a comment counts for its own line: the others are still told", () => {
  const suppressed = text.replace(
    '- echo "$[[ inputs.name ]]"',
    "$& # berth-ignore input-not-in-shell: a reason",
  );
  expect(found(suppressed).map(({ line }) => line)).toEqual([8, 12]);
});
