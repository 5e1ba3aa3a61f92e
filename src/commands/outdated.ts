import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Repository } from "../git/repository.ts";
import { type ComponentSource, findOutdated, fixPins, type Pin } from "../release/outdated.ts";
import { type CommandModule, type ExitCode, type Surroundings, UsageError } from "./command.ts";

interface Options {
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly repository: readonly string[];
}

/** `berth outdated`: a consumer's pins against the released versions, and what an upgrade would break for its inputs. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Compares the component versions that a pipeline file pins with the released ones, for the inputs that it gives.",
    )
    .argument("[file]", "the pipeline file", ".gitlab-ci.yml")
    .option("--fix", "raise each pin to the newest version that breaks nothing here")
    .option(
      "--repository <path=folder>",
      "take a component project from a git repository on this machine, not from GitLab (repeatable)",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option("--json", "print the result as JSON")
    .addHelpText("after", help)
    .action(async (file: string, options: Options) => finish(await outdated(file, options, surroundings)));
};

const help = `
Projects are looked up on GITLAB_URL (or CI_SERVER_URL) with GITLAB_TOKEN. Exit code: 0 all current, 1 something is outdated.

Examples:
  berth outdated
  berth outdated --fix
  berth outdated --repository platform/berth=../berth`;

async function outdated(file: string, options: Options, surroundings: Surroundings): Promise<ExitCode> {
  const path = resolve(surroundings.cwd, file);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`there is no file "${file}"`);
  });
  const pins = await findOutdated(text, file, sourceOf(options, surroundings));
  const fixed = options.fix ? fixPins(text, pins) : text;
  if (fixed !== text) {
    await writeFile(`${path}.new`, fixed);
    await rename(`${path}.new`, path);
  }
  surroundings.stdout.write(
    options.json ? `${JSON.stringify({ version: 1, pins }, undefined, 2)}\n` : render(pins, file),
  );
  return pins.some((each) => each.state === "outdated" && !(options.fix && each.safest === each.newest))
    ? 1
    : 0;
}

function sourceOf({ repository }: Options, { env, signal, cwd }: Surroundings): ComponentSource {
  const folders = new Map(
    repository.map((each) => {
      const cut = each.indexOf("=");
      if (cut < 1)
        throw new UsageError(
          `--repository takes a project and its folder, such as group/project=../project, not "${each}"`,
        );
      return [each.slice(0, cut), new Repository(resolve(cwd, each.slice(cut + 1)))] as const;
    }),
  );
  const gitlab = async () => (await import("../gitlab/index.ts")).openGitlab({ env, signal });
  return {
    tags: async (project) => {
      const local = folders.get(project);
      return (local ? await local.tags() : await (await gitlab()).repository.tags(project)).map(
        (each) => each.name,
      );
    },
    files: async (project, component, version) => {
      const local = folders.get(project);
      const client = local ? undefined : await gitlab();
      for (const path of [`templates/${component}.yml`, `templates/${component}/template.yml`]) {
        const text = local
          ? await local.read(version, path)
          : await client?.repository.file(project, path, version);
        if (text !== undefined) return { [path]: text };
      }
      return {};
    },
  };
}

function render(pins: readonly Pin[], file: string): string {
  if (pins.length === 0) return `${file} includes no components\n`;
  return pins
    .flatMap(({ use, state, newest, safest, refused, risks }) => {
      const name = `${file}:${use.place?.line ?? 1}: ${use.project}/${use.component}@${use.version}`;
      if (state !== "outdated") return [`${name}: ${state}`];
      return [
        `${name}: outdated, newest ${newest}, safe to go to ${safest}`,
        ...refused.map((each) => `  ${newest} refuses: ${each}`),
        ...risks.map((each) => `  ${newest} breaks: ${each.message}`),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
