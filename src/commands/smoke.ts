import { availableParallelism } from "node:os";
import type { CommandModule } from "./command.ts";
import type { SmokeOptions } from "./smoke/options.ts";

/** `berth smoke`: runs scenarios and says whether what came out is what was expected. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Runs smoke scenarios: real pipelines with the components of the working tree, held against what must come out.",
    )
    .argument("[scenario...]", "names under test/smoke, folders or scenario.yml files (default: all)")
    .option("--list", "list the runs that the scenarios ask for, and run nothing")
    .option("--only <text>", "only the runs whose name contains this")
    .option("--on <runner>", "local, or gitlab: through the API of GITLAB_URL with GITLAB_TOKEN", "local")
    .option("--project <path>", "the project on GitLab whose branches are used (default: CI_PROJECT_PATH)")
    .option("--check", "with --on gitlab: say what the token may do on the project, and push nothing")
    .option("--compare", "run everything on both runners, and say where they differ")
    .option(
      "--executor <kind>",
      "shell, container, or auto: containers where an engine has the image",
      "auto",
    )
    .option("--target <user@host>", "deploy to this server in place of throw-away ones")
    .option("--timeout <duration>", "for each pipeline, such as 10m, in place of the scenario's own")
    .option("--concurrency <number>", "runs at the same time", String(Math.min(2, availableParallelism())))
    .option("--keep", "leave checkouts and servers behind, and say where")
    .option("--json", "print the report as JSON")
    .option("--junit <file>", "write a JUnit report")
    .option("--markdown <file>", "write a Markdown report")
    .option("--note", "post the Markdown report on the merge request, in place of an earlier run's")
    .option("--merge-request <number>", "the merge request of --note (default: CI_MERGE_REQUEST_IID)")
    .option("--logs <folder>", "where the jobs' logs go (default: the user's cache)")
    .option("--verbose", "show the jobs' output while they run")
    .option("--timestamps", "with --on gitlab: logs show the time of each line, where the runner wrote one")
    .option("--quiet", "no progress")
    .addHelpText("after", help)
    .action(async (scenarios: string[], options: SmokeOptions) => {
      // Loaded only now: `berth smoke --help` needs none of it.
      const { smoke } = await import("./smoke/run.ts");
      finish(await smoke(scenarios, options, surroundings));
    });
};

const help = `
A scenario is test/smoke/<name>/scenario.yml; src/smoke/scenario.schema.json describes it. Exit code: 0 as expected,
1 something differs, 2 could not run.

Examples:
  berth smoke
  berth smoke validate test --executor shell
  berth smoke delivery --target deploy@192.0.2.10
  berth smoke --list --only python_version=3.9
  berth smoke --junit smoke.xml --logs smoke-logs
  GITLAB_TOKEN=… berth smoke --on gitlab --project group/berth --check
  GITLAB_TOKEN=… berth smoke --on gitlab --project group/berth
  berth smoke --on gitlab --note --merge-request 12`;
