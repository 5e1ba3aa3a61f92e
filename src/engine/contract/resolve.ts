import { compilePattern, evaluateExpression } from "../expression/index.ts";
import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import { type GitLabVersion, isKnownTo, NEWEST_VERSION } from "../version/index.ts";
import {
  DecimalValue,
  type Entry,
  FloatValue,
  type HashKey,
  hashKey,
  inspectValue,
  type Place,
  toJson,
  toRubyString,
  YamlList,
  type YamlMap,
  type YamlValue,
} from "../yaml/index.ts";
import { coerce, type InputValue } from "./coerce.ts";
import { equalsInRuby } from "./equality.ts";
import type { Input } from "./input.ts";
import { INPUT_TYPES, inputTypeOf } from "./input-types.ts";
import { GitLabCrash } from "./problem.ts";
import { findRule } from "./rules.ts";

/** An input's final value and where it was given: at the include site, or as the default in the header. */
export interface ResolvedInput extends InputValue {
  readonly place: Place | undefined;
}

/** The values of all inputs by the key they are declared with, or what is wrong with them. */
export interface Resolution {
  readonly values: ReadonlyMap<HashKey, ResolvedInput>;
  readonly problems: readonly Problem[];
}

/** Checks and resolves the values given to a contract, in the order of GitLab 18.11 (lib/ci/inputs). Null is not given. */
export function resolveInputs(
  inputs: readonly Input[],
  given: YamlMap,
  version: GitLabVersion = NEWEST_VERSION,
): Resolution {
  const known = inputs.filter(({ type }) => type !== undefined);
  const problems: Problem[] = [...findUnknownInputs(known, given)];
  for (const input of inputs) if (input.type === undefined) problems.push(unknownSpecification(input));
  const values = new Map<HashKey, ResolvedInput>();
  const conditions = rawConditionInputs(given);
  for (const input of known) {
    const resolver = new InputResolver(input, given, conditions, version);
    problems.push(...resolver.check());
    const resolved = resolver.resolve();
    values.set(hashKey(input.key), resolved);
    conditions[input.name] = conditionValue(resolved);
  }
  return { values, problems };
}

/** A `type` that is null; other unknown types are refused with the header. */
function unknownSpecification(input: Input): Problem {
  return problemOf(fault("input-type-null", { input: input.name, types: INPUT_TYPES }), {
    subject: input.name,
    place: input.declaration?.entry("type")?.valuePlace ?? input.place,
  });
}

/** What GitLab says of given inputs that no input declares. */
export function findUnknownInputs(inputs: readonly Input[], given: YamlMap): Problem[] {
  const declared = new Set(inputs.map(({ key }) => hashKey(key)));
  const unknown = [...given.entries()].filter(({ key }) => !declared.has(hashKey(key)));
  if (unknown.length === 0) return [];
  const names = inputs.map(({ name }) => name);
  const wrong = (entries: readonly Entry[]) =>
    problemOf(
      fault("inputs-unknown", { inputs: entries.map(({ key }) => toRubyString(key)), declared: names }),
      { subject: entries.length === 1 ? toRubyString(entries[0]!.key) : "", place: entries[0]?.keyPlace },
    );
  return [
    unknown.length === 1
      ? wrong(unknown)
      : { ...wrong(unknown), parts: unknown.map((entry) => wrong([entry])) },
  ];
}

function rawConditionInputs(given: YamlMap): Record<string, unknown> {
  const inputs: Record<string, unknown> = Object.create(null);
  for (const { key, value } of given.entries())
    inputs[toRubyString(key)] = conditionValue({ value, keys: "symbol" });
  return inputs;
}

/** What a rule's condition sees of a value. */
function conditionValue({ value }: InputValue): unknown {
  if (value instanceof FloatValue || value instanceof DecimalValue) return inspectValue(value);
  return toJson(value);
}

/** Checks and resolves one input. */
class InputResolver {
  private readonly input: Input;
  private readonly given: YamlValue;
  private readonly givenPlace: Place | undefined;
  private readonly rule: YamlMap | undefined;
  private readonly problems: Problem[] = [];
  private readonly version: GitLabVersion;

  constructor(
    input: Input,
    given: YamlMap,
    conditions: Readonly<Record<string, unknown>>,
    version: GitLabVersion,
  ) {
    this.input = input;
    this.version = version;
    const entry = given.entry(input.key);
    const value = entry?.value ?? null;
    // An input with rules takes an empty text for "not given".
    this.given = input.rules !== undefined && isBlankText(value) ? null : value;
    this.givenPlace = entry?.valuePlace;
    const holds = (condition: string) => evaluateExpression(condition, { inputs: conditions }).truthy;
    this.rule = input.rules === undefined ? undefined : findRule(input.rules, holds);
  }

  check(): Problem[] {
    const { input } = this;
    if (input.required && this.given === null) {
      this.report(fault("input-missing", { input: input.name }), input.place);
      return this.problems;
    }
    if (this.defaultValue !== null) this.checkValue({ value: this.defaultValue, keys: "indifferent" }, true);
    if (this.given !== null) this.checkValue({ value: this.given, keys: "symbol" }, false);
    return this.problems;
  }

  resolve(): ResolvedInput {
    const isDefault = this.given === null;
    const raw: InputValue = isDefault
      ? { value: this.defaultValue, keys: "indifferent" }
      : { value: this.given, keys: "symbol" };
    const place = isDefault ? this.defaultPlace : this.givenPlace;
    return { ...coerce(this.input.type!, raw), place };
  }

  private get defaultValue(): YamlValue {
    return (this.rule === undefined ? this.input.default : this.rule.get("default")) ?? null;
  }

  private get defaultPlace(): Place | undefined {
    return (this.rule ?? this.input.declaration)?.entry("default")?.valuePlace;
  }

  private get options(): { list: YamlValue; place: Place | undefined } | undefined {
    const entry = (this.input.rules === undefined ? this.input.declaration : this.rule)?.entry("options");
    if (entry === undefined || entry.value === null || entry.value === false) return undefined;
    return { list: entry.value, place: entry.valuePlace };
  }

  private checkValue(raw: InputValue, isDefault: boolean): void {
    const type = this.input.type!;
    const { value, keys } = coerce(type, raw);
    const place = isDefault ? this.defaultPlace : this.givenPlace;
    if (!inputTypeOf(type).fits(value)) {
      const code = isDefault ? "input-default-kind" : "input-value-kind";
      this.report(fault(code, { type }), place, !isDefault);
    }
    this.checkOptions(value, keys, place, !isDefault);
    this.checkRegex(value, place, !isDefault);
  }

  private checkOptions(
    value: YamlValue,
    keys: InputValue["keys"],
    place: Place | undefined,
    given: boolean,
  ): void {
    const type = this.input.type!;
    const lists = isKnownTo(this.version, "spec:inputs:options:array");
    const listed = inputTypeOf(type).options;
    if (listed === "items" && lists) {
      this.checkItems(value, keys, place, given);
      return;
    }
    if (listed !== "values") {
      const own = this.input.declaration?.entry("options");
      if (own !== undefined && own.value !== null && own.value !== false) {
        this.report(
          fault("input-options-unfit", {
            types: ["string", "number", ...(lists ? (["array"] as const) : [])],
          }),
          own.keyPlace,
        );
      }
      return;
    }
    const options = this.options;
    if (options === undefined || value === null || value === false) return;
    const items = options.list instanceof YamlList ? options.list.items : [];
    const allowed =
      inputTypeOf(type).reads === "text"
        ? items.some((item) => toRubyString(item) === value)
        : items.some((item) => equalsInRuby(item, value));
    if (allowed) return;
    const shown = toRubyString(value, { symbolKeys: keys === "symbol" });
    const facts = { value: shown, type, options: items.map((item) => toRubyString(item)) };
    this.report(fault(given ? "input-value-not-option" : "input-default-not-option", facts), place, given);
  }

  /** Each item of a list must be one of the options (19.0). */
  private checkItems(
    value: YamlValue,
    keys: InputValue["keys"],
    place: Place | undefined,
    given: boolean,
  ): void {
    const { options } = this;
    if (options === undefined || !(value instanceof YamlList)) return;
    const items = options.list instanceof YamlList ? options.list.items : [];
    const wrong = value.items.filter((item) => !items.some((option) => equalsInRuby(option, item)));
    if (wrong.length === 0) return;
    const show = (each: YamlValue): string =>
      each instanceof YamlList
        ? each.items.map(show).join(", ")
        : toRubyString(each, { symbolKeys: keys === "symbol" });
    const facts = {
      value: wrong.map(show).join(", "),
      type: "array",
      options: items.map((item) => toRubyString(item)),
    };
    this.report(fault(given ? "input-value-not-option" : "input-default-not-option", facts), place, given);
  }

  private checkRegex(value: YamlValue, place: Place | undefined, given: boolean): void {
    const regex = this.input.declaration?.entry("regex");
    if (regex === undefined) return;
    if (!inputTypeOf(this.input.type!).hasRegex) {
      this.report(fault("input-regex-unfit", {}), regex.keyPlace);
      return;
    }
    if (typeof regex.value !== "string") throw new GitLabCrash("a regex that is null", regex.valuePlace);
    const pattern = compilePattern(regex.value);
    if (pattern === undefined)
      this.report(fault("input-regex-invalid", { pattern: regex.value }), regex.valuePlace);
    else if (!pattern.matches(value as string)) {
      const code = given ? "input-value-unmatched" : "input-default-unmatched";
      this.report(fault(code, { pattern: regex.value }), place, given);
    }
  }

  private report(wrong: Fault, place: Place | undefined, given = false): void {
    this.problems.push(
      problemOf(wrong, {
        subject: this.input.name,
        message: `\`${this.input.name}\` input: ${wrong.text}`,
        place: place ?? this.input.place,
        origins: given ? [{ input: this.input.name, place: this.givenPlace }] : undefined,
      }),
    );
  }
}

function isBlankText(value: YamlValue): boolean {
  return typeof value === "string" && value.trim() === "";
}
