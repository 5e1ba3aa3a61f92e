import { type Fault, fault, type Problem, problemOf } from "../../problem/index.ts";
import { type Place, toJson, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { textOf } from "../ruby-text.ts";

/** Looks at one entry, and reports to it what is wrong. */
export type Check = (entry: Entry) => void;

/** What a keyword's value may be, as a table: GitLab's classes in lib/gitlab/ci/config/entry (18.11) hold the same facts. */
export interface Definition {
  /** The name in messages where the entry has no key of its own. */
  readonly title: string;
  /** Picks the form by the kind of value, where a keyword has several (GitLab's Simplifiable). */
  readonly choose?: (config: YamlValue) => Definition;
  /** Checks of the value alone. */
  readonly checks?: readonly Check[];
  /** Checks that come after the children were built; they run even if nothing was built because the value is wrong. */
  readonly composedChecks?: readonly Check[];
  /** Keywords inside this one. */
  readonly children?: Readonly<Record<string, Child>>;
  /** What each item of a list is; a value that is no list counts as a list of one. */
  readonly items?: Definition;
  /** What each value of a mapping with free keys is. */
  readonly members?: (key: YamlValue, config: YamlValue, entry: Entry) => Definition | undefined;
  /** The value that stands in when the keyword is missing. */
  readonly default?: YamlValue;
  /** Replaces the whole path in messages. */
  readonly location?: string;
  /** The key does not show in messages. */
  readonly keyless?: boolean;
  /** More work when the children have been built and before they are composed: inheritance. */
  readonly inherit?: (entry: Entry, root: Entry) => void;
  /** What the keyword comes to, as plain data; the value as it stands when not given. */
  readonly value?: (entry: Entry) => unknown;
  /** Options that the entry and everything below it can read. */
  readonly options?: Options;
}

/** A keyword inside another one. */
export interface Child {
  readonly is: Definition;
  readonly options?: Options;
}

export type Options = Readonly<Record<string, unknown>>;

const NO_CHILDREN: ReadonlyMap<string, Entry> = new Map();
const NO_ITEMS: readonly Entry[] = [];
const NO_ERRORS: Problem[] = [];

/** Faults of the keys in a mapping, behind which its values can still be judged. */
const ABOUT_KEYS: ReadonlySet<string> = new Set([
  "keys-unknown",
  "keys-disallowed",
  "keys-beside-rules",
  "keys-exclusive",
  "job-without-script",
]);
/** What checks call the key of an entry. */
const ABOUT_NAMES: ReadonlySet<string> = new Set(["name", "key"]);

/** The key, the parent and the place of an entry that is built. */
interface Position {
  readonly key?: YamlValue | undefined;
  readonly parent?: Entry | undefined;
  readonly place?: Place | undefined;
  readonly keyPlace?: Place | undefined;
  readonly options?: Options | undefined;
}

/**
 * One keyword of a configuration, with its value and what is wrong with it. `compose` builds the entries below it as
 * far as the value is right, as GitLab does: a wrong value hides what is wrong inside it.
 */
export class Entry {
  readonly definition: Definition;
  readonly config: YamlValue;
  /** False for a default that stands in. */
  readonly specified: boolean;
  readonly key: YamlValue | undefined;
  readonly parent: Entry | undefined;
  readonly place: Place | undefined;
  readonly #keyPlace: Place | undefined;
  #children: Map<string, Entry> | undefined;
  items: readonly Entry[] = NO_ITEMS;
  readonly #options: Options | undefined;
  #own: Problem[] = NO_ERRORS;
  #composed = false;
  /** All checks have been made; from then on the verdict is kept. */
  #finished = false;
  #verdict: boolean | undefined;
  #sharedEntries: Map<Child, Map<object, Entry>> | undefined;

  constructor(definition: Definition, config: YamlValue, position: Position = {}, specified = true) {
    this.definition = definition.choose ? definition.choose(config) : definition;
    this.config = config;
    this.specified = specified;
    this.key = definition.keyless ? undefined : position.key;
    this.parent = position.parent;
    this.place = position.place;
    this.#keyPlace = position.keyPlace;
    this.#options = position.options ?? this.definition.options;
    const { checks } = this.definition;
    if (checks) for (const check of checks) check(this);
  }

  /** Whether nothing was found wrong with the entry or anything below it. */
  get valid(): boolean {
    if (this.#verdict !== undefined) return this.#verdict;
    const verdict = this.#isValid();
    if (this.#finished) this.#verdict = verdict;
    return verdict;
  }

  #isValid(): boolean {
    if (this.#own.length > 0) return false;
    for (const item of this.items) if (!item.valid) return false;
    if (this.#children) for (const child of this.#children.values()) if (!child.valid) return false;
    return true;
  }

  /** The entries below this one, by keyword. */
  get children(): ReadonlyMap<string, Entry> {
    return this.#children ?? NO_CHILDREN;
  }

  /** Only while building. */
  setChild(keyword: string, entry: Entry): void {
    this.#children ??= new Map();
    this.#children.set(keyword, entry);
  }

  /** The value of a keyword of this entry, undefined where the entry is no mapping or lacks it. */
  get(keyword: string): YamlValue | undefined {
    return this.config instanceof YamlMap ? this.config.get(keyword) : undefined;
  }

  /** Whether the keyword stands in the mapping, even as null. */
  has(keyword: string): boolean {
    return this.config instanceof YamlMap && this.config.has(keyword);
  }

  /** The value of a child, undefined where it is missing or wrong. */
  childValue(keyword: string): unknown {
    const child = this.children.get(keyword);
    return child?.valid ? child.value() : undefined;
  }

  /** Whether a child was written (or inherited), not just filled in. */
  childSpecified(keyword: string): boolean {
    return this.children.get(keyword)?.specified ?? false;
  }

  /** An option of this entry or of the nearest one above it that has it. */
  option(name: string): unknown {
    return this.#options?.[name] ?? this.parent?.option(name);
  }

  value(): unknown {
    if (this.definition.value) return this.definition.value(this);
    if (this.definition.items) return this.items.map((item) => item.value());
    if (!this.definition.children && this.children.size === 0) return toJson(this.config);
    const result: Record<string, unknown> = {};
    for (const [key, child] of this.children) if (child.specified) result[key] = child.value();
    return result;
  }

  /** Builds and checks everything below. */
  compose(root: Entry): void {
    if (this.#composed) return;
    this.#composed = true;
    if (this.#own.length === 0 || this.#mayGoOn()) {
      this.#build(root);
      for (const child of this.children.values()) child.compose(root);
      for (const item of this.items) item.compose(root);
    }
    const { composedChecks } = this.definition;
    if (composedChecks) for (const check of composedChecks) check(this);
    this.#finished = true;
  }

  /** With the option `goesOn`: whether what is inside can be looked at although the entry itself is wrong. */
  #mayGoOn(): boolean {
    return this.option("goesOn") === true && this.#own.every(({ code }) => ABOUT_KEYS.has(code));
  }

  /** All messages of this entry and those below it, in GitLab's order. */
  errors(into: Problem[] = [], isLater = false): Problem[] {
    if (this.valid) return into;
    for (const error of this.#own) into.push(isLater ? { ...error, later: true } : error);
    const hides = isLater || this.#own.some(({ code }) => ABOUT_KEYS.has(code));
    if (this.#children) for (const child of this.#children.values()) child.errors(into, hides);
    for (const item of this.items) item.errors(into, hides);
    return into;
  }

  /** The path of keys in messages, such as `jobs:test:image`. */
  location(): string {
    if (this.definition.location !== undefined) return this.definition.location;
    const path: string[] = [];
    for (let above = this.parent; above; above = above.parent) {
      if (above.key !== undefined && above.key !== null) path.unshift(textOf(above.key));
    }
    const own =
      this.key === undefined || this.key === null || this.key === ""
        ? this.definition.title
        : textOf(this.key);
    return [...path, own].join(":");
  }

  /** The place of a keyword's value inside this entry, else of the entry. */
  placeOf(keyword: string): Place | undefined {
    const own = this.config instanceof YamlMap ? this.config.entry(keyword)?.valuePlace : undefined;
    return own ?? (ABOUT_NAMES.has(keyword) ? this.#keyPlace : undefined) ?? this.place;
  }

  /** Says what is wrong with an attribute; `""` stands for the entry itself, without a name in the message. */
  report(attribute: string, wrong: Fault | string): void {
    const told = typeof wrong === "string" ? fault("value-wrong", { says: wrong }) : wrong;
    const subject = this.location();
    const place = this.placeOf(attribute);
    const problem = (each: Fault, parts?: readonly Problem[]) => {
      const text = attribute === "" ? each.text : `${humanize(attribute)} ${each.text}`;
      return problemOf({ ...each, text }, { subject, message: describe(subject, text), place, parts });
    };
    this.#add(
      problem(
        told,
        told.each?.map((each) => problem(each)),
      ),
    );
  }

  /** Adds a message that does not begin with the path. */
  complain(wrong: Fault): void {
    this.#add(problemOf(wrong, { subject: this.location(), place: this.place }));
  }

  #add(error: Problem): void {
    if (this.#own === NO_ERRORS) this.#own = [];
    this.#own.push(error);
  }

  #build(root: Entry): void {
    const { children, items, members, inherit } = this.definition;
    if (children && this.config instanceof YamlMap) this.#buildChildren(children, this.config, root);
    if (inherit) inherit(this, root);
    if (items) this.#buildItems(items);
    if (members && this.config instanceof YamlMap) this.#buildMembers(members, this.config);
  }

  #buildChildren(children: Readonly<Record<string, Child>>, config: YamlMap, root: Entry): void {
    for (const keyword in children) {
      const child = children[keyword]!;
      const found = config.entry(keyword);
      const specified = found !== undefined && found.value !== null;
      const value = specified ? found.value : child.is.default;
      if (value === undefined) continue;
      const shared = root.#shared(child, value);
      if (shared !== undefined) {
        this.setChild(keyword, shared);
        continue;
      }
      const place = specified ? found.valuePlace : this.place;
      const position = { key: keyword, parent: this, place, options: child.options };
      const entry = new Entry(child.is, value, position, specified);
      this.setChild(keyword, entry);
      root.#offer(child, value, entry);
    }
  }

  /** An entry that was built for the same value of another job and found right; messages would need one of its own. */
  #shared(child: Child, config: YamlValue): Entry | undefined {
    if (typeof config !== "object" || config === null) return undefined;
    const entry = this.#sharedEntries?.get(child)?.get(config);
    return entry?.valid && entry.#finished ? entry : undefined;
  }

  /** Jobs that extend the same template share its values, so that most of them need not be looked at again. */
  #offer(child: Child, config: YamlValue, entry: Entry): void {
    if (typeof config !== "object" || config === null) return;
    this.#sharedEntries ??= new Map();
    let entries = this.#sharedEntries.get(child);
    if (entries === undefined) {
      entries = new Map();
      this.#sharedEntries.set(child, entries);
    }
    entries.set(config, entry);
  }

  #buildItems(items: Definition): void {
    const flat = flatten(this.config, this.place);
    this.items = flat.map(
      ({ value, place }) =>
        new Entry(value === null ? NOTHING : items, value, { key: items.title, parent: this, place }),
    );
  }

  #buildMembers(members: NonNullable<Definition["members"]>, config: YamlMap): void {
    for (const { key, value, valuePlace, keyPlace } of config.entries()) {
      const definition = members(key, value, this);
      if (definition === undefined) continue;
      const place = value === null ? keyPlace : valuePlace;
      const entry = new Entry(definition, value ?? new YamlMap(), { key, parent: this, place, keyPlace });
      this.setChild(textOf(key), entry);
    }
  }
}

/** Null in a list: GitLab neither checks it nor drops it. */
const NOTHING: Definition = { title: "undefined", value: () => null };

/** A list without its nesting; a single value is a list of one. */
export function flatten(
  value: YamlValue,
  place: Place | undefined,
): { value: YamlValue; place: Place | undefined }[] {
  if (!(value instanceof YamlList)) return [{ value, place }];
  return value.items.flatMap((item, index) => flatten(item, value.places[index] ?? place));
}

/** A whole message: GitLab prints messages in lower case, with the path before them. */
function describe(location: string, text: string): string {
  return `${location} ${text}`
    .toLowerCase()
    .replace(/jobs ([a-z\s]+) config should implement/, (_, name: string) => {
      return `jobs ${name.replaceAll(" ", "_")} config should implement`;
    });
}

/** Rails' name of an attribute in a message: `on_stop` is "on stop". */
function humanize(attribute: string): string {
  return attribute.replaceAll(".", "_").replace(/^_+/, "").replace(/_id$/, "").replaceAll("_", " ");
}
