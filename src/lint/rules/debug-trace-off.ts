import { YamlMap } from "../../yaml/values.ts";
import { keyText } from "../blocks.ts";
import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "debug-trace-off",
  group: "security",
  severity: "warning",
  confidence: "certain",
  summary: "Debug logging is not switched on in the file.",
  why: "`CI_DEBUG_TRACE` and `CI_DEBUG_SERVICES` print every variable of the job, secrets included, into a log that everybody with access to the project reads.",
  reference: "https://docs.gitlab.com/ci/variables/variables_troubleshooting/#enable-debug-logging",
  check(file, { report }) {
    const owners = [file.body?.get("variables"), ...file.jobs.map((job) => job.map.get("variables"))];
    for (const variables of owners.filter((each) => each instanceof YamlMap)) {
      for (const entry of variables.entries()) {
        if (!/^CI_DEBUG_(TRACE|SERVICES)$/.test(keyText(entry)) || !/^(true|1)$/i.test(String(entry.value)))
          continue;
        report({
          at: entry.keyPlace,
          message: `"${keyText(entry)}" prints all variables into the log`,
          hint: "set it for one manual run instead",
        });
      }
    }
    for (const { at } of matchScripts(file.scriptNodes, /\bexport\s+CI_DEBUG_TRACE=["']?(?:true|1)/i)) {
      report({ at, message: "CI_DEBUG_TRACE prints all variables into the log" });
    }
  },
};
