import { withoutSlashes } from "../pattern-faults.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-regex-anchored",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "A regex says where the value begins and ends.",
  why: "GitLab looks for the regex anywhere in the value: `[a-z]+` also accepts `x; rm -rf /`.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsregex",
  check(file, { report }) {
    for (const input of file.inputs) {
      const entry = input.entry("regex");
      const regex = entry?.value;
      if (typeof regex !== "string" || isAnchored(regex)) continue;
      const bare = withoutSlashes(regex);
      report({
        at: entry?.valuePlace,
        message: `the regex "${regex}" of input "${input.name}" matches anywhere in the value`,
        hint:
          bare === undefined
            ? `write "^(?:${regex.replace(/^\^|(?<!\\)\$$/g, "")})$" to match the whole value`
            : `write it without the slashes: ${isAnchored(bare) ? bare : `^(?:${bare})$`}`,
      });
    }
  },
};

/** True for `^…$`, `\A…\z`, and for alternatives of which each is anchored at both ends. */
function isAnchored(regex: string): boolean {
  const branches = topLevelBranches(regex.replace(/^\(\?[imsU]+\)/, ""));
  return branches.every(
    (each) => /^(?:\(\?:|\()*(?:\^|\\A)/.test(each) && /(?:(?<!\\)\$|\\z)\)*$/.test(each),
  );
}

function topLevelBranches(regex: string): string[] {
  const branches: string[] = [];
  let depth = 0;
  let branch = "";
  for (const token of regex.match(/\\.|\[(?:\\.|[^\]\\])*\]|[\s\S]/g) ?? []) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (token === "|" && depth === 0) {
      branches.push(branch);
      branch = "";
    } else {
      branch += token;
    }
  }
  return [...branches, branch];
}
