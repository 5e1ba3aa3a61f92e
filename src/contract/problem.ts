import type { Origin, Place } from "../yaml/index.ts";

/** One thing that GitLab reports about a component, in its own words, with what it does not tell: where. */
export interface Problem {
  readonly message: string;
  /** Where the fault is: in the component's file, or where a value was given. */
  readonly place: Place | undefined;
  /** Where the faulty value came from, when it was given from outside: the input and the place it was given at. */
  readonly origin?: Origin | undefined;
}

/** What kind of thing is wrong: the text, a document that is no map, its size, or the contract and its use. */
export type ProblemKind = "yaml" | "not_hash" | "too_large" | "interpolation";

/** GitLab itself fails here with an exception (the user sees a server error). `message` is ours. */
export class GitLabCrash extends Error {
  override readonly name = "GitLabCrash";
  readonly place: Place | undefined;
  constructor(message: string, place?: Place) {
    super(message);
    this.place = place;
  }
}
