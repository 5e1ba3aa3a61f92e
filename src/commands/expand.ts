import {
  createJobs,
  drawPipeline,
  type Edition,
  EXAMPLE_PROJECT,
  PIPELINE_SOURCES,
  type Pipeline,
  readPipeline,
  withSlowSources,
} from "../engine/pipeline/index.ts";
import { toJson, toYamlText, YamlMap } from "../engine/yaml/index.ts";
import { firstOf } from "../sources/first-of.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";
import { printMessages } from "./expand/messages.ts";
import { startProgress } from "./expand/progress.ts";
import { type Options, settingOf } from "./expand/setting.ts";
import { printJobs } from "./expand/table.ts";
import { collect, declareElsewhere, oneOf } from "./options.ts";

/** `berth expand`: what GitLab makes of a configuration. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Prints a configuration with its includes, inputs, extends and references resolved, as GitLab 18.11 sees it.",
    )
    .argument("[file]", "a pipeline or a component", ".gitlab-ci.yml")
    .option("--input <name=value>", "an input; a value in YAML, such as 3, true or [a, b]", collect, [])
    .option("--inputs-file <file>", "inputs from a YAML or JSON file")
    .option("--format <format>", "yaml or json", "yaml")
    .option("--jobs", "the jobs that a pipeline would have, and why the others are left out")
    .option("--graph <kind>", "stages, jobs and needs as a drawing: mermaid or svg")
    .option(
      "--source <source>",
      "what starts the pipeline: push, merge_request_event, schedule, web, …",
      "push",
    )
    .option("--ref <ref>", "branch or tag (default: the default branch)")
    .option("--tag", "the ref is a tag")
    .option("--var <name=value>", "a variable of the project or the pipeline", collect, [])
    .option(
      "--changed <path>",
      "a file that changed (default: unknown, so every rules:changes holds)",
      collect,
      [],
    )
    .option("--project <path>", "the project's full path", EXAMPLE_PROJECT.path)
    .option(
      "--host <name>",
      "the server's name (default: gitlab.com, with --sources gitlab that of GITLAB_URL)",
    )
    .option("--default-branch <name>", "the default branch", EXAMPLE_PROJECT.defaultBranch)
    .option(
      "--root <folder>",
      "the project's folder, for local includes (default: where a .gitlab-ci.yml lies)",
    );
  declareElsewhere(program);
  program
    .option(
      "--edition <edition>",
      "enterprise, as GitLab.com runs it, or foss, which lacks secrets, identity, needs:project and some more",
      "enterprise",
    )
    .option("--gitlab-version <version>", "the GitLab that judges, such as 18.11 (default: the newest known)")
    .addHelpText("after", help)
    .action(async (file: string, options: Options) => {
      finish(await expand(file, options, surroundings));
    });
};

const help = `
A component that asks for its own name and version (spec:component) gets those of a release 1.0.0.
A file of another name than .gitlab-ci.yml, such as a component, may leave the stages to the pipeline that includes it.
Component addresses whose project is this one (--project) are read from the working tree. With --sources gitlab, other projects,
components (also at ~latest, 1 or 1.2), templates and remote files are fetched; GITLAB_TOKEN needs the scope read_api.

Examples:
  berth expand
  berth expand templates/deploy.yml --input stage=deploy --input 'runner_tags=[ssh]'
  berth expand --jobs --source merge_request_event --ref feature/x
  berth expand --graph mermaid --with group/berth=../berth
  GITLAB_TOKEN=… berth expand --sources gitlab --project group/app`;

async function expand(file: string, options: Options, surroundings: Surroundings): Promise<ExitCode> {
  oneOf("--format", options.format, ["yaml", "json"]);
  if (options.graph !== undefined) oneOf("--graph", options.graph, ["mermaid", "svg"]);
  oneOf("--source", options.source, PIPELINE_SOURCES);
  oneOf("--sources", options.sources, ["local", "gitlab"]);
  oneOf("--edition", options.edition, ["enterprise", "foss"]);
  const online = options.sources === "gitlab" ? await import("../sources/gitlab.ts") : undefined;
  const host = options.host ?? (await online?.gitlabHost(surroundings.env)) ?? EXAMPLE_PROJECT.host;
  const setting = settingOf(file, { ...options, host }, surroundings.cwd);
  const progress = startProgress(surroundings.stderr, host);
  const slow = firstOf(
    setting.slow,
    ...(online ? [online.gitlabSources({ ...surroundings, answered: progress.step })] : []),
  );
  const pipeline = await withSlowSources(setting.local, slow, (sources) => {
    const { source, all, inputs, stagesOf, gitlabVersion, component } = setting;
    const edition = options.edition as Edition;
    const read = { source, sources, variables: all, inputs, component, stagesOf, edition, gitlabVersion };
    return readPipeline(read);
  }).finally(progress.end);
  printMessages(pipeline, surroundings);
  if (pipeline.errors.length > 0) return 1;
  if (options.graph === undefined && !options.jobs) {
    printConfig(pipeline, options.format, surroundings);
    return 0;
  }
  const creation = await withSlowSources(setting.local, slow, (sources) => {
    return createJobs(pipeline, { ...setting, sources, tree: setting.local.tree });
  }).finally(progress.end);
  if (options.graph !== undefined)
    surroundings.stdout.write(drawPipeline(options.graph as "mermaid" | "svg", pipeline, creation));
  else printJobs(creation, pipeline, options.format === "json", surroundings.stdout);
  return 0;
}

function printConfig({ config }: Pipeline, format: string, { stdout }: Surroundings): void {
  const tree = config ?? new YamlMap();
  stdout.write(format === "json" ? `${JSON.stringify(toJson(tree), null, 2)}\n` : toYamlText(tree));
}
