import { randomBytes } from "node:crypto";
import { type GitlabClient, isGitlabError, type Pipeline } from "../../gitlab/index.ts";

/** Every branch that a smoke run makes begins with this, so that what an earlier run left behind can be told. */
const prefix = "berth-smoke/";

/** A run that is still going after this many hours is taken for dead. */
const staleHours = 12;

/** A branch name that no other run has: its time stands in it, for {@link removeStaleBranches}. */
export function newBranchName(now: Date, role: string): string {
  const time = now.toISOString().replace(/[-:]|\..*$/g, "");
  return `${prefix}${time}-${randomBytes(4).toString("hex")}${role === "" ? "" : `/${role}`}`;
}

/**
 * Removes the branches of runs that ended without cleaning up (a killed job, a lost connection). Returns what there is to say of it,
 * a line each: one that cannot be removed must not stop everybody's runs.
 */
export async function removeStaleBranches(
  client: GitlabClient,
  project: string,
  now: Date,
): Promise<string[]> {
  const branches = await client.repository.branches(project, prefix);
  const stale = branches.map((branch) => branch.name).filter((name) => isStale(name, now));
  const lines: string[] = [];
  for (const name of stale) {
    try {
      await cancelAll(client, project, { ref: name });
      await client.repository.removeBranch(project, name);
      lines.push(`removed the stale branch ${name}`);
    } catch (error) {
      if (!isGitlabError(error, "forbidden", "invalid", "not-found")) throw error;
      lines.push(`the stale branch ${name} cannot be removed: ${error.message}`);
    }
  }
  return lines;
}

/** Cancels the pipelines of a branch or a commit that still run, but for one. */
export async function cancelAll(
  client: GitlabClient,
  project: string,
  of: { readonly ref?: string; readonly sha?: string },
  except?: number,
): Promise<void> {
  await cancelThose(client, project, await client.pipelines.list(project, of), except);
}

/** Cancels those of a merge request, of merged results too, whose commits are GitLab's own. */
export async function cancelOfMergeRequest(
  client: GitlabClient,
  project: string,
  iid: number,
  except?: number,
): Promise<void> {
  await cancelThose(client, project, await client.projects.mergeRequestPipelines(project, iid), except);
}

async function cancelThose(
  client: GitlabClient,
  project: string,
  pipelines: readonly Pipeline[],
  except: number | undefined,
): Promise<void> {
  for (const { id, status } of pipelines) {
    if (id === except || ["success", "failed", "canceled", "canceling", "skipped"].includes(status)) continue;
    await client.pipelines.cancel(project, id);
  }
}

function isStale(name: string, now: Date): boolean {
  const match = /^berth-smoke\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-/.exec(name);
  if (!match) return false;
  const [, year, month, day, hour, minute, second] = match.map(Number) as number[];
  const made = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  return now.getTime() - made > staleHours * 3_600_000;
}
