import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { documentsOf, type Renewal } from "../docs/index.ts";
import { folderTree } from "../sources/folder.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";
import { readIfThere, replaceFile } from "./project-files.ts";

interface Options {
  readonly check?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `berth docs`: makes the marked regions of a component project's documents from its components. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Makes the tables of components, inputs and outputs, and the examples, in a component project's documents.",
    )
    .argument("[documents...]", "Markdown files (default: README.md and those in docs/ and templates/)")
    .option("--check", "change nothing; exit with 1 when a document is out of date")
    .option("--json", "print the result as JSON")
    .option("--quiet", "print nothing but errors")
    .addHelpText("after", help)
    .action((documents: string[], options: Options) => finish(renew(documents, options, surroundings)));
};

const help = `
Regions in a document (paths start at the project's root, where berth docs runs):
  <!-- berth docs: components -->        name, description and jobs of each; pages=docs/components links to a page each
  <!-- berth docs: inputs scan -->       the inputs of the component scan; patterns=no without their regex, words=FILE translated
  <!-- berth docs: outputs scan -->      what its jobs leave: artifacts, reports, variables, environments
  <!-- berth docs: examples scan -->     the shortest include; project=group/name version=2, or files=a.yml,b.yml instead
  <!-- berth end -->                     ends each of them

Examples:
  berth docs                    renew every region
  berth docs --check            for continuous integration: are the documents up to date?
  berth docs docs/guide.md`;

/** What became of one document. */
interface Outcome {
  readonly file: string;
  readonly state: "current" | "written" | "stale";
  readonly regions: number;
  /** The opening markers of the regions that differed. */
  readonly changed: readonly { readonly line: number; readonly region: string }[];
}

function renew(named: readonly string[], options: Options, surroundings: Surroundings): ExitCode {
  const { cwd } = surroundings;
  const untranslated = new Map<string, Set<string>>();
  const renewal = documentsOf({
    templates: templatePaths(cwd),
    tree: folderTree(cwd),
    untranslated: (file, description) => {
      untranslated.set(file, (untranslated.get(file) ?? new Set()).add(description));
    },
  });
  const plans = documentsToRenew(named, cwd).map((file) => {
    const before = readIfThere(resolve(cwd, file));
    if (before === undefined) throw new UsageError(`there is no document "${file}"`);
    return { file, before, ...renewal(file, before) };
  });
  const stale = plans.filter(({ before, text }) => before !== text);
  if (!options.check) for (const { file, text } of stale) replaceFile(resolve(cwd, file), text);
  const outcomes = plans.map((plan) =>
    outcomeOf(plan.file, plan, plan.before === plan.text ? "current" : options.check ? "stale" : "written"),
  );
  report(outcomes, untranslated, options, surroundings);
  return options.check && stale.length > 0 ? 1 : 0;
}

function outcomeOf(file: string, { regions, changed }: Renewal, state: Outcome["state"]): Outcome {
  return {
    file,
    state,
    regions: regions.length,
    changed: changed.map(({ line, kind, component = "" }) => ({
      line,
      region: `${kind} ${component}`.trim(),
    })),
  };
}

function report(
  outcomes: readonly Outcome[],
  untranslated: ReadonlyMap<string, ReadonlySet<string>>,
  { json, quiet }: Options,
  { stdout, stderr }: Surroundings,
): void {
  if (json)
    return void stdout.write(`${JSON.stringify({ version: 1, documents: outcomes }, undefined, 2)}\n`);
  if (quiet) return;
  for (const [file, descriptions] of untranslated) {
    for (const each of descriptions) stderr.write(`${file}: no translation of "${each}"\n`);
  }
  for (const { file, state, changed } of outcomes) {
    for (const { line, region } of changed)
      stdout.write(
        `${file}:${line}: ${region}: ${state === "stale" ? 'out of date; run "berth docs"' : "renewed"}\n`,
      );
  }
  if (outcomes.some(({ state }) => state !== "current")) return;
  const regions = outcomes.reduce((sum, each) => sum + each.regions, 0);
  stdout.write(`${regions} regions in ${outcomes.length} documents up to date\n`);
}

function templatePaths(cwd: string): string[] {
  if (!existsSync(join(cwd, "templates")))
    throw new UsageError(`no folder "templates" in ${cwd}; run this at the root of a component project`);
  return filesBelow(cwd, "templates", ".yml");
}

function documentsToRenew(named: readonly string[], cwd: string): string[] {
  if (named.length > 0) return named.map((file) => relative(cwd, resolve(cwd, file)).split(sep).join("/"));
  const readme = existsSync(join(cwd, "README.md")) ? ["README.md"] : [];
  return [...readme, ...filesBelow(cwd, "docs", ".md"), ...filesBelow(cwd, "templates", ".md")];
}

function filesBelow(cwd: string, folder: string, ending: string): string[] {
  if (!existsSync(join(cwd, folder))) return [];
  return readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(cwd, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
