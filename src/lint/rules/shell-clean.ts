import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "shell-clean",
  group: "shell",
  severity: "warning",
  confidence: "high",
  summary: "ShellCheck finds no fault in the scripts.",
  why: "ShellCheck knows the traps of the shell. It cannot read `$[[ ]]` by itself, so each block stands in as a variable of the same width. Codes that make no sense inside a job are left out.",
  reference: "https://www.shellcheck.net/wiki/",
  checkScripts(file, { report, shell }) {
    for (const script of file.scripts) {
      for (const comment of shell.comments(script)) {
        if (comment.level !== "error" && comment.level !== "warning") continue;
        report({
          at: script.at(comment.line, comment.column, comment.endLine, comment.endColumn),
          message: `${comment.message} (SC${comment.code})`,
          hint: `https://www.shellcheck.net/wiki/SC${comment.code}`,
        });
      }
    }
  },
};
