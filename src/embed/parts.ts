import { createHash } from "node:crypto";
import { posix } from "node:path";
import {
  bundleScript,
  bundleWithoutSources,
  delimiterFor,
  EmbedError,
  linesOf,
  posixShell,
  type ReadFile,
} from "./bundle.ts";
import {
  reachedFunctions,
  readProgram,
  requestsIn,
  type ShellFunction,
  type ShellProgram,
} from "./program.ts";
import { type Place, Shelf } from "./shelf.ts";

/** The scripts of several jobs, with what they share standing once. */
export interface SharedScripts {
  /** What the fragment holds: one hidden job, whose name carries a hash of its content. Lines of YAML, from column 0. */
  readonly fragment: readonly string[];
  /** The entries of each job's `script` list, by the script's path: lines of YAML, from column 0. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
  /** Functions that none of the jobs needs, as `file: name`; they travel nowhere. */
  readonly unused: readonly string[];
}

/**
 * Distributes what the scripts of several jobs need over parts, so that each function is once in the templates and a job
 * carries only what it can reach. The jobs take their parts by `!reference`, which GitLab resolves after all includes
 * (https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags), from a hidden job, whose content GitLab does not check
 * (https://docs.gitlab.com/ci/jobs/#hide-a-job). The hash in its name keeps two versions apart where one pipeline includes both.
 *
 * A part is an entry of `script` that defines POSIX shell functions, each of which prints its text from a quoted here-document. A long
 * text travels packed (gzip, base64), since a runner may hand a job's whole script to a shell as one argument, which holds 131,072 bytes
 * in Linux; above the part it is readable, as a YAML comment, and `berth embed --check` holds one against the other. The
 * job's own entry, the last one, prints the parts and its own text into one bash, inside `{ … }`: bash runs nothing of that before
 * it has read all of it, so a text that was cut off is a syntax error, and never half a job.
 *
 * - Functions of the files that a script sources are grouped by the set of jobs that can reach them.
 * - So are those of a program that it carries (`cat` of a `.sh` file) where that has request functions (`request_…`): a job takes
 *   the requests along that its text names. What is outside of functions comes last, as `main "$@"` must.
 * - What the libraries of a job and its program have in common is there once and is printed twice.
 * - A `#!/bin/sh` script is in the fragment as it is.
 *
 * @param scripts the jobs' scripts, in the order of the templates, each once.
 * @throws EmbedError with file and line for a fault in a script.
 */
export function shareScripts(scripts: readonly string[], read: ReadFile): SharedScripts {
  for (const path of scripts) {
    const twin = scripts.find((each) => each !== path && nameOf(each) === nameOf(path));
    if (twin)
      throw new EmbedError(
        path,
        1,
        `has the same name as "${twin}"; scripts with shared parts go by their names`,
      );
  }
  const isPosix = (path: string) => posixShell.test(linesOf(read(path) ?? "")[0] ?? "");
  const plain = scripts.filter(isPosix);
  const jobs = scripts.filter((path) => !isPosix(path)).map((path) => readJob(path, read));
  const shelf = fillShelf(jobs);
  const parts = shelf.parts();
  const body = [
    ...plain.flatMap((path) => scalar(`${nameOf(path)}: |`, asItIs(path, read))),
    ...parts.flatMap(({ key, jobs: users, text, readable }) => [
      ...readable.map((line) => (line === "" ? "#" : `# ${line}`)),
      ...scalar(`${key}: &${key} |`, [
        `# for ${users.map((each) => nameOf(jobs[each]!.path)).join(", ")}`,
        ...text,
      ]),
    ]),
    ...jobs.map(({ path }, index) => {
      const keys = parts.filter((part) => part.jobs.includes(index)).map(({ key }) => `*${key}`);
      return `${nameOf(path)}: [${keys.join(", ")}]`;
    }),
  ];
  const hash = createHash("sha256").update(body.join("\n")).digest("hex").slice(0, 12);
  const reference = (path: string) => `- !reference [.berth_scripts_${hash}, ${nameOf(path)}]`;
  const entries = new Map<string, readonly string[]>([
    ...plain.map((path) => [path, [reference(path)]] as const),
    ...jobs.map((job, index) => [job.path, [reference(job.path), ...lastEntry(job, index, shelf)]] as const),
  ]);
  return { fragment: [`".berth_scripts_${hash}":`, ...body.map(indented)], entries, unused: shelf.unused };
}

type Need = Pick<Place, "all" | "reached">;

/** A job's script: its own text, and what it can reach of other files. */
interface Job {
  readonly path: string;
  readonly own: readonly string[];
  readonly library: Need;
  /** The programs that it carries, each with the function of the library that prints it. */
  readonly programs: readonly {
    readonly carrier: ShellFunction;
    readonly program: ShellProgram;
    readonly need: Need;
  }[];
}

function readJob(path: string, read: ReadFile): Job {
  const whole = readProgram(path, read);
  const ownFunctions = whole.functions.filter(({ file }) => file === path);
  const library = whole.functions.filter(({ file }) => file !== path);
  const words = [...whole.words, ...ownFunctions.flatMap((each) => [...each.words])];
  if (ownFunctions.some(({ carries }) => carries))
    throw new EmbedError(
      path,
      1,
      "carries a program itself; with shared parts, a file that it sources has to",
    );
  const reached = reachedFunctions(library, words);
  const requests = requestsIn([...words, ...[...reached].flatMap((each) => [...each.words])]);
  const programs = [...reached].flatMap((carrier) => {
    if (!carrier.carries) return [];
    const program = readProgram(carrier.carries.path, read);
    const need = {
      all: program.functions,
      reached: reachedFunctions(program.functions, [...program.words, ...requests]),
    };
    return [{ carrier, program, need }];
  });
  const isPart = ({ carries }: ShellFunction) => carries === undefined;
  const common = new Set(
    programs.flatMap(({ program }) => program.files).filter((file) => whole.files.includes(file)),
  );
  const statements = whole.statements
    .filter(({ file }) => file !== path && !common.has(file))
    .map(({ line }) => line);
  const own = withoutHead(linesOf(bundleWithoutSources(path, read)));
  const need = { all: library.filter(isPart), reached: new Set([...reached].filter(isPart)) };
  return {
    path,
    own: [...statements, ...own],
    library: withStatements(need, whole, common),
    programs: programs.map((each) => ({
      ...each,
      program: {
        ...each.program,
        statements: each.program.statements.filter(({ file }) => !common.has(file)),
      },
      need: withStatements(each.need, each.program, common),
    })),
  };
}

/** What is outside of functions in files that job and program both source (tables, constants) travels as their functions do. */
function withStatements(need: Need, { statements }: ShellProgram, files: ReadonlySet<string>): Need {
  const added = [...files].flatMap((file): ShellFunction[] => {
    const lines = statements.filter((each) => each.file === file).map(({ line }) => line);
    return lines.length === 0
      ? []
      : [{ name: "what is outside of functions", file, lines, words: new Set() }];
  });
  return { all: [...need.all, ...added], reached: new Set([...need.reached, ...added]) };
}

const libraryName = "berth_library";

function fillShelf(jobs: readonly Job[]): Shelf {
  const shelf = new Shelf();
  const carried = jobs.flatMap(({ programs }, job) =>
    programs.map(({ program, need }) => ({ job, owner: printerName(program.path), program, need })),
  );
  addTexts(
    shelf,
    "begin",
    carried.map((each) => ({ ...each, lines: each.program.head })),
  );
  shelf.addFunctions(
    [
      ...jobs.map(({ library }, job) => ({ job, owner: libraryName, ...library })),
      ...carried.map(({ job, owner, need }) => ({ job, owner, ...need })),
    ],
    "berth_common",
  );
  const lastLines = ({ program }: (typeof carried)[number]) => program.statements.map(({ line }) => line);
  addTexts(
    shelf,
    "end",
    carried.map((each) => ({ ...each, lines: lastLines(each) })),
  );
  return shelf;
}

/** Jobs that need the same lines of a program get them from the same function. */
function addTexts(
  shelf: Shelf,
  which: string,
  texts: readonly { job: number; owner: string; lines: readonly string[] }[],
): void {
  const groups = new Map<string, { owner: string; jobs: number[]; lines: readonly string[] }>();
  for (const { job, owner, lines } of texts) {
    const key = [owner, ...lines].join("\n");
    const group = groups.get(key) ?? { owner, jobs: [], lines };
    group.jobs.push(job);
    groups.set(key, group);
  }
  const names = new Map<string, number>();
  for (const { owner, jobs, lines } of groups.values()) {
    const number = (names.get(owner) ?? 0) + 1;
    names.set(owner, number);
    shelf.addText(owner, number === 1 ? which : `${which}_${number}`, jobs, lines);
  }
}

function lastEntry({ path, own, programs }: Job, job: number, shelf: Shelf): string[] {
  const ownAndCarriers = [...own, ...programs.flatMap(({ carrier }) => carrier.lines)];
  const delimiter = delimiterFor(path, ownAndCarriers);
  const print = (lines: readonly string[]) => [`cat <<'${delimiter}'`, ...lines, delimiter];
  const carried = programs.flatMap(({ carrier, program }) => {
    const middle = carrier.carries!.after + 1;
    return [
      ...print(carrier.lines.slice(0, middle)),
      ...shelf.printersOf(job, printerName(program.path)),
      ...print(carrier.lines.slice(middle)),
    ];
  });
  return scalar("- |", [
    `# ${path} (there with its comments); what it sources and carries is in the entries before`,
    `command -v bash >/dev/null || { echo "error: this job needs bash, which its image lacks: take another image" >&2; exit 1; }`,
    "{",
    "echo '{'",
    ...shelf.printersOf(job, libraryName),
    ...carried,
    ...print(["exec 3<&-", ...own, "}"]),
    "} | bash /dev/fd/3 3<&0 </dev/null",
  ]);
}

function asItIs(path: string, read: ReadFile): string[] {
  return [`# ${path} (there with its comments)`, ...withoutHead(linesOf(bundleScript(path, read)))];
}

function withoutHead(lines: readonly string[]): readonly string[] {
  return lines.slice(lines.findIndex((line) => !/^(#|$)/.test(line)));
}

function scalar(beginning: string, lines: readonly string[]): string[] {
  return [beginning, ...lines.map(indented)];
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

/** The name of a script without folder and ending, as a key of the fragment. */
function nameOf(path: string): string {
  return posix
    .basename(path)
    .replace(/\.[^.]*$/, "")
    .replace(/\W/g, "_");
}

function printerName(path: string): string {
  return `berth_${nameOf(path).replace(/^berth_/, "")}`;
}
