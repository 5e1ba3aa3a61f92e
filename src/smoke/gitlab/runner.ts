import { UsageError } from "../../base/usage-error.ts";
import { type ConnectionOptions, openGitlab } from "../../gitlab/index.ts";
import type { SmokeSession } from "../session.ts";
import type { Variation } from "../variation.ts";
import { removeStaleBranches } from "./branches.ts";
import { type CheckedProject, checkProject } from "./check.ts";
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
  /** Logs show the time of each line, where the runner wrote one. */
  readonly timestamps?: boolean | undefined;
  /** Between two looks at a pipeline, in milliseconds; requests come twice as often at most, all runs together. */
  readonly interval?: number | undefined;
  readonly stuckAfter?: number | undefined;
  /** Milliseconds that a trace's end is waited for after its job's. */
  readonly traceWithin?: number | undefined;
  /** How requests behave, where it is not as usual. */
  readonly connection?: Omit<ConnectionOptions, "access" | "signal"> | undefined;
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
  const { env, signal, components, keep, say, stream, interval = 2_000, connection } = options;
  const client = openGitlab({ ...connection, env, signal });
  if (options.project === undefined)
    throw new UsageError("no GitLab project: name one with --project group/name (or set CI_PROJECT_PATH)");
  const checked = await checkProject(client, options.project);
  for (const note of checked.notes) say(note);
  for (const line of await removeStaleBranches(client, checked.path, new Date())) say(line);
  const pace = new Pace(interval / 2);
  const { timestamps, stuckAfter, traceWithin } = options;
  const shared = {
    ...{ client, checked, components, keep, stream, timestamps },
    ...{ pace, interval, stuckAfter, traceWithin },
  };
  const open = (project: string | undefined) => openGitlabSession({ ...shared, project });
  const templates = new SharedTemplates(() => open(undefined));
  return {
    open: async (variation) => {
      refuseLostVariables(variation, checked);
      return isLintOnly(variation)
        ? new LintSession(client, checked.path, templates)
        : open(variation.project);
    },
    close: () => templates.close(),
  };
}

/** Variables of manual jobs need the same right as those of pipelines, and there is no file to put them into. */
function refuseLostVariables({ steps }: Variation, { takesVariables, path }: CheckedProject): void {
  if (takesVariables !== false) return;
  const plays = steps.flatMap(({ definition }) => definition.play ?? []);
  const names = plays.flatMap((play) => (typeof play === "string" ? [] : Object.keys(play.variables ?? {})));
  if (names.length === 0) return;
  throw new UsageError(
    `the project ${path} takes no variables from this token, so manual jobs cannot be given ${[...new Set(names)].join(", ")}: see Settings > CI/CD > Variables`,
  );
}
