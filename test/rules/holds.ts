import { expect } from "vitest";
import { type Fixture, lintFixture, summarize } from "./fixture.ts";

const unique = (texts: readonly string[]) => [...new Set(texts)].sort();

/** Whether what a fixture expects is found with ShellCheck only. */
export function needsShellCheck({ expected }: Fixture): boolean {
  return expected.some((each) => / shell-(?:clean|careful)$/.test(each));
}

/** Expects of a fixture exactly what is written in it, of all rules. */
export async function holdsFor(fixture: Fixture): Promise<void> {
  const found = summarize(await lintFixture(fixture));
  if (fixture.options.repeat === undefined) expect(unique(found)).toEqual(unique(fixture.expected));
  const own = found.filter((each) => each.endsWith(` ${fixture.rule}`));
  if (fixture.name.startsWith("fires")) expect(own).not.toEqual([]);
  else expect(own).toEqual([]);
}
