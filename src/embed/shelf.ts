import { posix } from "node:path";
import { hereDocument } from "./bundle.ts";
import type { ShellFunction } from "./program.ts";

/** What one job needs of a program (or of the libraries that its script sources). */
export interface Need {
  /** All functions that there are. */
  readonly all: readonly ShellFunction[];
  /** Those that this job can reach. */
  readonly reached: ReadonlySet<ShellFunction>;
}

/** One text of the fragment: what exactly these jobs need. */
export interface Part {
  readonly key: string;
  /** The numbers of the jobs, from 0. */
  readonly jobs: readonly number[];
  readonly text: readonly string[];
}

/**
 * Texts for several jobs, distributed over as few parts as there are sets of jobs, so that each text stands once and no job takes
 * one along that it does not need. Jobs go by their numbers, from 0.
 */
export class Shelf {
  /** Functions that no job needs, as `file: name`. */
  readonly unused: string[] = [];
  private readonly texts = new Map<string, { jobs: readonly number[]; text: string[] }>();
  private readonly printers: { jobs: readonly number[]; owner: string; name: string }[] = [];

  /**
   * Puts the functions of a program there, grouped by who needs them. `owner` names the program.
   *
   * @param needs one for each job; undefined for a job without this program.
   */
  addFunctions(owner: string, needs: readonly (Need | undefined)[]): void {
    const functions = new Map(
      needs.flatMap((need) => (need?.all ?? []).map((each) => [identity(each), each])),
    );
    const reached = needs.map((need) => new Set([...(need?.reached ?? [])].map(identity)));
    const groups = new Map<string, { jobs: number[]; functions: ShellFunction[] }>();
    for (const [id, each] of functions) {
      const jobs = reached.flatMap((ids, job) => (ids.has(id) ? [job] : []));
      const group = groups.get(jobs.join()) ?? { jobs, functions: [] };
      group.functions.push(each);
      groups.set(jobs.join(), group);
    }
    this.unused.push(...(groups.get("")?.functions ?? []).map(identity));
    groups.delete("");
    for (const [index, { jobs, functions: members }] of largestFirst(groups.values()).entries())
      this.addText(owner, String(index + 1), jobs, withFileNames(members));
  }

  /** Puts lines there that these jobs need as they are; printed in the order in which they were added. */
  addText(owner: string, which: string, jobs: readonly number[], lines: readonly string[]): void {
    if (jobs.length === 0 || lines.length === 0) return;
    const name = `${owner}_${which}`;
    const shelf = this.texts.get(jobs.join()) ?? { jobs, text: [] };
    shelf.text.push(`${name}() {`, ...hereDocument("cat ", name, lines.join("\n")), "}");
    this.texts.set(jobs.join(), shelf);
    this.printers.push({ jobs, owner, name });
  }

  /** The names of the shell functions that print what the job needs of this owner, in order. */
  printersOf(job: number, owner: string): string[] {
    return this.printers
      .filter((each) => each.owner === owner && each.jobs.includes(job))
      .map(({ name }) => name);
  }

  /** The parts, what most jobs need first. */
  parts(): Part[] {
    return largestFirst(this.texts.values()).map((each, index) => ({ key: `part_${index + 1}`, ...each }));
  }
}

function identity({ file, name }: ShellFunction): string {
  return `${file}: ${name}`;
}

function largestFirst<Group extends { jobs: readonly number[] }>(groups: Iterable<Group>): Group[] {
  return [...groups].sort(
    (one, other) => other.jobs.length - one.jobs.length || (one.jobs.join() < other.jobs.join() ? -1 : 1),
  );
}

/** The functions' lines, with the name of their file where it changes. */
function withFileNames(functions: readonly ShellFunction[]): string[] {
  return functions.flatMap(({ file, lines }, index) =>
    functions[index - 1]?.file === file ? lines : [`# ${posix.basename(file)}`, ...lines],
  );
}
