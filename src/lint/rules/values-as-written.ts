import { textsToHandOn } from "../handed-on.ts";
import { plainValues } from "../plain-values.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "values-as-written",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "A variable, an include's input or a value of a matrix reaches the job as it is written.",
  why: "GitLab reads YAML 1.1: without quotes `3.10` is the number 3.1, `12:30` is 45000, `0022` is 18, `1,000` is 1000 and `yes` is true. The job gets that text, without a word from GitLab.",
  reference: "https://docs.gitlab.com/ci/yaml/#variables",
  check(file, { report }) {
    for (const { entry, name, takesBooleans } of textsToHandOn(file)) {
      for (const { place, value, written, handedOn, kind } of plainValues(entry)) {
        // underscores between digits are there for the reader
        if (handedOn === written.replaceAll("_", "") || (takesBooleans && typeof value === "boolean"))
          continue;
        report({
          at: place,
          message: `${name} gets "${handedOn}": "${written}" is a ${kind} to YAML`,
          hint: `quote it: "${written}"`,
          fix: {
            title: `quote ${written}`,
            safe: false,
            edits: [{ ...place.toJSON(), text: `"${written}"` }],
          },
        });
      }
    }
  },
};
