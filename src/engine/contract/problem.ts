import type { Place } from "../yaml/index.ts";

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
