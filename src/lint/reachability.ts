import { type Certainty, comparedTextsOf, conditionCertainty } from "../engine/expression/index.ts";
import { type Entry, YamlList, YamlMap, type YamlValue } from "../engine/yaml/index.ts";
import { type PipelineKind, pipelineKinds } from "./pipeline-kinds.ts";
import { allCases, type Compared, someCase, type ValueOf } from "./possible-values.ts";

/** A rule of `rules:`; a clause that cannot be judged here makes it one that may hold. */
export interface KnownRule {
  readonly condition: string | undefined;
  /** True where `changes`, `exists` or an input has a word in it. */
  readonly isOpen: boolean;
  /** True for `when: never`; undefined where an input decides. */
  readonly isNever: boolean | undefined;
}

/** Reads `rules:`. What is not read here (a reference, an input) may hold and may say anything. Undefined if there is no list. */
export function knownRules(entry: Entry | undefined): readonly KnownRule[] | undefined {
  return entry?.value instanceof YamlList ? flat(entry.value).map(knownRule) : undefined;
}

function flat(list: YamlList): YamlValue[] {
  return list.items.flatMap((item) => (item instanceof YamlList ? flat(item) : [item]));
}

const unknownRule: KnownRule = { condition: undefined, isOpen: true, isNever: undefined };

function knownRule(value: YamlValue): KnownRule {
  if (!(value instanceof YamlMap)) return unknownRule;
  const condition = value.entry("if");
  const when = value.entry("when");
  const isKnown = typeof condition?.value === "string" && !isFilled(condition);
  return {
    condition: isKnown ? (condition.value as string) : undefined,
    isOpen: value.has("changes") || value.has("exists") || (condition !== undefined && !isKnown),
    isNever: isFilled(when) ? undefined : when?.value === "never",
  };
}

/** True if an input has a word in a value. */
function isFilled(entry: Entry | undefined): boolean {
  if (entry === undefined) return false;
  const isBlock = typeof entry.value === "string" && entry.value.includes("$[[");
  return isBlock || (entry.valuePlace?.origins.length ?? 0) > 0;
}

/** What is known of a pipeline beside the rules at hand. */
export interface Surroundings {
  /** The rules of `workflow`; undefined if there are none. */
  readonly workflow: readonly KnownRule[] | undefined;
  /** The names that the configuration gives values to: GitLab's values do not count for them. */
  readonly own: ReadonlySet<string>;
}

/** True if no pipeline of some kinds (all of them by default) can contain a job with these rules, though there are pipelines. */
export function isNeverIn(
  rules: readonly KnownRule[],
  { workflow, own }: Surroundings,
  kinds: readonly PipelineKind[] = pipelineKinds,
): boolean {
  let isAnyPipeline = false;
  const compared = comparedBy([...rules, ...(workflow ?? [])]);
  for (const kind of kinds) {
    for (const lookup of allCases(compared, kind, (name) => own.has(name))) {
      if (workflow && outcomeOf(workflow, lookup) === "never") continue;
      isAnyPipeline = true;
      if (outcomeOf(rules, lookup) !== "never") return false;
    }
  }
  return isAnyPipeline;
}

/** A rule that decides in no pipeline; `everHolds` is false where its own condition is false in each of them. */
export interface UndecidingRule {
  readonly index: number;
  readonly everHolds: boolean;
}

/** The rules that decide in no pipeline: their condition never holds, or earlier ones have always decided before. */
export function undecidingRules(
  rules: readonly KnownRule[],
  own: ReadonlySet<string>,
): readonly UndecidingRule[] {
  const compared = comparedBy(rules);
  const waiting = new Map(rules.map((_, index) => [index, { index, everHolds: false }]));
  for (const kind of pipelineKinds) {
    for (const lookup of allCases(compared, kind, (name) => own.has(name))) {
      let isDecided = false;
      for (const [index, rule] of rules.entries()) {
        const holds = certaintyOfRule(rule, lookup);
        const state = waiting.get(index);
        if (holds !== "never" && state) {
          state.everHolds = true;
          if (!isDecided) waiting.delete(index);
        }
        isDecided ||= holds === "always";
      }
      if (waiting.size === 0) return [];
    }
  }
  return [...waiting.values()];
}

/** When a job is in a pipeline: as its rules say, or, without rules, by the kind of pipeline. */
export type Presence = readonly KnownRule[] | ((kind: PipelineKind) => Certainty);

/**
 * A kind of pipeline that every project can have, in which `needing` certainly is and `needed` certainly is not: GitLab then makes
 * no pipeline at all. Undefined if there is none.
 */
export function kindWithout(
  needed: Presence,
  needing: Presence,
  { workflow, own }: Surroundings,
): PipelineKind | undefined {
  const listed = [needing, needed, workflow ?? []].flatMap((each) =>
    typeof each === "function" ? [] : each,
  );
  const compared = comparedBy(listed);
  return pipelineKinds.find((kind) => {
    if (kind.name === undefined) return false;
    const lookup = someCase(compared, kind, (name) => own.has(name));
    const outcome = (presence: Presence) =>
      typeof presence === "function" ? presence(kind) : outcomeOf(presence, lookup);
    const isMade = workflow === undefined || outcomeOf(workflow, lookup) === "always";
    return isMade && outcome(needing) === "always" && outcome(needed) === "never";
  });
}

/** The first rule that holds decides; without one the job is left out. */
function outcomeOf(rules: readonly KnownRule[], lookup: ValueOf): Certainty {
  const outcomes = new Set<boolean | undefined>();
  for (const rule of rules) {
    const holds = certaintyOfRule(rule, lookup);
    if (holds === "never") continue;
    outcomes.add(rule.isNever === undefined ? undefined : !rule.isNever);
    if (holds === "always") return certain(outcomes);
  }
  return certain(outcomes.add(false));
}

function certain(outcomes: ReadonlySet<boolean | undefined>): Certainty {
  const [only] = outcomes;
  if (outcomes.size > 1 || only === undefined) return "maybe";
  return only ? "always" : "never";
}

function certaintyOfRule({ condition, isOpen }: KnownRule, lookup: ValueOf): Certainty {
  const holds = condition === undefined ? "always" : conditionCertainty(condition, lookup);
  return isOpen && holds === "always" ? "maybe" : holds;
}

function comparedBy(rules: readonly KnownRule[]): Compared {
  return comparedTextsOf(rules.flatMap(({ condition }) => (condition === undefined ? [] : [condition])));
}
