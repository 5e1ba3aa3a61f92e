import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import type { GitLabVersion } from "../version/index.ts";
import { type Entry, type Place, toRubyString, type YamlMap } from "../yaml/index.ts";

/** Collects problems; a message is `<location> <text>` in lower case. */
export class Report {
  readonly version: GitLabVersion;
  readonly goesOn: boolean;
  readonly problems: Problem[] = [];
  /** GitLab would say what follows only when what is there already is put right. */
  isLater = false;

  constructor(version: GitLabVersion, goesOn: boolean) {
    this.version = version;
    this.goesOn = goesOn;
  }

  add(location: string, wrong: Fault, place: Place | undefined, isLater = this.isLater): void {
    const message = `${location} ${wrong.text}`.toLowerCase();
    const parts = wrong.each?.map((each) =>
      problemOf(each, { subject: location, message: `${location} ${each.text}`.toLowerCase(), place }),
    );
    const problem = problemOf(wrong, { subject: location, message, place, parts });
    this.problems.push(isLater ? { ...problem, later: true } : problem);
  }

  unknownKeys(location: string, map: YamlMap, known: readonly string[]): void {
    const unknown = [...map.entries()].filter(({ key }) => !known.includes(key as string));
    if (unknown.length === 0) return;
    const wrong = (entries: readonly Entry[]) =>
      fault(
        "header-keys-unknown",
        { keys: entries.map(({ key }) => toRubyString(key)), allowed: known },
        entries[0]?.keyPlace,
      );
    const each = unknown.length > 1 ? unknown.map((entry) => wrong([entry])) : undefined;
    this.add(location, { ...wrong(unknown), each }, undefined);
  }
}
