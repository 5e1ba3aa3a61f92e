import { openGitlab } from "../../gitlab/index.ts";
import { UsageError } from "../../usage-error.ts";
import type { SmokeSession } from "../session.ts";
import type { Variation } from "../variation.ts";
import { removeStaleBranches } from "./branches.ts";
import { checkProject } from "./check.ts";
import { isLintOnly, LintSession, SharedTemplates } from "./lint-session.ts";
import { Pace } from "./pace.ts";
import { openGitlabSession } from "./session.ts";

export interface GitlabRunnerOptions {
  /** Full path of the project on the server. */
  readonly project: string | undefined;
  readonly components: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly keep: boolean;
  readonly say: (line: string) => void;
  /** Read the traces of running jobs, for somebody who watches. */
  readonly stream?: boolean | undefined;
  /** Between two looks at a pipeline, in milliseconds; requests come twice as often at most, all runs together. */
  readonly interval?: number | undefined;
  readonly stuckAfter?: number | undefined;
}

/** Opens sessions on one GitLab project, and in the end removes what they shared. */
export interface GitlabRunner {
  open(variation: Variation): Promise<SmokeSession>;
  close(): Promise<void>;
}

/**
 * Checks address, token, project and runners, removes what earlier runs left behind, and returns what opens sessions.
 * @throws UsageError in one line that says what to set
 */
export async function openGitlabRunner(options: GitlabRunnerOptions): Promise<GitlabRunner> {
  const { env, signal, components, keep, say, stream, interval = 2_000, stuckAfter } = options;
  const client = openGitlab({ env, signal });
  if (options.project === undefined)
    throw new UsageError("no GitLab project: name one with --project group/name (or set CI_PROJECT_PATH)");
  const checked = await checkProject(client, options.project);
  for (const name of await removeStaleBranches(client, options.project, new Date()))
    say(`removed the stale branch ${name}`);
  const pace = new Pace(interval / 2);
  const open = (project: string | undefined) =>
    openGitlabSession({ client, checked, project, components, keep, stream, pace, interval, stuckAfter });
  const templates = new SharedTemplates(() => open(undefined));
  return {
    open: async (variation) =>
      isLintOnly(variation) ? new LintSession(client, checked.path, templates) : open(variation.project),
    close: () => templates.close(),
  };
}
