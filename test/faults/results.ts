import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { treeState } from "../repeat/tree.ts";

/** One line of a results file. */
interface Line {
  /** Of all files of the repository (test/repeat/tree.ts): what was tried on another state says nothing of this one. */
  readonly tree: string;
  readonly commit: string;
  readonly name: string;
  readonly problems: readonly string[];
}

/** Where a run of all cases, which takes hours, keeps what it has found, so that it can be cut short and continued. */
export class Results {
  private readonly file: string | undefined;
  private readonly state = treeState();
  private readonly well: ReadonlySet<string>;

  /** @param file is made where it is missing; without one nothing is kept. */
  constructor(file: string | undefined) {
    this.file = file;
    this.well = new Set(
      this.lines().flatMap(({ tree, name, problems }) =>
        tree === this.state.tree && problems.length === 0 ? [name] : [],
      ),
    );
  }

  /** Whether a case went well already, on these very files. */
  has(name: string): boolean {
    return this.well.has(name);
  }

  /** Adds how a case went. */
  add(name: string, problems: readonly string[]): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const { tree, commit } = this.state;
    // With a line of its own also after one that was cut short.
    appendFileSync(this.file, `\n${JSON.stringify({ tree, commit, name, problems } satisfies Line)}`);
  }

  private lines(): Line[] {
    if (this.file === undefined || !existsSync(this.file)) return [];
    return readFileSync(this.file, "utf8")
      .split("\n")
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as Line];
        } catch {
          return []; // the empty first line, and one that was cut short
        }
      });
  }
}
