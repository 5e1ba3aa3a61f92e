import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { bundleScript, type ReadFile } from "../embed/bundle.ts";
import { embedTemplates, fragmentsOf } from "../embed/regions.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";
import { readIfThere, replaceFile } from "./project-files.ts";

interface Options {
  readonly check?: boolean;
  readonly print?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What became of one template: `current` needed nothing, `written` was renewed, `stale` would be (with `--check`). */
interface Outcome {
  readonly file: string;
  readonly state: "current" | "written" | "stale";
  readonly scripts: readonly string[];
}

/** `berth embed`: puts the scripts of a component project into the marked regions of its templates. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Puts shell scripts into the marked regions of the templates, so that a component needs no other file.",
    )
    .argument("[templates...]", "template files (default: every component in templates/)")
    .option("--check", "change nothing; exit with 1 when a template is out of date")
    .option("--print <script>", "print one script as a job would run it, with all it sources and carries")
    .option("--json", "print the result as JSON")
    .option("--quiet", "print nothing but errors")
    .addHelpText("after", help)
    .action((templates: string[], options: Options) => finish(embed(templates, options, surroundings)));
};

const help = `
A region in a template (paths start at the project's root, where berth embed runs):
  script:
    # berth embed: scripts/jobs/validate_syntax.sh
    # berth end

Jobs that run nearly the same functions share them in a fragment, which their templates include and which has one
region of its own, from "# berth parts" to "# berth end", at the beginning of a line:
    # berth embed: scripts/jobs/ship.sh with templates/shared/scripts.yml
    # berth end

Examples:
  berth embed                     renew every region in templates/
  berth embed --check             for continuous integration: are the templates up to date?
  berth embed --print scripts/jobs/validate_syntax.sh > /tmp/job.sh`;

function embed(templates: readonly string[], options: Options, surroundings: Surroundings): ExitCode {
  const { cwd, stdout } = surroundings;
  const read = (path: string) => readIfThere(resolve(cwd, path));
  if (options.print !== undefined) {
    stdout.write(bundleScript(projectPath(options.print, cwd), read));
    return 0;
  }
  const plans = embedTemplates(
    filesToEmbed(templates, cwd, read).map((file) => {
      const text = read(file);
      if (text === undefined) throw new UsageError(`there is no template "${file}"`);
      return { file, text };
    }),
    read,
  );
  const outdated = plans.filter(({ before, text }) => before !== text);
  if (!options.check) for (const { file, text } of outdated) replaceFile(resolve(cwd, file), text);
  const state = options.check ? "stale" : "written";
  const outcomes = plans.map((plan): Outcome => {
    return { file: plan.file, state: outdated.includes(plan) ? state : "current", scripts: plan.scripts };
  });
  report(outcomes, options, surroundings);
  return options.check && outdated.length > 0 ? 1 : 0;
}

function report(outcomes: readonly Outcome[], { json, quiet }: Options, { stdout }: Surroundings): void {
  if (json)
    return void stdout.write(`${JSON.stringify({ version: 1, templates: outcomes }, undefined, 2)}\n`);
  if (quiet) return;
  for (const { file, state, scripts } of outcomes) {
    if (state === "written") stdout.write(`${file}: renewed from ${scripts.join(", ")}\n`);
    if (state === "stale")
      stdout.write(`${file}: out of date with ${scripts.join(", ")}; run "berth embed"\n`);
  }
  if (outcomes.every(({ state }) => state === "current"))
    stdout.write(`${outcomes.length} templates up to date\n`);
}

/** What was named, and every component that shares a fragment with it: what is in a fragment depends on all of them. */
function filesToEmbed(named: readonly string[], cwd: string, read: ReadFile): string[] {
  if (named.length === 0) return components(cwd);
  const files = named.map((file) => projectPath(file, cwd));
  const fragments = (file: string) => fragmentsOf(read(file) ?? "");
  const shared = new Set(files.flatMap(fragments));
  if (shared.size === 0) return files;
  return [
    ...new Set([
      ...files,
      ...components(cwd).filter((file) => fragments(file).some((each) => shared.has(each))),
    ]),
  ];
}

/** GitLab's two places for a component (https://docs.gitlab.com/ci/components/#directory-structure), sorted. */
function components(cwd: string): string[] {
  const folder = join(cwd, "templates");
  if (!existsSync(folder)) {
    throw new UsageError(`no folder "templates" in ${cwd}; run this at the root of a component project`);
  }
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) =>
      entry.isDirectory() ? `templates/${entry.name}/template.yml` : `templates/${entry.name}`,
    )
    .filter((file) => file.endsWith(".yml") && existsSync(join(cwd, file)))
    .sort();
}

function projectPath(path: string, cwd: string): string {
  return relative(cwd, resolve(cwd, path)).split(sep).join("/");
}
