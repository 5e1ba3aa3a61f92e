import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "shell-careful",
  group: "shell",
  severity: "info",
  confidence: "high",
  summary: "ShellCheck has no advice for the scripts.",
  why: "What ShellCheck calls info or style: mostly variables outside quotes, which break on spaces and `*`.",
  reference: "https://www.shellcheck.net/wiki/",
  checkScripts(file, { report, shell }) {
    for (const script of file.scripts) {
      for (const comment of shell.comments(script)) {
        if (comment.level !== "info" && comment.level !== "style") continue;
        report({
          at: script.at(comment.line, comment.column, comment.endLine, comment.endColumn),
          message: `${comment.message} (SC${comment.code})`,
          hint: `https://www.shellcheck.net/wiki/SC${comment.code}`,
        });
      }
    }
  },
};
