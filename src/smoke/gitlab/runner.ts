import { UsageError } from "../../commands/command.ts";
import { openGitlab } from "../../gitlab/index.ts";
import type { SmokeSession } from "../session.ts";
import type { Variation } from "../variation.ts";
import { removeStaleBranches } from "./branches.ts";
import { checkProject } from "./check.ts";
import { openGitlabSession } from "./session.ts";

export interface GitlabRunnerOptions {
  /** Full path of the project on the server. */
  readonly project: string | undefined;
  readonly components: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly keep: boolean;
  readonly say: (line: string) => void;
  readonly interval?: number | undefined;
  readonly stuckAfter?: number | undefined;
}

/**
 * Checks address, token, project and runners, removes what earlier runs left behind, and returns what opens a session.
 * @throws UsageError in one line that says what to set
 */
export async function openGitlabRunner(
  options: GitlabRunnerOptions,
): Promise<(variation: Variation) => Promise<SmokeSession>> {
  const { env, signal, components, keep, say, interval, stuckAfter } = options;
  const client = openGitlab({ env, signal });
  if (options.project === undefined)
    throw new UsageError("no GitLab project: name one with --project group/name (or set CI_PROJECT_PATH)");
  const checked = await checkProject(client, options.project);
  for (const name of await removeStaleBranches(client, options.project, new Date()))
    say(`removed the stale branch ${name}`);
  return ({ project }) =>
    openGitlabSession({ client, checked, project, components, keep, interval, stuckAfter });
}
