import { describe, expect, test } from "vitest";
import { corrected, lintMistake, readMistakes } from "./mistakes.ts";

const mistakes = readMistakes();

describe("the mistakes that people make most", () => {
  test("are at least a hundred", () => expect(mistakes.length).toBeGreaterThanOrEqual(100));

  test.each(
    mistakes.map((mistake) => [mistake.name, mistake] as const),
  )("%s: told once, at its place, with a hint that leads to a valid file", async (_name, mistake) => {
    const places = (found: Awaited<ReturnType<typeof lintMistake>>) =>
      found.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
    const isAsked = (place: string) => mistake.expected.includes(place);
    const found = await lintMistake(mistake);
    // what is only advice does not count, unless the mistake is about it
    const told = found.filter((each) => each.severity !== "info" || places([each]).some(isAsked));
    expect(places(told).sort()).toEqual([...mistake.expected].sort());
    expect(told.map(({ hint }) => hint).join("\n")).toContain(mistake.hint);

    const right = corrected(mistake);
    expect(right.files, "the change is none").not.toEqual(mistake.files);
    const left = await lintMistake(right);
    expect(left.filter(({ severity }) => severity !== "info")).toEqual([]);
  });
});
