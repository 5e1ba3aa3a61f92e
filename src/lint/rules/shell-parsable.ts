import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "shell-parsable",
  group: "shell",
  severity: "warning",
  confidence: "high",
  summary: "Every script is shell that can be parsed.",
  why: "A missing quote or `fi` ends the job at once, whatever the inputs are. Blocks are read as variables of the same width, so the columns are those of the file.",
  reference: "https://docs.gitlab.com/ci/yaml/#script",
  checkScripts(file, { report, shell }) {
    for (const script of file.scripts) {
      const fault = shell.parse(script);
      if (fault === undefined) continue;
      report({
        at: script.at(fault.line, fault.column, fault.line, fault.column + 1),
        hint: "an if ends with fi, a loop with done, a case with esac; quotes and brackets come in pairs",
        message: `the script of "${script.job}" cannot be parsed: ${fault.message}`,
      });
    }
  },
};
