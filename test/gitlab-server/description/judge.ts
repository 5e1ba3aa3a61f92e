import { answeredOtherwise, canBeNull, describedOtherwise, notAlways, undescribed } from "../not-done.ts";
import type { Answered } from "./answers.ts";
import { type Departure, departuresFrom } from "./departures.ts";
import { pattern, type Shapes, type Type } from "./shapes.ts";

/** What is wrong with the stand-in, or with its list of what is otherwise. */
export interface Verdict {
  /** Answers that depart from the description without an entry in test/gitlab-server/not-done.ts. */
  readonly departures: readonly string[];
  /** Entries there that no answer needs any more. */
  readonly stale: readonly string[];
}

/** Holds answers against the described shapes, and against the list of what is otherwise. */
export function judgeAnswers(shapes: Shapes, answers: readonly Answered[]): Verdict {
  const used = new Set<string>();
  const departures = new Set(answers.flatMap((each) => judgeAnswer(shapes, each, used)));
  return {
    departures: [...departures].toSorted(),
    stale: allEntries()
      .filter((each) => !used.has(each))
      .toSorted(),
  };
}

function judgeAnswer(shapes: Shapes, answer: Answered, used: Set<string>): string[] {
  const { request, route, status, json } = answer;
  if (status < 200 || status > 299) return [`${request} is refused: ${status} ${JSON.stringify(json)}`];
  const ofDocumentation = undescribed[route];
  if (ofDocumentation) {
    // In a newer description it can be there: then that counts.
    used.add(route);
    if (!Object.hasOwn(shapes.routes, pattern(route)))
      return departuresOf(shapes, ofDocumentation.type, answer, used);
  }
  const described = shapes.routes[pattern(route)];
  if (!described) return [`${route} is not described`];
  const otherwise = answeredOtherwise[route];
  if (otherwise) used.add(route);
  const wanted = otherwise?.status ?? status;
  if (wanted !== status) return [`${route} answers ${status}, not ${wanted}`];
  const as = otherwise?.status === undefined ? String(status) : Object.keys(described)[0];
  if (as === undefined || !Object.hasOwn(described, as))
    return [`${route} answers ${status}, not ${Object.keys(described).join(" or ")}`];
  const type = otherwise?.type ?? described[as];
  return type && json !== undefined ? departuresOf(shapes, type, answer, used) : [];
}

function departuresOf(shapes: Shapes, type: Type, { route, json }: Answered, used: Set<string>): string[] {
  return departuresFrom(shapes, type, json)
    .filter((each) => !isListed(each, used))
    .map(({ message }) => `${route}: ${message}`);
}

function isListed({ kind, field }: Departure, used: Set<string>): boolean {
  if (kind === "unknown" || kind === "type") {
    if (!Object.hasOwn(describedOtherwise, field)) return false;
    used.add(field);
    return true;
  }
  const names = Object.values(kind === "missing" ? notAlways : canBeNull).flat();
  const entry = names.find((each) => each === field || each === field.split(".").at(-1));
  if (entry !== undefined) used.add(`${kind} ${entry}`);
  return entry !== undefined;
}

function allEntries(): string[] {
  return [
    ...[undescribed, answeredOtherwise, describedOtherwise].flatMap((each) => Object.keys(each)),
    ...Object.values(notAlways)
      .flat()
      .map((name) => `missing ${name}`),
    ...Object.values(canBeNull)
      .flat()
      .map((name) => `null ${name}`),
  ];
}
