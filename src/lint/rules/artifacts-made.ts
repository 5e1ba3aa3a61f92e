import { isMisspelt, overlaps, pathsOf, plain } from "../artifact-paths.ts";
import { commandsOf, fileNamesIn, writesNothing } from "../commands-of-job.ts";
import { includesOf } from "../includes.ts";
import type { Job } from "../jobs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "artifacts-made",
  group: "pipeline",
  severity: "warning",
  confidence: "medium",
  summary: "What a job keeps as an artifact is what its commands write.",
  why: "If no file is at the path, the runner only warns in the job's log, and the report or the package is missing later. Told are names that differ by a letter or two from one in the commands, and jobs whose commands write nothing at all.",
  reference: "https://docs.gitlab.com/ci/yaml/#artifactspaths",
  check(file, { report, project }) {
    const kept = file.jobs.flatMap((job) => pathsOf(job).map((each) => ({ ...each, job })));
    const isClosed = file.kind === "pipeline" && includesOf(file).length === 0;
    for (const { path, place, job } of kept) {
      const commands = commandsOf(job, file);
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (commands === undefined || commands.includes(name) || name.length < 3) continue;
      const written = fileNamesIn(commands).find((word) => isMisspelt(path, word));
      if (written !== undefined && !kept.some((each) => each.job === job && each.path === plain(written))) {
        report({
          at: place,
          message: `job "${job.name}" keeps "${path}", and its commands name "${written}"`,
          hint: "write the same name in both places",
        });
      } else if (isClosed && writesNothing(commands) && !comesFromElsewhere(path, job)) {
        report({ at: place, message: `no command of job "${job.name}" writes "${path}"` });
      }
    }

    function comesFromElsewhere(path: string, job: Job): boolean {
      if (kept.some((each) => each.job !== job && overlaps(each.path, path))) return true;
      return project
        .tree(file.root)
        .paths()
        .some((each) => overlaps(each, path));
    }
  },
};
