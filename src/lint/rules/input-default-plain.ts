import { plainValues } from "../plain-values.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-default-plain",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "Defaults and options of string inputs are written as strings.",
  why: "YAML reads `on`, `off`, `yes` and `no` as booleans, `1.10` as the number 1.1 and `12:30` as 45000: GitLab then hands on `true`, `1.1` or `45000`. GitLab's editor schema refuses such values although the server takes them.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputstype",
  fixable: true,
  check(file, { report }) {
    for (const input of file.inputs.filter((each) => each.type === "string")) {
      const entries = [input.entry("default"), input.entry("options")];
      for (const { place, written, handedOn, kind } of entries.flatMap(plainValues)) {
        const change = handedOn === written ? "" : ` (${handedOn})`;
        report({
          at: place,
          message: `"${written}" is a ${kind} to YAML${change}; input "${input.name}" is a string`,
          hint: `quote it: "${written}"${/^(?:true|false)$/.test(written) ? ", or declare the input as type: boolean" : ""}`,
          fix: {
            title: `quote ${written}`,
            // the text stays what GitLab has handed on: `123`, `true`, but not `yes` or `1.10`
            safe: handedOn === written,
            edits: [{ ...place.toJSON(), text: `"${written}"` }],
          },
        });
      }
    }
  },
};
