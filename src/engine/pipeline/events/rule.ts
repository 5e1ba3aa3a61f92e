import { type Fault, fault } from "../../problem/index.ts";
import { projectAt, type Sources } from "../include/sources.ts";
import { globMatches, isPlainPath } from "./glob.ts";
import { compileRubyPattern } from "./ruby-pattern.ts";

/* When a rule of a job, a workflow or an include holds (Gitlab::Ci::Build::Rules, 18.11). */

/** A rule, as the entries give it. */
export interface RuleClauses {
  readonly if?: string;
  readonly changes?: {
    readonly paths?: readonly string[];
    /** A regular expression of Ruby (19.2). */
    readonly regexp?: string | null;
    readonly compare_to?: string;
  };
  readonly exists?: {
    readonly paths?: readonly string[];
    readonly regexp?: string | null;
    readonly project?: string;
    readonly ref?: string;
  };
  readonly when?: string;
  readonly start_in?: string;
  readonly allow_failure?: boolean;
  readonly interruptible?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly needs?: unknown;
}

/** What the clauses of a rule are held against. */
export interface RuleSurroundings {
  readonly holds: (condition: string) => boolean;
  /** Replaces variables in globs. */
  readonly expand: (text: string) => string;
  /** The paths of the project's files. */
  readonly files: () => readonly string[];
  /** Where `exists:project` looks for a project, and `changes:compare_to` for a ref. */
  readonly sources: Pick<Sources, "local" | "project" | "changesSince">;
  /** Undefined when it is not known what changed: then every `changes` holds. */
  readonly changedFiles: readonly string[] | undefined;
}

/** A rule names a project or a ref that is not there. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  readonly fault: Fault;
  constructor(wrong: Fault) {
    super(wrong.text);
    this.fault = wrong;
  }
}

/** GitLab assumes a match beyond so many comparisons of globs with changed files. */
const MAX_CHANGE_COMPARISONS = 50_000;
/** The same for globs and files that exist. */
const MAX_EXISTS_COMPARISONS = 50_000;

/** Whether every clause of a rule holds; a rule without clauses does. Throws RuleError. */
export function ruleMatches(rule: RuleClauses, surroundings: RuleSurroundings): boolean {
  return failedClause(rule, surroundings) === undefined;
}

/** The first clause that does not hold. Throws RuleError. */
export function failedClause(
  rule: RuleClauses,
  surroundings: RuleSurroundings,
): "if" | "changes" | "exists" | undefined {
  if (rule.if !== undefined && !surroundings.holds(rule.if)) return "if";
  const { changes } = rule;
  if (changes !== undefined) {
    const compared = { ...surroundings, changedFiles: filesChangedFor(changes, surroundings) };
    const hold = isText(changes.regexp)
      ? patternHolds(changes.regexp, compared)
      : changesHold(changes.paths ?? [], compared);
    if (!hold) return "changes";
  }
  if (rule.exists !== undefined && !existsHolds(rule.exists, surroundings)) return "exists";
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** What changed since the ref that the clause names (https://docs.gitlab.com/ci/yaml/#ruleschangescompare_to), or in the event. */
function filesChangedFor(
  { compare_to: ref }: NonNullable<RuleClauses["changes"]>,
  { changedFiles, expand, sources }: RuleSurroundings,
): readonly string[] | undefined {
  if (!isText(ref)) return changedFiles;
  const name = expand(ref);
  const changed = sources.changesSince?.(name);
  if (changed === "missing_ref") throw new RuleError(fault("rule-compare-to-missing", { ref: name }));
  return changed ?? changedFiles;
}

/** Whether one of the changed files matches a regular expression. */
function patternHolds(source: string, { changedFiles, expand }: RuleSurroundings): boolean {
  if (changedFiles === undefined) return true;
  const pattern = compileRubyPattern(expand(source));
  return changedFiles.some((path) => pattern(path));
}

/** Whether one of the changed files matches one of the globs. */
export function changesHold(globs: readonly string[], { changedFiles, expand }: RuleSurroundings): boolean {
  if (changedFiles === undefined) return true;
  const expanded = [...new Set(globs.map(expand))];
  if (changedFiles.length === 0 || expanded.length === 0) return false;
  if (changedFiles.length * expanded.length > MAX_CHANGE_COMPARISONS) return true;
  return changedFiles.some((path) => expanded.some((glob) => globMatches(glob, path)));
}

/**
 * Whether GitLab finds a folder, `docs/`. It halves the sorted paths as if every path behind the first one in the folder
 * were in it too (Ruby's `bsearch`), so that a folder with few files among many is often missed.
 */
function folderIsFound(folder: string, paths: readonly string[]): boolean {
  const sorted = [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  let found = false;
  for (let low = 0, high = sorted.length; low < high; ) {
    const middle = low + Math.floor((high - low) / 2);
    if (sorted[middle]!.startsWith(folder)) {
      found = true;
      high = middle;
    } else low = middle + 1;
  }
  return found;
}

function existsHolds(exists: NonNullable<RuleClauses["exists"]>, surroundings: RuleSurroundings): boolean {
  if (isText(exists.regexp)) {
    const pattern = compileRubyPattern(surroundings.expand(exists.regexp));
    return filesFor(exists, surroundings).some((path) => pattern(path));
  }
  if ((exists.paths ?? []).length === 0) return false;
  const globs = (exists.paths ?? []).map(surroundings.expand);
  const topLevelOnly = globs.every((glob) => !glob.includes("/") && !glob.includes("**"));
  const all = filesFor(exists, surroundings);
  const paths = topLevelOnly ? all.filter((path) => !path.includes("/")) : all;
  const exact = new Set(paths);
  const isThere = (glob: string) => (glob.endsWith("/") ? folderIsFound(glob, paths) : exact.has(glob));
  if (globs.some((glob) => isPlainPath(glob) && isThere(glob))) return true;
  const patterns = globs.filter((glob) => !isPlainPath(glob));
  if (patterns.length * paths.length > MAX_EXISTS_COMPARISONS) return true;
  return patterns.some((glob) => paths.some((path) => globMatches(glob, path)));
}

function filesFor(
  { project, ref }: NonNullable<RuleClauses["exists"]>,
  surroundings: RuleSurroundings,
): readonly string[] {
  return project === undefined ? surroundings.files() : filesOf(project, ref, surroundings);
}

/** The paths of another project's files (https://docs.gitlab.com/ci/yaml/#rulesexistsproject). */
function filesOf(
  project: string,
  ref: string | undefined,
  { expand, sources }: RuleSurroundings,
): readonly string[] {
  const path = expand(project);
  const at = ref === undefined ? "HEAD" : expand(ref);
  const found = projectAt(sources, path, at);
  if (found === undefined) throw new RuleError(fault("rule-project-missing", { project: path }));
  if (found === "missing_ref") {
    throw new RuleError(fault("rule-ref-missing", { project: path, ref: at }));
  }
  return found.tree.paths();
}
