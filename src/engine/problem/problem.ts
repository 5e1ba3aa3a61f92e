import type { Origin, Place } from "../yaml/index.ts";
import { CODES, type Code, type FactsOf } from "./codes.ts";
import { say } from "./say.ts";

/** A code with its facts: asking for the code tells what the facts are. */
export type Known = { [Each in Code]: { readonly code: Each; readonly facts: FactsOf<Each> } }[Code];

/** What a check finds wrong with one value. */
export type Fault = Known & {
  /** GitLab's words, without the name of what they speak of. */
  readonly text: string;
  /** A closer place than that of the value: the key that is unknown, the item that is wrong. */
  readonly at?: Place | undefined;
  /** The same fault for each of several keys or items, where GitLab names them in one message. */
  readonly each?: readonly Fault[] | undefined;
};

/** One thing that GitLab reports, with what it does not tell: where, and where the faulty value came from. */
export type Problem = Known & {
  /** What it speaks of: an input, a job, a keyword's path such as `jobs:test:image`, a file; empty for the whole. */
  readonly subject: string;
  /** GitLab's words, without the subject. */
  readonly text: string;
  /** GitLab's whole message. */
  readonly message: string;
  /** Where the fault is: in the component's file, or where a value was given. */
  readonly place: Place | undefined;
  /** The first of the inputs that a value at fault came from, and where that value was given. */
  readonly origin?: Origin | undefined;
  /** All of them. */
  readonly origins: readonly Origin[];
  /** Where GitLab joins several complaints to one message: each of them. */
  readonly parts?: readonly Problem[] | undefined;
  /** GitLab would say this only when what it says now is put right. */
  readonly later?: true | undefined;
};

/** A fault in GitLab's words. */
export function fault<C extends Code>(code: C, facts: FactsOf<C>, at?: Place): Fault {
  return { code, facts, text: say(code, facts), at } as unknown as Fault;
}

/** What a fault is about, and where. */
export interface Circumstances {
  readonly subject: string;
  /** The whole message; the text alone where it is left out. */
  readonly message?: string | undefined;
  readonly place: Place | undefined;
  /** The inputs that the value came from; those of the place where it is left out. */
  readonly origins?: readonly Origin[] | undefined;
  readonly parts?: readonly Problem[] | undefined;
}

/** A problem out of a fault. */
export function problemOf(
  { code, facts, text, at }: Fault,
  { subject, message, place, origins, parts }: Circumstances,
): Problem {
  const where = at ?? place;
  const from = origins ?? where?.origins ?? [];
  return {
    code,
    facts,
    subject,
    text,
    message: message ?? text,
    place: where,
    origins: from,
    ...(from[0] && { origin: from[0] }),
    ...(parts && { parts }),
  } as Problem;
}

/** Several problems of a file that GitLab tells in one message: at most three are in its words. It is known by its first. */
export function joined(problems: readonly Problem[], location?: string): Problem {
  const told = problems
    .slice(0, 3)
    .map(({ message }) => message)
    .join(", ");
  const message = location === undefined ? told : `\`${location}\`: ${told}`;
  return { ...problems[0]!, message, parts: problems };
}

/** Each problem alone: those that GitLab joins are taken apart. */
export function separate(problems: readonly Problem[]): readonly Problem[] {
  return problems.flatMap((problem) => (problem.parts ? separate(problem.parts) : [problem]));
}

/** A file that was not read may put a problem right. */
export function mayComeFromElsewhere(problem: Problem): boolean {
  return CODES[problem.code].mayComeFromElsewhere;
}

/** What a problem says, whatever its words and wherever it is: the same for two that are one. */
export function identity({ code, subject, facts }: Problem): string {
  return `${code} ${JSON.stringify(facts)} ${subject}`;
}
