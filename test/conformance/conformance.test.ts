import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Case, readCases } from "./case-file.ts";
import { judge } from "./judge.ts";
import { readKnownDifferences } from "./known-differences.ts";

const FILES = ["inputs", "expressions", "pipeline", "jobs_created"];
const known = readKnownDifferences();
const seen = new Set<string>();

for (const file of FILES) {
  const cases = readCases(fileURLToPath(new URL(`cases/${file}.jsonl`, import.meta.url)));
  for (const each of cases) seen.add(each.id);
  describe(`${file}: what GitLab 18.11 answers`, () => {
    for (const [group, members] of groupsOf(cases)) {
      it(`${group} (${members.length} cases)`, () => {
        const failing = members.filter((each) => !judge(each).passed).map(({ id }) => id);
        expect(failing).toEqual(members.map(({ id }) => id).filter((id) => known.has(id)));
      });
    }
  });
}

describe("docs/differences.md", () => {
  it("names only cases that exist", () => {
    expect([...known].filter((id) => !seen.has(id))).toEqual([]);
  });
});

function groupsOf(cases: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const each of cases) {
    const members = groups.get(each.group);
    if (members) members.push(each);
    else groups.set(each.group, [each]);
  }
  return groups;
}
