import type { RunnerVariable } from "./job.ts";

/** What stands for a reference's name. */
export type LookUp = (name: string) => string;

/**
 * A text with its references resolved as the runner does: `$name` and `${name}`, `$$` is one `$`; what a shell would take for its own
 * (`$1`, `$?`) is nothing; a `$` before anything else stays. Source: Go's `os.Expand`, which the runner uses.
 */
export function expandReferences(text: string, lookUp: LookUp): string {
  return text.replace(/\$(?:\{([^}]*)\}|\{|([*#$@!?\-0-9])|([A-Za-z_]\w*))/g, (_, braced, special, name) => {
    const found: string = braced ?? special ?? name ?? "";
    if (found === "$") return "$";
    return found === "" || /^[*#@!?\-0-9]$/.test(found) ? "" : lookUp(found);
  });
}

/** The variables of a job, later ones over earlier ones of the same name. */
export class JobVariables {
  readonly all: readonly RunnerVariable[];
  private readonly byKey: ReadonlyMap<string, RunnerVariable>;
  private readonly fileFolder: string;

  /** `fileFolder`: where the files of File variables are, as the job sees it. */
  constructor(variables: readonly RunnerVariable[], fileFolder: string) {
    this.fileFolder = fileFolder;
    const given = new Map(variables.map((each) => [each.key, each]));
    // Once: a reference gives the other's text as it was sent (rows `variables.nested-twice`, `cycle`).
    const lookUp = (name: string) => {
      const found = given.get(name);
      return found?.file ? this.fileOf(name) : (found?.value ?? "");
    };
    this.all = variables.map((each) =>
      each.raw ? each : { ...each, value: expandReferences(each.value, lookUp) },
    );
    this.byKey = new Map(this.all.map((each) => [each.key, each]));
  }

  /** The value of a variable, of a File variable its path; empty where there is none. */
  get(name: string): string {
    const found = this.byKey.get(name);
    return found?.file ? this.fileOf(name) : (found?.value ?? "");
  }

  /** A text of the job's definition (a path, a key, a name of an image) with its references resolved. */
  expand(text: string): string {
    return expandReferences(text, (name) => this.get(name));
  }

  /** The same variables and some more over them. */
  with(more: Readonly<Record<string, string>>): JobVariables {
    const added = Object.entries(more).map(([key, value]) => ({ key, value, raw: true }));
    const raw = this.all.map((each) => ({ ...each, raw: true }));
    return new JobVariables([...raw, ...added], this.fileFolder);
  }

  /** What must not stand in the trace. */
  get masked(): readonly string[] {
    return this.all.flatMap(({ masked, value }) => (masked && value !== "" ? [value] : []));
  }

  /** Where the content of a File variable is. */
  fileOf(name: string): string {
    return `${this.fileFolder}/${name}`;
  }
}
