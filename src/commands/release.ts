import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { Repository } from "../git/repository.ts";
import { releaseJobIn } from "../lint/release-job.ts";
import { changelogSection } from "../release/changelog.ts";
import { checkRelease, compareVersions, type ReleaseVerdict } from "../release/check.ts";
import { parseVersion } from "../release/index.ts";
import { releaseNotes } from "../release/notes.ts";
import { readableFiles } from "../release/readable.ts";
import { folderTree } from "../sources/folder.ts";
import { isMovingVersion, tagOfVersion } from "../sources/versions.ts";
import type { CommandModule, ExitCode, Surroundings } from "./command.ts";

interface Options {
  readonly since?: string;
  readonly tag?: string;
  readonly project?: string;
  readonly on?: string;
  readonly json?: boolean;
}

interface ImpactArguments extends Options {
  readonly group: string;
  readonly state?: string;
  readonly notes?: string;
  readonly perSecond?: string;
}

/** `berth release`: whether a release is honest about what changed, and its notes. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description(
      "Holds a release against the last one: what breaks consumers, the least honest version, the catalog's conditions.",
    )
    .addHelpText("after", help);
  const since = [
    "--since <tag>",
    "the release to compare with (default: the highest semantic tag below the new one; with a token, the highest released one)",
  ] as const;
  const tag = [
    "--tag <tag>",
    "the tag that the release is to have (default: CI_COMMIT_TAG, or the changelog's newest version, if it is a new one)",
  ] as const;
  program
    .command("check")
    .description("Says what changed for consumers and what stands in the way of a release.")
    .option(...since)
    .option(...tag)
    .option(
      "--project <path>",
      "also ask GitLab about this project (default: CI_PROJECT_PATH, where GITLAB_TOKEN is set)",
    )
    .option(
      "--on <place>",
      "gitlab: also check the project's settings there, each with the page where it is changed",
    )
    .option("--json", "print the verdict as JSON")
    .action(async (options: Options) => finish(await check(options, surroundings)));
  program
    .command("notes")
    .description(
      "Prints release notes in Markdown: the changelog's section and the changes to the interface.",
    )
    .option(...since)
    .option(...tag)
    .action(async (options: Options) => finish(await notes(options, surroundings)));
  program
    .command("impact")
    .description("Says which projects of a GitLab group the next release breaks, and where.")
    .requiredOption("--group <path>", "the group; its subgroups are included")
    .option("--project <path>", "this component project's path on GitLab (default: CI_PROJECT_PATH)")
    .option("--state <file>", "where to save how far the survey has come (default: the user's cache)")
    .option("--per-second <number>", "how many requests may start in a second (default: 10)")
    .option("--notes <folder>", "write a note in Markdown for the owners of each project that is touched")
    .option("--json", "print the result as JSON")
    .action(async (options: ImpactArguments) => {
      finish(await surveyGroup(options, surroundings));
    });
};

const help = `
Exit code of check: 0 nothing stands in the way, 1 something does, 2 could not run.

Examples:
  berth release check                     against the highest tag: changes, and the version they ask for
  berth release check --since 1.2.0 --tag 1.3.0
  berth release check --on gitlab --project platform/berth
  berth release notes --tag 1.3.0 > notes.md
  berth release impact --group platform --project platform/berth --notes notes`;

async function check(options: Options, surroundings: Surroundings): Promise<ExitCode> {
  const { verdict, since } = await judge(options, surroundings);
  if (options.json) {
    surroundings.stdout.write(
      `${JSON.stringify({ version: 1, since: since ?? null, ...verdict }, undefined, 2)}\n`,
    );
  } else surroundings.stdout.write(render(verdict, since));
  return verdict.obstacles.length > 0 ? 1 : 0;
}

async function notes(options: Options, surroundings: Surroundings): Promise<ExitCode> {
  const { verdict, files } = await judge(options, surroundings);
  const { tag } = verdict;
  const section = changelogSection(files["CHANGELOG.md"] ?? "", tag ?? "Unreleased");
  surroundings.stdout.write(releaseNotes(tag ?? verdict.leastVersion, section, verdict.changes));
  return 0;
}

async function surveyGroup(options: ImpactArguments, surroundings: Surroundings): Promise<ExitCode> {
  const { cwd, env } = surroundings;
  const project = options.project ?? env.CI_PROJECT_PATH;
  if (!project)
    throw new UsageError("say which project on GitLab this is: --project group/name (or CI_PROJECT_PATH)");
  const repository = new Repository(cwd);
  const tags = (await repository.tags()).map((each) => each.name);
  const known = new Map<string, Promise<Record<string, string> | undefined>>();
  const filesAt = (version: string) => {
    const tag = isMovingVersion(version) ? tagOfVersion(version, tags) : version;
    const found =
      known.get(version) ??
      (tag === undefined ? Promise.resolve(undefined) : filesAtTag(repository, tag).catch(() => undefined));
    known.set(version, found);
    return found;
  };
  const { impact } = await import("./release/impact.ts");
  const after = await filesOfFolder(await repository.root());
  return impact({ ...options, project, perSecond: paceOf(options) }, { after, filesAt }, surroundings);
}

function paceOf({ perSecond }: ImpactArguments): number | undefined {
  if (perSecond === undefined) return undefined;
  const pace = Number(perSecond);
  if (pace > 0) return pace;
  throw new UsageError(`--per-second ${perSecond}: a number above zero is right, such as 20`);
}

async function judge(options: Options, surroundings: Surroundings) {
  const { cwd, env } = surroundings;
  const repository = new Repository(cwd);
  const tag = options.tag ?? (env.CI_COMMIT_TAG || undefined);
  const tags = await repository.tags().catch(() => {
    throw new UsageError(`"${cwd}" is not in a git repository: berth release compares with its tags`);
  });
  if (options.since === undefined && (await repository.isShallow()))
    throw new UsageError(
      'the clone is shallow, and may lack the last release: fetch all of it (GIT_DEPTH: "0" under the job\'s variables, or git fetch --unshallow --tags), or name the release with --since',
    );
  const server = await ask(options, surroundings);
  const released = (name: string) => !server?.released.length || server.released.includes(name);
  const since = options.since ?? predecessor(tags.map((each) => each.name).filter(released), tag);
  if (since !== undefined && !tags.some((each) => each.name === since))
    throw new UsageError(`there is no tag "${since}"`);
  const root = await repository.root();
  const { files, broken } = readableFiles(await filesOfFolder(root));
  const [first] = broken;
  if (first !== undefined) throw new UsageError(`${first.text}; berth lint shows the place`);
  const releaseJob = releaseJobIn(folderTree(root));
  const old = since === undefined ? undefined : readableFiles(await filesAtTag(repository, since));
  for (const { text } of old?.broken ?? [])
    surroundings.stderr.write(`berth: ${since}: ${text}: left out of the comparison\n`);
  const before = since === undefined || old === undefined ? undefined : { tag: since, files: old.files };
  return {
    verdict: checkRelease({
      ...{ files, releaseJob, since: before, tag },
      ...(server && { server, ...(server.settings && { settings: server.settings }) }),
    }),
    since,
    files,
  };
}

/** What GitLab knows of the project. Nothing is asked without a token or a project, unless `--on gitlab` says so. */
async function ask({ project, on }: Options, { env, signal }: Surroundings) {
  if (on !== undefined && on !== "gitlab") throw new UsageError(`--on ${on}: the only place is gitlab`);
  const path = project ?? (env.CI_PROJECT_PATH || undefined);
  if (on !== undefined && path === undefined)
    throw new UsageError(
      "--on gitlab: no GitLab project: name one with --project group/name (or set CI_PROJECT_PATH)",
    );
  if (path === undefined || (project === undefined && on === undefined && !env.GITLAB_TOKEN))
    return undefined;
  const { openGitlab } = await import("../gitlab/index.ts");
  const { askServer } = await import("./release/ask-server.ts");
  return askServer(openGitlab({ env, signal }), path, { settings: on !== undefined });
}

/** The highest semantic tag below another: a mended 1.2.1 is held against 1.2.0, though there is a 2.0.0. */
function predecessor(tags: readonly string[], tag: string | undefined): string | undefined {
  const limit = parseVersion(tag?.replace(/-[0-9A-Za-z.-]+$/, "") ?? "");
  const versions = tags.flatMap((name) => {
    const version = parseVersion(name);
    const below = version && (limit === undefined || compareVersions(version, limit) < 0);
    return below && name !== tag ? [{ name, version }] : [];
  });
  return versions.sort((one, other) => compareVersions(one.version, other.version)).at(-1)?.name;
}

const counted = /^(templates\/.*\.yml|README\.md|CHANGELOG\.md|\.gitlab-ci\.yml|LICEN[CS]E[^/]*)$/i;

async function filesAtTag(repository: Repository, tag: string): Promise<Record<string, string>> {
  const paths = (await repository.files(tag)).filter((path) => counted.test(path));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, (await repository.read(tag, path)) ?? ""] as const)),
  );
}

async function filesOfFolder(root: string): Promise<Record<string, string>> {
  const templates = existsSync(join(root, "templates"))
    ? await readdir(join(root, "templates"), { recursive: true })
    : [];
  const paths = [...(await readdir(root)), ...templates.map((each) => `templates/${each}`)].filter((path) =>
    counted.test(path),
  );
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const)),
  );
}

function render(
  { tag, changes, leastVersion, obstacles, untold = [] }: ReleaseVerdict,
  since: string | undefined,
): string {
  const lines = changes.map((each) => {
    const { place } = each;
    const where = place
      ? `${place.side === "before" ? `${since}:` : ""}${place.file}:${place.line}:${place.column}: `
      : "";
    return `${each.class.padEnd(5)}  ${where}${each.component}: ${each.message} [${each.kind}]`;
  });
  lines.push(
    since === undefined
      ? "no release yet: nothing to compare with"
      : `${changes.length} changes since ${since}; the next version is ${leastVersion} or higher`,
  );
  for (const { rule, message } of obstacles) lines.push(`not ready: ${message} [${rule}]`);
  for (const what of untold) lines.push(`not told: ${what}`);
  if (obstacles.length === 0) lines.push(`nothing stands in the way of ${tag ?? "the release"}`);
  return `${lines.join("\n")}\n`;
}
