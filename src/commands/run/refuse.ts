import type { Code } from "../../engine/problem/index.ts";
import type { Prepared } from "../../run/prepare.ts";
import type { ExitCode, OutputStream } from "../command.ts";

/** Problems that have their cause in what this machine knows of other projects. */
const outside: readonly (Code | undefined)[] = ["project-missing", "component-missing", "remote-failed"];

/** GitLab makes no pipeline: its words with their places, and how to give what is missing here. */
export function refuse({ planned }: Prepared, stderr: OutputStream): ExitCode {
  const messages = planned.expansion?.messages ?? [];
  for (const { file, line, column, code, message } of messages) {
    const at = file === undefined ? "" : `${file}:${line}:${column}: `;
    stderr.write(`${at}${code === undefined ? "warning" : "error"}: ${message}\n`);
  }
  if (messages.some(({ code }) => outside.includes(code)))
    stderr.write(
      "hint: other projects come from --with project=folder and --mirror folder, and with --sources gitlab from GITLAB_URL\n",
    );
  const told = planned.expansion?.errors.length ?? 0;
  if (told === 0 && "errors" in planned)
    for (const error of planned.errors) stderr.write(`no pipeline: ${error}\n`);
  for (const [name, { reason }] of planned.creation?.absent ?? [])
    stderr.write(`  ${name} is left out: ${reason}\n`);
  return 2;
}
