import type { Rule } from "../rule.ts";
import { strictTraps } from "../shell/strict-traps.ts";

export const rule: Rule = {
  id: "shell-strict-sound",
  group: "shell",
  severity: "warning",
  confidence: "high",
  summary: "A script knows that the first command that fails ends the job.",
  why: 'The runner\'s shell runs scripts with `set -eo pipefail`. `$?` behind a command is always 0, for otherwise the job has ended; `((count++))` from 0 fails; a last line such as `[ -n "$A" ] && echo yes` fails the job where the test does not hold.',
  reference: "https://docs.gitlab.com/ci/yaml/script/",
  check(file, { report }) {
    for (const { at, message, hint } of file.scripts.flatMap(strictTraps)) report({ at, message, hint });
  },
};
