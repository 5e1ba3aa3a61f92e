import { includesOf } from "../includes.ts";
import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "server-not-fixed",
  group: "catalog",
  severity: "info",
  confidence: "high",
  summary: "A component names its server by `$CI_SERVER_FQDN` and `$CI_API_V4_URL`.",
  why: "A component that is mirrored to another GitLab goes on talking to the old one if the name stands in it.",
  reference: "https://docs.gitlab.com/ci/components/#replace-hardcoded-values-with-inputs",
  check(file, { report }) {
    if (file.kind !== "component") return;
    for (const include of includesOf(file)) {
      const host = /^[a-z0-9.-]+\.[a-z]+(?=\/)/i.exec(include.value)?.[0];
      if (include.kind !== "component" || host === undefined || include.at === undefined) continue;
      report({
        at: include.at,
        message: `component address names the server "${host}"`,
        hint: "write $CI_SERVER_FQDN for your own server",
      });
    }
    for (const { at } of matchScripts(file.scriptNodes, /https:\/\/gitlab\.com\/api\/v4\b/)) {
      report({
        at,
        message: "the API's address is written out",
        hint: "use $CI_API_V4_URL",
      });
    }
  },
};
