import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseGitLabVersion } from "../../src/engine/version/index.ts";
import { judgeSafely, showAnswers } from "./answers.ts";
import { type Case, readCases } from "./case-file.ts";
import type { Verdict } from "./judge.ts";
import { readKnownDifferences } from "./known-differences.ts";

/** The files of cases, each with the GitLab that judged them. */
const FILES: readonly (readonly [string, string])[] = [
  ["inputs", "18.11"],
  ["expressions", "18.11"],
  ["pipeline", "18.11"],
  ["jobs_created", "18.11"],
  ["second", "18.11"],
  ["v19", "19.2"],
];
const known = readKnownDifferences();
const seen = new Set<string>();

for (const [file, version] of FILES) {
  const cases = readCases(fileURLToPath(new URL(`cases/${file}.jsonl`, import.meta.url)));
  for (const each of cases) seen.add(each.id);
  describe(`${file}: what GitLab ${version} answers`, () => {
    for (const [group, members] of groupsOf(cases)) {
      it(`${group} (${members.length} cases)`, () => {
        const judged = members.map((each) => ({
          each,
          verdict: judgeSafely(each, parseGitLabVersion(version)),
        }));
        const wrong = judged.filter(({ each, verdict }) => verdict.passed === known.has(each.id));
        if (wrong.length > 0) expect.fail(explain(wrong, file));
      });
    }
  });
}

describe("docs/differences.md", () => {
  it("names only cases that exist", () => {
    const gone = [...known].filter((id) => !seen.has(id));
    expect(
      gone,
      "docs/differences.md has rows of cases that test/conformance/cases lacks: remove them",
    ).toEqual([]);
  });
});

/** All ids, both answers of the first ones, and how to run one alone. */
function explain(wrong: readonly { each: Case; verdict: Verdict }[], file: string): string {
  const lines = wrong
    .slice(0, 3)
    .flatMap(({ each, verdict }) => [
      showAnswers(each, verdict),
      verdict.passed
        ? "It is listed as a known difference, and is none any more: take its row out of docs/differences.md."
        : `If GitLab is not to be followed here, docs/differences.md gets the row: | \`${each.id}\` | why |`,
      `Alone: npm run conformance -- --only ${each.id} test/conformance/cases/${file}.jsonl`,
      "",
    ]);
  return [`not as expected: ${wrong.map(({ each }) => each.id).join(", ")}`, "", ...lines].join("\n");
}

function groupsOf(cases: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const each of cases) {
    const members = groups.get(each.group);
    if (members) members.push(each);
    else groups.set(each.group, [each]);
  }
  return groups;
}
