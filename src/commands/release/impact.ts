import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { openGitlab } from "../../gitlab/index.ts";
import { type Survey, type SurveyState, surveyImpact } from "../../release/impact.ts";
import { ownerNotes } from "../../release/owner-notes.ts";
import type { ExitCode, Surroundings } from "../command.ts";

export interface ImpactOptions {
  readonly group: string;
  /** The component project's full path. */
  readonly project: string;
  readonly state?: string | undefined;
  /** A folder for one note for each project that is touched. */
  readonly notes?: string | undefined;
  /** How many requests may start in a second. */
  readonly perSecond?: number | undefined;
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
  const { perSecond } = options;
  const gitlab = openGitlab({ env, signal, ...(perSecond !== undefined && { perSecond }) });
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
    if (stderr.isTTY) stderr.write(`\r\x1b[2K${progressOf(state)}`);
  }
  if (stderr.isTTY) stderr.write("\r\x1b[2K");
  await rm(file, { force: true });
  const done = state ?? { next: undefined, finished: true, projects: 0, impacts: [] };
  if (options.notes !== undefined) {
    const folder = resolve(cwd, options.notes);
    const notes = ownerNotes(options.project, done.impacts);
    await writeNotes(folder, notes);
    stderr.write(`${notes.size} notes written to ${folder}\n`);
  }
  stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, projects: done.projects, impacts: done.impacts }, undefined, 2)}\n`
      : render(done),
  );
  return done.impacts.some((each) => each.breaks) ? 1 : 0;
}

/** `[#####...............]  500 of 2000 projects, 71 includes` */
function progressOf({ projects, total, impacts }: SurveyState): string {
  const width = 20;
  const filled = total ? Math.min(width, Math.floor((projects / total) * width)) : 0;
  const bar = total ? `[${"#".repeat(filled)}${".".repeat(width - filled)}]  ` : "";
  return `${bar}${projects}${total ? ` of ${total}` : ""} projects, ${impacts.length} includes`;
}

/** A table, the worst first, each row followed by GitLab's words where it would refuse the inputs. */
function render({ projects, impacts }: SurveyState): string {
  const rows = impacts
    .map((each) => ({ verdict: verdictOf(each), impact: each }))
    .sort((one, other) => verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict))
    .map(({ verdict, impact: { consumer, use, refused } }) => ({
      cells: [
        verdict,
        consumer,
        use.place ? `${use.place.file}:${use.place.line}` : "",
        `${use.component}@${use.version}`,
      ],
      refused,
    }));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const lines = rows.flatMap(({ cells, refused }) => [
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
    ...refused.map((each) => `    ${each}`),
  ]);
  const broken = new Set(impacts.filter((each) => each.breaks).map((each) => each.consumer)).size;
  lines.push(`${projects} projects, ${impacts.length} includes, ${broken} projects break`);
  return `${lines.join("\n")}\n`;
}

/** From the worst: broken without its own doing, broken when it raises its pin, to be looked at, untouched. */
const verdicts = ["BREAKS", "breaks on upgrade", "look", "fine"] as const;

function verdictOf({ breaks, moving, risks }: SurveyState["impacts"][number]): (typeof verdicts)[number] {
  if (breaks) return moving ? "BREAKS" : "breaks on upgrade";
  return risks.length > 0 ? "look" : "fine";
}

/** One file a project, named after its path; other files in the folder stay. */
async function writeNotes(folder: string, notes: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [consumer, text] of notes)
    await writeFile(join(folder, `${consumer.replaceAll("/", "--")}.md`), text);
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
