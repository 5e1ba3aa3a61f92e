import { posix } from "node:path";
import { hereDocument } from "./bundle.ts";
import { packed } from "./packed.ts";
import type { ShellFunction } from "./program.ts";

/** In characters: a shorter text is not worth packing, and stays readable where it is. */
const smallest = 1500;

/** A place where one job prints functions: its library, or a program that it carries. */
export interface Place {
  /** The number of the job, from 0. */
  readonly job: number;
  /** What the functions that print there are named after. */
  readonly owner: string;
  /** All functions that there are. */
  readonly all: readonly ShellFunction[];
  /** Those that are needed there. */
  readonly reached: ReadonlySet<ShellFunction>;
}

/** One text of the fragment: what exactly these jobs need. */
export interface Part {
  readonly key: string;
  /** The numbers of the jobs, from 0. */
  readonly jobs: readonly number[];
  /** The shell functions, as they travel. */
  readonly text: readonly string[];
  /** What is packed in them, for people: it travels nowhere. */
  readonly readable: readonly string[];
}

/**
 * Texts for several jobs, distributed over as few parts as there are sets of jobs, so that each text is there once and no job takes
 * one along that it does not need. Jobs go by their numbers, from 0.
 */
export class Shelf {
  /** Functions that no job needs, as `file: name`. */
  readonly unused: string[] = [];
  private readonly texts = new Map<string, { jobs: readonly number[]; text: string[]; readable: string[] }>();
  private readonly printers: { places: readonly Pick<Place, "job" | "owner">[]; name: string }[] = [];

  /**
   * Puts functions there, grouped by the places that need them. What a job's library and a program of it both need is printed
   * in both places by one function, and named after `common`.
   */
  addFunctions(places: readonly Place[], common: string): void {
    const functions = new Map(places.flatMap(({ all }) => all.map((each) => [identity(each), each])));
    const reached = places.map((each) => new Set([...each.reached].map(identity)));
    const groups = new Map<string, { places: Place[]; functions: ShellFunction[] }>();
    for (const [id, each] of functions) {
      const users = places.filter((_, index) => reached[index]!.has(id));
      if (users.length === 0) this.unused.push(id);
      const key = users.map(({ job, owner }) => `${job} ${owner}`).join();
      const group = groups.get(key) ?? { places: users, functions: [] };
      group.functions.push(each);
      groups.set(key, group);
    }
    groups.delete("");
    const numbers = new Map<string, number>();
    for (const group of largestFirst(
      [...groups.values()].map((each) => ({ ...each, jobs: jobsOf(each.places) })),
    )) {
      const owners = new Set(group.places.map(({ owner }) => owner));
      const owner = owners.size === 1 ? group.places[0]!.owner : common;
      numbers.set(owner, (numbers.get(owner) ?? 0) + 1);
      this.add(`${owner}_${numbers.get(owner)}`, group.places, withFileNames(group.functions));
    }
  }

  /** Puts lines there that these jobs need as they are; printed in the order in which they were added. */
  addText(owner: string, which: string, jobs: readonly number[], lines: readonly string[]): void {
    if (jobs.length === 0 || lines.length === 0) return;
    this.add(
      `${owner}_${which}`,
      jobs.map((job) => ({ job, owner })),
      lines,
    );
  }

  /** The names of the shell functions that print what the job needs there, in order. */
  printersOf(job: number, owner: string): string[] {
    return this.printers
      .filter(({ places }) => places.some((each) => each.job === job && each.owner === owner))
      .map(({ name }) => name);
  }

  private add(name: string, places: readonly Pick<Place, "job" | "owner">[], lines: readonly string[]): void {
    const jobs = jobsOf(places);
    const shelf = this.texts.get(jobs.join()) ?? { jobs, text: [], readable: [] };
    const text = lines.join("\n");
    const small = text.length < smallest;
    const here = small
      ? hereDocument("cat ", name, text)
      : hereDocument("base64 -d ", name, packed(text), " | gzip -dc");
    if (!small) shelf.readable.push(`${name}:`, ...lines);
    shelf.text.push(`${name}() {`, ...here, "}");
    this.texts.set(jobs.join(), shelf);
    this.printers.push({ places, name });
  }

  /** The parts, what most jobs need first. */
  parts(): Part[] {
    return largestFirst(this.texts.values()).map((each, index) => ({ key: `part_${index + 1}`, ...each }));
  }
}

function jobsOf(places: readonly { readonly job: number }[]): number[] {
  return [...new Set(places.map(({ job }) => job))].sort((one, other) => one - other);
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
