import { YamlMap } from "../../engine/yaml/values.ts";
import { keyText } from "../blocks.ts";
import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

const says: Readonly<Record<string, string>> = {
  CI_DEBUG_TRACE: '"CI_DEBUG_TRACE" prints all variables into the log',
  CI_DEBUG_SERVICES: '"CI_DEBUG_SERVICES" puts what the services log into the job\'s log',
};

export const rule: Rule = {
  id: "debug-trace-off",
  group: "security",
  severity: "warning",
  confidence: "certain",
  summary: "Debug logging is not switched on in the file.",
  why: "`CI_DEBUG_TRACE` prints every variable of the job, secrets included, into a log that everybody with access to the project reads. `CI_DEBUG_SERVICES` adds what the services log, such as the statements of a database.",
  reference: "https://docs.gitlab.com/ci/variables/variables_troubleshooting/#enable-debug-logging",
  check(file, { report }) {
    const owners = [file.body?.get("variables"), ...file.jobs.map((job) => job.map.get("variables"))];
    for (const variables of owners.filter((each) => each instanceof YamlMap)) {
      for (const entry of variables.entries()) {
        if (!Object.hasOwn(says, keyText(entry)) || !/^(true|1)$/i.test(String(entry.value))) continue;
        report({
          at: entry.keyPlace,
          message: says[keyText(entry)] as string,
          hint: "set it for one manual run instead",
        });
      }
    }
    for (const { at } of matchScripts(file.scriptNodes, /\bexport\s+CI_DEBUG_TRACE=["']?(?:true|1)/i)) {
      report({ at, message: says.CI_DEBUG_TRACE as string });
    }
  },
};
