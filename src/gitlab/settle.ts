import type { Connection } from "./connection.ts";
import { isGitlabError } from "./errors.ts";

/** How to find out what became of a request whose answer was lost. */
export interface Settlement<T> {
  /** Sends the request. */
  readonly send: () => Promise<T>;
  /** Looks for what the request should have made. */
  readonly find: () => Promise<T | undefined>;
  /** Whether GitLab itself refuses a second one, so that sending again is safe at once while nothing is found. */
  readonly sendAgain: boolean;
}

/** Times that a request is sent at most. */
const sendings = 5;

/**
 * Carries out, just once, a request that must not be repeated blindly. Where its answer is lost we look for its effect, and
 * send it again only when a second one cannot come of it: at once where GitLab itself would refuse the second one, else
 * when GitLab must have given the first one up, for it ends every request after 60 seconds (GITLAB_RAILS_RACK_TIMEOUT).
 *
 * @throws GitlabError of the kind `uncertain` where nothing was found
 */
export async function settle<T>(
  connection: Connection,
  { send, find, sendAgain }: Settlement<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const sent = Date.now();
    try {
      return await send();
    } catch (error) {
      const mayBeDone =
        isGitlabError(error, "uncertain") || (attempt > 1 && isGitlabError(error, "conflict", "invalid"));
      if (!mayBeDone) throw error;
      const mayStillBe = isGitlabError(error, "uncertain") && !sendAgain;
      const until = mayStillBe ? sent + connection.horizon : sent;
      const found = await lookFor(connection, find, until);
      if (found !== undefined) return found;
      // A refusal is final: what came before it was never carried out.
      if (attempt >= sendings || !isGitlabError(error, "uncertain")) throw error;
      if (sendAgain) await connection.pauseTimes(attempt);
    }
  }
}

/** Looks once, and on until a point in time, with longer and longer pauses. */
async function lookFor<T>(
  connection: Connection,
  find: () => Promise<T | undefined>,
  until: number,
): Promise<T | undefined> {
  for (let look = 1; ; look += 1) {
    const found = await find();
    if (found !== undefined || Date.now() >= until) return found;
    await connection.pauseTimes(Math.min(10, 2 * look));
  }
}
