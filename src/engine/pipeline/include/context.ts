import { type Fault, fault } from "../../problem/index.ts";
import type { GitLabVersion } from "../../version/index.ts";
import type { Place } from "../../yaml/index.ts";
import type { Findings } from "../errors.ts";
import { expandedValues } from "../variable-order.ts";
import {
  expandKnownVariables,
  expandVariables,
  type Variable,
  type VariableTable,
  valuesOf,
} from "../variables.ts";
import type { ComponentFacts, ProjectAt, Sources } from "./sources.ts";

/** GitLab stops at this many included files (`ci_max_includes`). */
const MAX_INCLUDES = 150;

/** A place in a file where another one is included. */
export interface IncludedFile {
  /** The location as messages show it. */
  readonly location: string;
  readonly kind: string;
  readonly place: Place | undefined;
}

interface Shared {
  readonly values: ReadonlyMap<string, string>;
  readonly list: readonly Variable[];
  readonly files: IncludedFile[];
  readonly locals: Set<string>;
  readonly findings: Findings;
  readonly version: GitLabVersion;
  references: boolean;
}

/** What the processing of one file and of all files below it shares. */
export class IncludeContext {
  readonly sources: Sources;
  readonly variables: VariableTable;
  /** The project and commit that local paths are resolved in. */
  readonly at: ProjectAt;
  /** What `$[[ component.… ]]` says in the files of this component. */
  readonly component: ComponentFacts | undefined;
  readonly #shared: Shared;

  private constructor(
    sources: Sources,
    variables: VariableTable,
    at: ProjectAt,
    component: ComponentFacts | undefined,
    shared: Shared,
  ) {
    this.sources = sources;
    this.variables = variables;
    this.at = at;
    this.component = component;
    this.#shared = shared;
  }

  /** The context of a whole configuration, with a list of its own for what is wrong. */
  static of(
    sources: Sources,
    variables: VariableTable,
    findings: Findings,
    version: GitLabVersion,
  ): IncludeContext {
    const values = valuesOf(variables.values());
    const shared = {
      values,
      list: [...variables.values()],
      files: [],
      locals: new Set<string>(),
      findings,
      version,
      references: false,
    };
    return new IncludeContext(sources, variables, sources.local, undefined, shared);
  }

  /** The GitLab that judges. */
  get version(): GitLabVersion {
    return this.#shared.version;
  }

  /** What was found wrong so far. */
  get findings(): Findings {
    return this.#shared.findings;
  }

  /** The context of the files that a file of another project includes. */
  within(at: ProjectAt, component: ComponentFacts | undefined): IncludeContext {
    return new IncludeContext(this.sources, this.variables, at, component, this.#shared);
  }

  get variableList(): readonly Variable[] {
    return this.#shared.list;
  }

  get values(): ReadonlyMap<string, string> {
    return this.#shared.values;
  }

  /** All files included so far, in order. */
  get files(): readonly IncludedFile[] {
    return this.#shared.files;
  }

  /** Whether a text was read that may hold references. */
  get mayHoldReferences(): boolean {
    return this.#shared.references;
  }

  /** Takes note of a text that is read. */
  noteText(text: string): void {
    this.#shared.references ||= text.includes("!reference");
  }

  /** Counts a file; the answer is what GitLab says when there are too many. */
  count(file: IncludedFile): Fault | undefined {
    this.#shared.files.push(file);
    if (file.kind === "local") this.#shared.locals.add(this.#keyOf(file.location));
    return this.#shared.files.length > MAX_INCLUDES
      ? fault("includes-many", { most: MAX_INCLUDES })
      : undefined;
  }

  /** Whether a file of the project at hand is included already. */
  includes(path: string): boolean {
    return this.#shared.locals.has(this.#keyOf(path));
  }

  #keyOf(path: string): string {
    return `${this.at.project}@${this.at.sha}:${path}`;
  }

  expand(text: string): string {
    return expandVariables(text, this.values);
  }

  /** The same with values expanded by each other; unknown names stay as they are. */
  expandKnown(text: string): string {
    return /[$%]/.test(text) ? expandKnownVariables(text, expandedValues(this.#shared.list)) : text;
  }

  /** A text in which masked values do not show. */
  mask(text: string): string {
    let masked = text;
    for (const { value, masked: isMasked } of this.variables.values()) {
      if (isMasked && value !== "") masked = masked.replaceAll(value, "x".repeat(value.length));
    }
    return masked;
  }
}
