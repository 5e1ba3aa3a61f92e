import { YamlMap } from "../../engine/yaml/index.ts";
import { commandsOf } from "../commands-of-job.ts";
import { itemsOf, type Job } from "../jobs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "exit-code-seen",
  group: "pipeline",
  severity: "info",
  confidence: "high",
  summary: "A script ends with the exit codes that `allow_failure` or `retry` wait for.",
  why: "Before GitLab Runner 19.1 a command that fails in bash ends the job with 1, whatever its own code is: `exit_codes: 4` never holds. Only `exit 4` arrives as 4.",
  reference: "https://docs.gitlab.com/ci/yaml/#allow_failureexit_codes",
  check(file, { report }) {
    for (const job of file.jobs) {
      const codes = ["allow_failure", "retry"].flatMap((keyword) => codesOf(job, keyword));
      const commands = codes.length > 0 ? commandsOf(job, file) : undefined;
      if (commands === undefined || /\bexit\b/.test(commands)) continue;
      const unseen = codes.filter(({ value }) => typeof value === "number" && value > 1);
      const [first] = unseen;
      if (first === undefined) continue;
      report({
        at: first.place,
        message: `a runner before 19.1 never sees ${unseen.map(({ value }) => String(value)).join(", ")}: a command that fails ends the job with 1`,
        hint: "end the job yourself: ./command || exit $?",
      });
    }
  },
};

function codesOf(job: Job, keyword: string) {
  const value = job.map.get(keyword);
  return value instanceof YamlMap ? itemsOf(value.entry("exit_codes")) : [];
}
