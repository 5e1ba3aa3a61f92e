import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";
import { untrustedVariables } from "../untrusted.ts";

/** A text in double quotes up to a variable that holds somebody else's words; single quotes keep it from being pasted. */
const inQuotes = (name: string) => String.raw`"(?:[^"\\\n]|\\.)*${name}`;

/** Ways to run a text as code. Each is given the pattern of a variable. */
const ways: readonly { readonly pattern: (name: string) => string; readonly by: string }[] = [
  { by: "eval", pattern: (name) => String.raw`\beval\s+[^\n;|&]*?${name}` },
  {
    by: "a shell",
    pattern: (name) => String.raw`\b(?:ba|z|da|k)?sh\s+(?:-\w+\s+)*-\w*c\s+(?:${inQuotes(name)}|${name})`,
  },
  { by: "a shell", pattern: (name) => String.raw`\bsu\s[^\n"';|&]*-c\s+${inQuotes(name)}` },
  {
    by: "a shell",
    pattern: (name) =>
      String.raw`${name}\}?["']?[^|;&\n]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:ba|z|da|k)?sh\b(?![\w.-])(?!\s+-c)`,
  },
  { by: "a shell", pattern: (name) => String.raw`\b(?:ba|z)?sh\s*(?:-\w+\s*)*<<<\s*"?${name}` },
  {
    by: "the server's shell",
    pattern: (name) => String.raw`\bssh\s[^\n"';|&]*${inQuotes(name)}`,
  },
  {
    by: "an interpreter",
    pattern: (name) =>
      String.raw`\b(?:python[\d.]*|ruby|node|perl|php)\s+(?:-\w+\s+)*-[cer]\s+${inQuotes(name)}`,
  },
];

/** A word that runs a text as code, in one of the ways above. */
const runs = /\b(?:eval|su|ssh|(?:ba|z|da|k)?sh|python[\d.]*|ruby|node|perl|php)\b/;

export const rule: Rule = {
  id: "untrusted-text-not-run",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "Titles, messages and branch names are data, not code.",
  why: "Whoever opens a merge request writes its title, its commits' messages and its branch's name. Pasted into `eval`, `sh -c`, `| sh` or a command for `ssh`, a text such as `$(curl …)` runs in the job, with its variables.",
  reference: "https://docs.gitlab.com/ci/pipeline_security/",
  check(file, { report }) {
    // most scripts run no text at all
    if (matchScripts(file.scriptNodes, runs).length === 0) return;
    const name = String.raw`\$\{?(?:${untrustedVariables(file).join("|")})\b`;
    for (const { by, pattern } of ways) {
      for (const { at, text } of matchScripts(file.scriptNodes, new RegExp(pattern(name)))) {
        const variable = new RegExp(name).exec(text)?.[0].replace("{", "") ?? "";
        report({
          at,
          message: `${by} runs the text of "${variable}", which others write, as code`,
          hint: `hand it on as data: an argument or a variable, read there as "${variable}" in single-quoted code`,
        });
      }
    }
  },
};
