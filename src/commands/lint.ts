import { relative, resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { type Format, formats } from "../report/index.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";
import { chooseFiles } from "./lint/find-files.ts";
import { judge } from "./lint/judge.ts";
import { type OpenProject, openProject } from "./lint/open-project.ts";
import type { LintOptions } from "./lint/options.ts";
import { report } from "./lint/print.ts";
import { loadSettings } from "./lint/settings.ts";
import { collect, declareElsewhere } from "./options.ts";
import { projectRoot } from "./project-root.ts";

/** `berth lint`: everything that GitLab would refuse, that consumers would stumble over, or that an attacker could use. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  declareElsewhere(program, "--with, --mirror, mirrors: of berth.yaml")
    .description(
      "Checks components and pipelines offline, as GitLab itself would judge them, and says where each fault is.\n" +
        "Exit code 0: nothing at or above --fail-on. 1: findings. 2: could not run.",
    )
    .argument(
      "[paths...]",
      "files or folders, or - for stdin (default: .gitlab-ci.yml, templates/, and all that they include)",
    )
    .option("--format <format>", `one of ${formats.join(", ")}`, "text")
    .option("--output <file>", "write the report to a file, and print it as text")
    .option(
      "--fail-on <severity>",
      "the least severity that fails: error, warning or info (default: warning)",
    )
    .option(
      "--gitlab-version <version>",
      "the GitLab that must understand the files: report what it does not know; 17.11, or a range: 17.0..newest",
    )
    .option("--config <file>", "settings (default: berth.yaml, if there is one)")
    .option("--fix", "apply the safe fixes")
    .option(
      "--unsafe-fixes",
      "with --fix: also those after which a script may do something else; read the diff",
    )
    .option("--dry-run", "with --fix: show the changes as a diff and write nothing")
    .option("--changed [ref]", "only files that differ from a commit (default: HEAD)")
    .option("--baseline <file>", "ignore the findings that the file lists")
    .option("--write-baseline <file>", "write the present findings to a file, to ignore them from now on")
    .option("--no-shellcheck", "check the scripts' syntax only")
    .option("--no-cache", "judge every file anew, whatever earlier runs found")
    .option("--watch", "lint again whenever a file changes, until Ctrl-C")
    .option(
      "--rule <rules>",
      "only these rules, with commas between them; can be given several times",
      collect,
    )
    .option("--ignore <rules>", "without these rules", collect)
    .option("--stdin-path <path>", "with -: what the text is called, for its role in the project")
    .option("--color [when]", "auto, always or never (default: auto; NO_COLOR and FORCE_COLOR count)")
    .option("--quiet", "no notices on stderr")
    .addHelpText("after", help)
    .action(async (paths: string[], options: LintOptions) => {
      finish(await lint(paths, options, surroundings));
    });
};

const help = `
Examples:
  berth lint
  berth lint templates/deploy.yml --fail-on error
  berth lint --format codequality --output gl-code-quality-report.json
  berth lint --fix --dry-run
  berth lint --fix --unsafe-fixes --dry-run
  berth lint --changed main
  berth lint --gitlab-version 17.11
  berth lint --rule image-pinned,keys-unique
  berth lint --stdin-path templates/deploy.yml - < templates/deploy.yml

A comment suppresses a finding on its line, or, on a line of its own, on the next:
  # berth-ignore image-pinned: the newest scanner is wanted`;

async function lint(
  paths: readonly string[],
  options: LintOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  requireOneOf("--format", options.format, formats);
  if (options.failOn) requireOneOf("--fail-on", options.failOn, ["error", "warning", "info"]);
  if (typeof options.color === "string") requireOneOf("--color", options.color, ["auto", "always", "never"]);
  if (options.dryRun && !options.fix) throw new UsageError("--dry-run goes with --fix");
  if (options.unsafeFixes && !options.fix) throw new UsageError("--unsafe-fixes goes with --fix");
  const here = surroundings.cwd;
  const atRoot = surroundingsAt(projectRoot(here), surroundings);
  const ofRoot = optionsAt(atRoot.cwd, here, options);
  const input = await readInput(paths, ofRoot, surroundings);
  const open = async () => openProject(ofRoot, await loadSettings(ofRoot, atRoot), atRoot, input);
  const once = async (): Promise<ExitCode> => {
    const project = await open();
    const files = input ? [...input.keys()] : await chooseFiles(paths, ofRoot, project, here);
    if (options.fix) {
      const { fix } = await import("./lint/fix.ts");
      return fix(files, ofRoot, project);
    }
    return report(await judge(files, ofRoot, project), ofRoot, project.settings, atRoot);
  };
  if (!options.watch) return once();
  const { watch } = await import("./lint/watch.ts");
  const watched = paths.length > 0 ? paths.map((path) => resolve(here, path)) : await membersOf(await open());
  return watch(watched, once, atRoot);
}

/** What is watched without paths: all that belongs to the project's pipelines now, and what else decides about findings. */
async function membersOf(project: OpenProject): Promise<string[]> {
  return [...(await project.membersOf("")), "templates", ".gitlab-ci.yml", "berth.yaml", "README.md"];
}

/** The same, with another working directory; what is read of a stream only when it is asked for stays so. */
function surroundingsAt(cwd: string, surroundings: Surroundings): Surroundings {
  return cwd === surroundings.cwd ? surroundings : Object.create(surroundings, { cwd: { value: cwd } });
}

/** The options with their paths as they are from the project's root. */
function optionsAt(root: string, here: string, options: LintOptions): LintOptions {
  if (root === here) return options;
  const moved = (path: string) => relative(root, resolve(here, path));
  return {
    ...options,
    ...(options.config !== undefined && { config: moved(options.config) }),
    ...(options.stdinPath !== undefined && { stdinPath: moved(options.stdinPath) }),
    ...(options.output !== undefined && { output: moved(options.output) }),
    ...(options.baseline !== undefined && { baseline: moved(options.baseline) }),
    ...(options.writeBaseline !== undefined && { writeBaseline: moved(options.writeBaseline) }),
    mirror: options.mirror.map(moved),
    with: options.with.map((pair) => pair.replace(/(?<==).*/s, moved)),
  };
}

/** The text of stdin under its name, where `-` is the path; undefined for any other. */
async function readInput(
  paths: readonly string[],
  { stdinPath, fix, watch }: LintOptions,
  { stdin }: Surroundings,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (!paths.includes("-")) {
    if (stdinPath !== undefined) throw new UsageError("--stdin-path goes with the path -");
    return undefined;
  }
  if (paths.length > 1) throw new UsageError("- is the only path: stdin holds one file");
  if (fix || watch) throw new UsageError(`- goes without --${fix ? "fix" : "watch"}: name the file`);
  return new Map([[stdinPath ?? ".gitlab-ci.yml", (await stdin?.()) ?? ""]]);
}

function requireOneOf(option: string, value: Format | string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new UsageError(`${option} ${value}: the values are ${allowed.join(", ")}`);
}
