import { UsageError } from "../../base/usage-error.ts";
import { openGitlab } from "../../gitlab/index.ts";

export interface NoteOptions {
  /** Full path of the merge request's project. */
  readonly project: string | undefined;
  /** The merge request's number within the project. */
  readonly mergeRequest: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Stands, unseen, at the head of the note, so that a later run finds and rewrites it. */
const marker = "<!-- berth smoke -->";

/**
 * Makes sure that a note can be written on a merge request, and returns what writes it: a new one, or in place of an earlier run's.
 * @throws UsageError in one line that says what is missing
 */
export async function openNote(options: NoteOptions): Promise<(markdown: string) => Promise<void>> {
  const { env, signal, mergeRequest } = options;
  if (mergeRequest === undefined || mergeRequest === "")
    throw new UsageError(
      "--note: no merge request: name one with --merge-request NUMBER (CI_MERGE_REQUEST_IID has it in a merge request's pipeline)",
    );
  if (!/^[1-9]\d*$/.test(mergeRequest))
    throw new UsageError(`--merge-request ${mergeRequest}: give its number, such as 12`);
  const { project } = options;
  if (project === undefined)
    throw new UsageError("--note: no GitLab project: name one with --project group/name");
  const client = openGitlab({ env, signal });
  const { iid } = await client.projects.mergeRequest(project, Number(mergeRequest));
  return async (markdown) => {
    await client.projects.note(project, iid, `${marker}\n${markdown}`, marker);
  };
}
