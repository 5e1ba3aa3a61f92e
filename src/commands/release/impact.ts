import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { openGitlab } from "../../gitlab/index.ts";
import { type Survey, type SurveyState, surveyImpact } from "../../release/impact.ts";
import type { ExitCode, Surroundings } from "../command.ts";

export interface ImpactOptions {
  readonly group: string;
  /** The component project's full path. */
  readonly project: string;
  readonly state?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Surveys a group and prints whom the next release breaks. The state is saved after each page, so that a survey that was stopped goes on
 * where it was; a finished one begins anew. Returns 1 where somebody is broken.
 */
export async function impact(
  options: ImpactOptions,
  component: Pick<Survey, "after" | "filesAt">,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { env, signal, stdout, stderr, cwd } = surroundings;
  const gitlab = openGitlab({ env, signal });
  const file =
    options.state === undefined
      ? defaultFile(options, component.after, gitlab.address, env)
      : resolve(cwd, options.state);
  const survey: Survey = {
    ...component,
    project: options.project,
    pages: (from) => gitlab.projects.ofGroup(options.group, from),
    read: ({ id }, path) => gitlab.repository.file(id, path),
  };
  let state = await load(file);
  if (state) stderr.write(`going on after ${state.projects} projects (${file})\n`);
  for await (const reached of surveyImpact(survey, state)) {
    state = reached;
    await save(file, state);
    if (stderr.isTTY) stderr.write(`\r${state.projects} projects, ${state.impacts.length} includes`);
  }
  if (stderr.isTTY) stderr.write("\n");
  await rm(file, { force: true });
  const done = state ?? { next: undefined, finished: true, projects: 0, impacts: [] };
  stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, projects: done.projects, impacts: done.impacts }, undefined, 2)}\n`
      : render(done),
  );
  return done.impacts.some((each) => each.breaks) ? 1 : 0;
}

function render({ projects, impacts }: SurveyState): string {
  const lines = impacts.flatMap(({ consumer, use, breaks, moving, refused, risks }) => {
    const verdict = breaks ? (moving ? "BREAKS" : "breaks on upgrade") : risks.length > 0 ? "look" : "fine";
    const name = `${verdict}  ${consumer}  ${use.place ? `${use.place.file}:${use.place.line}  ` : ""}${use.component}@${use.version}`;
    return [name, ...refused.map((each) => `    ${each}`)];
  });
  const broken = new Set(impacts.filter((each) => each.breaks).map((each) => each.consumer)).size;
  lines.push(`${projects} projects, ${impacts.length} includes, ${broken} projects break`);
  return `${lines.join("\n")}\n`;
}

/** A survey belongs to one GitLab, one group and one candidate: with other templates it is another survey. */
function defaultFile(
  options: ImpactOptions,
  after: Survey["after"],
  address: string,
  env: Surroundings["env"],
): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const key = createHash("sha256")
    .update(JSON.stringify([address, options.group, options.project, after]))
    .digest("hex");
  return join(cache, "berth", `impact-${key.slice(0, 16)}.json`);
}

async function load(file: string): Promise<SurveyState | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as SurveyState;
  } catch {
    return undefined;
  }
}

async function save(file: string, state: SurveyState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
