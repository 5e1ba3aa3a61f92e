import { readFileSync, writeFileSync } from "node:fs";
import { notDone } from "../not-done.ts";
import { routes } from "../routes/index.ts";
import { collectAnswers } from "./answers.ts";
import { deriveShapes } from "./derive.ts";
import { judgeAnswers } from "./judge.ts";
import { pattern, shapesFile } from "./shapes.ts";

/*
 * npm run standin:check -- FILE [--write]: holds every kind of answer of the stand-in against GitLab's interface description, which is
 * doc/api/openapi/openapi_v2.yaml or openapi_v3.yaml of GitLab's repository. --write keeps the shapes that it takes from there.
 */

const [file, ...options] = process.argv.slice(2);
if (file === undefined || options.some((each) => each !== "--write")) {
  process.stderr.write("standin:check: give the file with GitLab's interface description (and --write)\n");
  process.exit(2);
}
const inUse = routes.map(({ method, path }) => pattern(`${method} ${path}`));
const shapes = deriveShapes(readFileSync(file, "utf8"), inUse);
if (options.length > 0) writeFileSync(shapesFile, `${JSON.stringify(shapes)}\n`);
const answers = await collectAnswers();
const { departures, stale } = judgeAnswers(shapes, answers);
for (const each of departures) process.stdout.write(`${each}\n`);
for (const each of stale) process.stdout.write(`not needed in test/gitlab-server/not-done.ts: ${each}\n`);
process.stdout.write(
  `${answers.length} answers to ${inUse.length} kinds of requests held against ${shapes.source}: ${departures.length} departures\n`,
);
process.stdout.write(
  `the stand-in does not do (test/gitlab-server/not-done.ts):\n- ${notDone.join("\n- ")}\n`,
);
process.exitCode = departures.length + stale.length === 0 ? 0 : 1;
