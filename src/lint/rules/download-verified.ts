import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

const piped =
  /\b(?:curl|wget)\b[^|;&\n]*(?:\\\n[^|;&\n]*)*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+)?(?:ba|z|da|k)?sh\b(?!\S)/;
const substituted =
  /\b(?:(?:ba|z|da)?sh\s+(?:-\S+\s+)*(?:<\(|-c\s+["']?\$\()|eval\s+["']?\$\(|(?:source|\.)\s+<\()\s*(?:curl|wget)\b/;

export const rule: Rule = {
  id: "download-verified",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "Nothing that comes from the network is piped into a shell.",
  why: "With `curl … | sh` whoever holds the server, or the name, runs code in the job with all its secrets; and a connection that breaks leaves half a script executed.",
  reference: "https://docs.gitlab.com/ci/pipeline_security/",
  check(file, { report }) {
    for (const pattern of [piped, substituted]) {
      for (const { at } of matchScripts(file.scriptNodes, pattern)) {
        report({
          at,
          message: "a download is run as it comes",
          hint: "download to a file, compare its sha256 with a pinned one, then run it",
        });
      }
    }
  },
};
