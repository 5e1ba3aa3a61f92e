import type { Connection } from "./connection.ts";
import { isGitlabError } from "./errors.ts";

/** How to find out what became of a request whose answer was lost. */
export interface Settlement<T> {
  /** Sends the request. */
  readonly send: () => Promise<T>;
  /** Looks for what the request should have made. */
  readonly find: () => Promise<T | undefined>;
  /** Whether GitLab itself refuses a second one, so that sending again is safe while nothing is found. */
  readonly sendAgain: boolean;
}

const looks = 5;

/**
 * Carries out, just once, a request that must not be repeated blindly. Where its answer is lost we look for its effect,
 * a few times (GitLab may still be at it), and send it again only where a second one cannot come of it.
 *
 * @throws GitlabError of the kind `uncertain` where nothing was found
 */
export async function settle<T>(
  connection: Connection,
  { send, find, sendAgain }: Settlement<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const mayBeDone =
        isGitlabError(error, "uncertain") || (attempt > 1 && isGitlabError(error, "conflict", "invalid"));
      if (!mayBeDone) throw error;
      const found = await lookFor(connection, find, sendAgain ? 1 : looks);
      if (found !== undefined) return found;
      if (!sendAgain || attempt >= looks) throw error;
      await connection.pauseTimes(attempt);
    }
  }
}

async function lookFor<T>(
  connection: Connection,
  find: () => Promise<T | undefined>,
  times: number,
): Promise<T | undefined> {
  for (let look = 1; look <= times; look += 1) {
    if (look > 1) await connection.pauseTimes(2 * look);
    const found = await find();
    if (found !== undefined) return found;
  }
  return undefined;
}
