import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

/** Tokens that are recognisable by their form, and keys. Each with what it is. */
const forms: readonly [RegExp, string][] = [
  [/\bglpat-[\w-]{20,}/, "a GitLab access token"],
  [/\bgldt-[\w-]{20,}/, "a GitLab deploy token"],
  [/\bglrt-[\w-]{20,}/, "a GitLab runner token"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}/, "a GitHub token"],
  [/\bAKIA[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\bxox[baprs]-[0-9A-Za-z-]{10,}/, "a Slack token"],
  [/\bsk_live_[0-9A-Za-z]{20,}/, "a Stripe key"],
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, "a private key"],
  [/\bdckr_pat_[\w-]{20,}/, "a Docker Hub token"],
  [/\bnpm_[A-Za-z0-9]{36}\b/, "an npm token"],
  [/https?:\/\/[\w.-]+:(?!\$|\*|<|xxx|password\b)[^\s@$/:{}<>]{6,}@/i, "a password in an address"],
];

export const rule: Rule = {
  id: "secret-not-written",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "No secret stands in the file.",
  why: "What is committed stays readable in the history. Secrets belong in masked, protected CI/CD variables or in a vault.",
  reference: "https://docs.gitlab.com/ci/variables/#cicd-variable-security",
  check(file, { report }) {
    for (const [form, what] of forms) {
      for (const { at } of matchScripts(file.allNodes, form)) {
        report({
          at,
          message: `this looks like ${what}`,
          hint: "revoke it, and read it from a masked CI/CD variable",
        });
      }
    }
    for (const node of file.nodes) {
      const name = node.path.at(-1);
      if (node.isKey || node.path.at(-2) !== "variables" || typeof name !== "string") continue;
      if (!/(?:PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_TOKEN|PRIVATE_TOKEN)$/i.test(name)) continue;
      if (
        /[$\s]|^$|^(?:true|false|none|changeme|password|test|example|postgres|root|admin)$/i.test(node.value)
      )
        continue;
      if (node.value.length < 8 || /^[./~]|^https?:/.test(node.value)) continue;
      report({
        at: node.place,
        message: `variable "${name}" holds its value in plain text`,
        hint: "set it in the project's CI/CD settings, masked",
      });
    }
  },
};
