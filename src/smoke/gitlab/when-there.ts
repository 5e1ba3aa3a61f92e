import { setTimeout as sleep } from "node:timers/promises";
import { isGitlabError } from "../../gitlab/index.ts";

/** Milliseconds before each further look. */
const pauses = [100, 500, 2_000];

/** Asks for what was made a moment ago: where a replica lags behind, GitLab answers 404 at first. */
export async function whenThere<T>(look: () => Promise<T>): Promise<T> {
  for (const pause of pauses) {
    try {
      return await look();
    } catch (error) {
      if (!isGitlabError(error, "not-found")) throw error;
      await sleep(pause);
    }
  }
  return look();
}
