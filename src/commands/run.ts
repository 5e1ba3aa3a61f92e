import { availableParallelism } from "node:os";
import type { CommandModule } from "./command.ts";
import { collect, declareElsewhere } from "./options.ts";
import type { RunOptions } from "./run/options.ts";

/** `berth run`: the project's pipeline on this machine. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Runs the pipeline of any project on this machine: expanded as GitLab does it, each job as GitLab Runner runs it.",
    )
    .argument("[job...]", "jobs to run, with what they need (default: the whole pipeline)")
    .option("--event <event>", "what starts the pipeline: push, merge_request, tag, schedule or web", "push")
    .option(
      "--ref <name>",
      "the branch or tag that the pipeline is for (default: the branch that is checked out)",
    )
    .option("--target <branch>", "where the merge request goes (default: the default branch)")
    .option("--default-branch <name>", "the default branch (default: that of origin, or main)")
    .option("--input <name=value>", "an input of the pipeline; a value in YAML", collect, [])
    .option("--inputs-file <file>", "inputs from a YAML or JSON file")
    .option("--variable <name=value>", "a variable of the pipeline", collect, [])
    .option("--secrets <file>", "variables in a file that git ignores (default: .berth-secrets.yml)")
    .option("--only", "the named jobs without what they need: artifacts come from the last run that has them")
    .option("--from <job>", "this job and all that comes after it, with artifacts of earlier runs")
    .option("--until <job>", "this job and all that comes before it")
    .option(
      "--changed [commit]",
      "only jobs that rules with changes let in, with what they need: what differs from a commit or branch (default: HEAD)",
    )
    .option("--manual", "start manual jobs too")
    .option("--watch", "run again after each change of the files, until Ctrl-C")
    .option("--list", "list the jobs, and run nothing")
    .option("--plan", "say what would run, where and why, and why the rest would not; run nothing")
    .option(
      "--executor <kind>",
      "shell, container, or auto: containers where an engine has the image",
      "auto",
    )
    .option("--concurrency <number>", "jobs at the same time", String(Math.min(4, availableParallelism())))
    .option("--output <folder>", "where logs and artifacts go (default: the user's cache)")
    .option("--keep", "leave the jobs' checkouts behind, and say where")
    .option("--project <path>", "the project's full path (default: that of origin)")
    .option("--host <name>", "the server's name (default: that of origin)");
  declareElsewhere(program);
  program
    .option("--json", "print the result, the list or the plan as JSON")
    .option("--verbose", "show what the runner does around a job's own commands")
    .option("--quiet", "no logs, only the summary")
    .addHelpText("after", help)
    .action(async (jobs: string[], options: RunOptions) => {
      // Loaded only now: `berth run --help` needs none of it.
      const { run } = await import("./run/run.ts");
      finish(await run(jobs, options, surroundings));
    });
};

const help = `
The files are those of the work tree, committed or not, without what git ignores; nothing in it is changed. Each job gets a checkout of
its own. Logs and artifacts land in ~/.cache/berth/run, or in --output. Jobs without a container run in a shell of this machine, as you.
Exit code: 0 passed, 1 a job failed, 2 something could not run.

Examples:
  berth run
  berth run --plan --event merge_request
  berth run test --variable LOG_LEVEL=debug
  berth run --only test
  berth run --changed main
  berth run test --watch
  berth run --from test --until deploy --manual
  berth run deploy --secrets ~/secrets/staging.yml
  berth run --event tag --ref v1.2.0 --input environment=staging
  berth run --list --json
  berth run --executor container --with group/components=../components`;
