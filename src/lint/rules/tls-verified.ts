import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

const switches: readonly RegExp[] = [
  /\bcurl\b[^\n|;&]*?\s(?:--insecure\b|-[a-zA-Z]*k[a-zA-Z]*(?=\s|$))/,
  /\bwget\b[^\n|;&]*?\s--no-check-certificate\b/,
  /\bGIT_SSL_NO_VERIFY[=:\s]+["']?(?:1|true)\b/i,
  /\bhttp\.sslVerify[=\s]+["']?(?:false|0)\b/i,
  /\bNODE_TLS_REJECT_UNAUTHORIZED[=:\s]+["']?0\b/,
  /\bstrict-ssl[=\s]+["']?false\b/,
  /\bPYTHONHTTPSVERIFY[=:\s]+["']?0\b/,
  /\s--insecure-skip-tls-verify(?:=true)?(?=\s|$)/,
  /\s--skip-tls-verify(?:=true)?(?=\s|$)/,
  /\s--tls-verify=false\b/,
];

export const rule: Rule = {
  id: "tls-verified",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "TLS certificates are verified.",
  why: "Without verification anyone on the way can read tokens and replace what is downloaded.",
  reference: "https://docs.gitlab.com/runner/configuration/tls-self-signed/",
  check(file, { report }) {
    for (const pattern of switches) {
      for (const { at } of matchScripts(file.scriptNodes, pattern)) {
        report({
          at,
          message: "certificate verification is switched off",
          hint: "add the certificate authority instead, for example by --cacert",
        });
      }
    }
    for (const node of file.nodes) {
      const name = node.path.at(-1);
      if (node.isKey || node.path.at(-2) !== "variables") continue;
      const isOff =
        (name === "GIT_SSL_NO_VERIFY" && /^(1|true)$/i.test(node.value)) ||
        (name === "NODE_TLS_REJECT_UNAUTHORIZED" && node.value === "0");
      if (isOff)
        report({
          at: node.place,
          message: "certificate verification is switched off",
          hint: "add the certificate authority instead",
        });
    }
  },
};
