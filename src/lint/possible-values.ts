import { type Possible, SomeText, unknownText } from "../engine/expression/index.ts";
import { type Fact, factOf, type PipelineKind } from "./pipeline-kinds.ts";

/** The variables that conditions read, each with the texts that it is compared with. */
export type Compared = ReadonlyMap<string, ReadonlySet<string>>;

/** What each variable is in one case. */
export type ValueOf = (name: string) => Possible;

/** More cases than these are not told apart: the variables with the most values are then taken for any text. */
const MOST_CASES = 600;

const anyText = (name: string) => new SomeText(name, { mayBeUnset: true, mayBeBlank: true });

/**
 * The cases that together cover all values that the variables can have in a kind of pipeline: each is one of the texts that it is
 * compared with, another text, or not set. `isOwn` says that the configuration sets a variable itself.
 */
export function* allCases(
  compared: Compared,
  kind: PipelineKind,
  isOwn: (name: string) => boolean,
): Iterable<ValueOf> {
  const facts = new Map(
    [...compared.keys()].map((name) => [name, isOwn(name) ? undefined : factOf(name, kind)]),
  );
  const domains = domainsOf(compared, facts, kind);
  for (const values of products(narrowed(domains))) {
    yield (name) => {
      const fact = facts.get(name);
      if (fact !== undefined && "value" in fact) return fact.value;
      const value = values.get(fact?.name ?? name);
      return value === undefined ? anyText(name) : value;
    };
  }
}

/**
 * A pipeline of the kind that any project can have: its branch or tag is none that the conditions name. What the project or its
 * owner decides is not known.
 */
export function someCase(compared: Compared, kind: PipelineKind, isOwn: (name: string) => boolean): ValueOf {
  return (name) => {
    const fact = isOwn(name) ? undefined : factOf(name, kind);
    if (fact === undefined) return anyText(name);
    if ("value" in fact) return fact.value;
    const differsFrom =
      fact.from === "event" ? [...(compared.get(name) ?? []), ...otherThan(fact.name, kind)] : [];
    return new SomeText(fact.name, { differsFrom });
  };
}

function domainsOf(
  compared: Compared,
  facts: ReadonlyMap<string, Fact>,
  kind: PipelineKind,
): Map<string, Possible[]> {
  const texts = new Map<string, Set<string>>();
  const isSure = new Map<string, boolean>();
  for (const [name, own] of compared) {
    const fact = facts.get(name);
    if (fact !== undefined && "value" in fact) continue;
    const as = fact?.name ?? name;
    texts.set(as, new Set([...(texts.get(as) ?? []), ...own]));
    isSure.set(as, fact !== undefined);
  }
  return new Map(
    [...texts].map(([name, own]) => {
      const isSet = isSure.get(name) === true;
      const other = new SomeText(name, {
        mayBeBlank: !isSet,
        differsFrom: [...own, ...otherThan(name, kind)],
      });
      // No branch and no project has an empty name.
      const known = isSet ? [...own].filter((text) => text.trim() !== "") : [...own, null];
      return [name, [other, ...known]];
    }),
  );
}

/** A branch that is not the default one has another name. */
function otherThan(name: string, { subject }: PipelineKind): string[] {
  return subject === "branch" && name === "CI_COMMIT_REF_NAME" ? [unknownText("CI_DEFAULT_BRANCH")] : [];
}

function narrowed(domains: Map<string, Possible[]>): Map<string, Possible[]> {
  const bySize = [...domains].sort(([, one], [, other]) => one.length - other.length);
  let cases = 1;
  return new Map(
    bySize.map(([name, values]) => {
      if (cases * values.length > MOST_CASES) return [name, [anyText(name)]];
      cases *= values.length;
      return [name, values];
    }),
  );
}

function* products(
  domains: ReadonlyMap<string, readonly Possible[]>,
): Iterable<ReadonlyMap<string, Possible>> {
  const names = [...domains.keys()];
  const chosen = new Map<string, Possible>();
  function* from(index: number): Iterable<ReadonlyMap<string, Possible>> {
    const name = names[index];
    if (name === undefined) {
      yield chosen;
      return;
    }
    for (const value of domains.get(name) ?? []) {
      chosen.set(name, value);
      yield* from(index + 1);
    }
  }
  yield* from(0);
}
