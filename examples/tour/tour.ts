/**
 * `npm start`: the whole story on a throw-away server. Exit code 0 when everything was proved, 1 when not, 2 when it could not run.
 */
import { story } from "./story.ts";
import { tell } from "./tell.ts";

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process at once.
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort());

process.exitCode = await tell((tour) => story(tour, process.argv.slice(2)), {
  signal: interrupted.signal,
  stdout: process.stdout,
  stderr: process.stderr,
});
