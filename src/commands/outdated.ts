import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { Repository } from "../git/repository.ts";
import type { GitlabClient } from "../gitlab/index.ts";
import { type ComponentSource, findOutdated } from "../release/outdated.ts";
import type { Pin } from "../release/pin.ts";
import { fixPins, isSha } from "../release/pin-text.ts";
import { readLocalIncludes } from "../release/use.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";
import { replaceFile } from "./project-files.ts";

interface Options {
  readonly fix?: boolean;
  readonly pin?: string;
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
      "--pin <form>",
      "with --fix: sha pins commits, the version in a comment behind; a pinned commit stays one",
    )
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
  berth outdated --fix --pin sha          commits in place of tags, which can be moved
  berth outdated --repository platform/berth=../berth`;

async function outdated(file: string, options: Options, surroundings: Surroundings): Promise<ExitCode> {
  const path = resolve(surroundings.cwd, file);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`there is no file "${file}"`);
  });
  if (options.pin !== undefined && options.pin !== "sha")
    throw new UsageError(`--pin ${options.pin}: the only form is sha`);
  const sha = options.pin === "sha";
  if (sha && !options.fix) throw new UsageError("--pin sha says how --fix writes a version: give both");
  const pins = await findOutdated(text, file, sourceOf(options, surroundings), { commits: sha });
  const fixed = options.fix ? fixPins(text, pins, { sha }) : text;
  if (fixed !== text) {
    replaceFile(path, fixed);
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
  let opened: Promise<GitlabClient> | undefined;
  const gitlab = () => {
    opened ??= import("../gitlab/index.ts").then(({ openGitlab }) => openGitlab({ env, signal }));
    return opened;
  };
  const read = async (project: string, version: string, path: string) => {
    const local = folders.get(project);
    return local ? local.read(version, path) : (await gitlab()).repository.file(project, path, version);
  };
  return {
    tags: async (project) => {
      const local = folders.get(project);
      if (local) return (await local.tags()).map((each) => each.name);
      // A tag that was refused has no release.
      const { projects, repository: remote } = await gitlab();
      const { isGitlabError } = await import("../gitlab/index.ts");
      try {
        const releases = await projects.releases(project);
        if (releases.length > 0) return releases.map((each) => each.tag_name);
        return (await remote.tags(project)).map((each) => each.name);
      } catch (error) {
        if (isGitlabError(error, "not-found")) return undefined;
        throw error;
      }
    },
    commits: async (project) => {
      const local = folders.get(project);
      const tags = local
        ? (await local.tags()).map(({ name, commit }) => [name, commit] as const)
        : (await (await gitlab()).repository.tags(project)).map(
            ({ name, commit }) => [name, commit.id] as const,
          );
      return new Map(tags);
    },
    files: (project, component, version) =>
      filesOfComponent(component, (path) => read(project, version, path)),
  };
}

/** A component's file and those of its project that it includes, by path; empty where there is no such component. */
async function filesOfComponent(
  component: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const start of [`templates/${component}.yml`, `templates/${component}/template.yml`]) {
    const paths = [start];
    for (const path of paths) {
      const text = await read(path);
      if (text === undefined) continue;
      files[path] = text;
      paths.push(...readLocalIncludes(text, path).filter((each) => !paths.includes(each)));
    }
    if (files[start] !== undefined) return files;
  }
  return {};
}

function render(pins: readonly Pin[], file: string): string {
  if (pins.length === 0) return `${file} includes no components\n`;
  return pins
    .flatMap(({ use, version, wronglySaid, state, newest, safest, refused, risks }) => {
      const pin = isSha(use.version)
        ? `${use.version.slice(0, 8)} (${version ?? "no version"})`
        : use.version;
      const name = `${file}:${use.place?.line ?? 1}: ${use.project}/${use.component}@${pin}`;
      const wrong =
        wronglySaid === undefined ? [] : [`  the comment says ${wronglySaid}: the commit is ${version}`];
      if (state !== "outdated") return [`${name}: ${state}`, ...wrong];
      return [
        `${name}: outdated, newest ${newest}, ${safest === version ? "no newer one is safe" : `safe to go to ${safest}`}`,
        ...wrong,
        ...refused.map((each) => `  ${newest} refuses: ${each}`),
        ...risks.map((each) => `  ${newest} breaks: ${each.message}`),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
