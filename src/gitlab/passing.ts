import type { Connection } from "./connection.ts";
import { GitlabError, isGitlabError } from "./errors.ts";

/** Refusals that pass, in GitLab's words, and the pauses before each further attempt, in times of the connection's own. */
const passing = [
  // A limit of pipelines for one project, user and commit, or for one user (docs, administration/settings/rate_limit_on_pipelines_creation).
  { words: /too many pipelines/i, pauses: [20, 40, 60, 60] },
  // A replica of the database or of Gitaly that lags behind the push.
  { words: /reference not found/i, pauses: [1, 2, 4, 8] },
];

/** Starts a pipeline, again where GitLab's refusal passes by waiting. @throws GitlabError `unavailable` where it did not pass */
export async function untilPassed<T>(connection: Connection, start: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (!isGitlabError(error, "invalid")) throw error;
      const known = passing.find(({ words }) => error.reasons.some((reason) => words.test(reason)));
      if (known === undefined) throw error;
      const pause = known.pauses[attempt];
      if (pause === undefined) {
        const said = `GitLab still says "${error.reasons.join("; ")}" after ${attempt + 1} attempts: try again later`;
        throw new GitlabError("unavailable", said, error.status, error.reasons);
      }
      await connection.pauseTimes(pause);
    }
  }
}
