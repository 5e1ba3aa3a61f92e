import { UsageError } from "../../base/usage-error.ts";
import type { ExitCode, Surroundings } from "../command.ts";
import type { SmokeOptions } from "./options.ts";

/**
 * Prints what the token may do on the project, one line each, and pushes nothing. Exit code 1 where smoke runs cannot work.
 * @throws UsageError where GitLab cannot be asked at all
 */
export async function checkToken(options: SmokeOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { env, signal, stdout } = surroundings;
  if (options.on !== "gitlab") throw new UsageError("--check: it is about a GitLab server: add --on gitlab");
  const path = options.project ?? env.CI_PROJECT_PATH;
  if (path === undefined)
    throw new UsageError("no GitLab project: name one with --project group/name (or set CI_PROJECT_PATH)");
  const { openGitlab } = await import("../../gitlab/index.ts");
  const { examine } = await import("../../smoke/gitlab/check.ts");
  const client = openGitlab({ env, signal });
  const { checked, abilities } = await examine(client, path);
  const ready = abilities.every(({ may, needed }) => may !== "no" || !needed);
  if (options.json) {
    const { notes } = checked;
    stdout.write(
      `${JSON.stringify({ version: 1, project: checked.path, ready, notes, abilities }, null, 2)}\n`,
    );
    return ready ? 0 : 1;
  }
  stdout.write(`What this token may do on ${checked.path} of ${client.address}:\n\n`);
  const width = Math.max(...abilities.map(({ what }) => what.length));
  for (const { what, may, why } of abilities)
    stdout.write(`  ${`${what.padEnd(width)}  ${may.padEnd(7)}  ${why ?? ""}`.trimEnd()}\n`);
  for (const note of checked.notes) stdout.write(`\nnote: ${note}\n`);
  stdout.write(`\n${ready ? "Smoke runs can begin." : "Smoke runs cannot work like this."}\n`);
  return ready ? 0 : 1;
}
