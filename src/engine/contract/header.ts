import { type Fault, fault, type Problem, problemOf } from "../problem/index.ts";
import { type GitLabVersion, knownBelow, NEWEST_VERSION } from "../version/index.ts";
import {
  type Entry,
  type Place,
  Reference,
  SymbolValue,
  toRubyString,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../yaml/index.ts";
import { type Input, readInputs } from "./input.ts";
import {
  COMPONENT_FIELDS,
  type ComponentField,
  INPUT_KEYS,
  INPUT_TYPES,
  type InputType,
  MOST_OPTIONS,
  SPEC_KEYS,
} from "./keywords.ts";
import { GitLabCrash } from "./problem.ts";
import { checkRules } from "./rules.ts";

const INCLUDE_KEYS = ["local", "file", "remote", "project", "ref", "integrity"] as const;

const LONGEST_DESCRIPTION = 256;

/**
 * What GitLab finds wrong with a header before it looks at any value (lib/gitlab/ci/config/header, 18.11).
 * GitLab writes these messages in lower case altogether, names included. Throws GitLabCrash where GitLab fails.
 */
export function validateHeader(
  header: YamlMap,
  { gitlabVersion = NEWEST_VERSION, goesOn = false }: HeaderOptions = {},
): Problem[] {
  const report = new Report(gitlabVersion, goesOn);
  report.unknownKeys("header", header, ["spec"]);
  const spec = header.entry("spec");
  if (spec !== undefined) validateSpec(spec, report);
  const wrong = new Set(report.problems.map(({ subject }) => subject));
  const sound = readInputs(header).filter(({ name }) => !wrong.has(`header:spec:inputs:${name}`));
  return [...report.problems, ...sound.flatMap(ruleProblems)];
}

/** Who judges a header, and how far. */
export interface HeaderOptions {
  readonly gitlabVersion?: GitLabVersion | undefined;
  /** Looks at what is inside `spec` although `spec` itself is wrong; GitLab would say that later. */
  readonly goesOn?: boolean | undefined;
}

/** What is wrong with the rules of an input, which GitLab tells together with the rest of the header. */
function ruleProblems({ name, rules, place }: Input): Problem[] {
  if (rules === undefined) return [];
  return checkRules(rules).map((wrong) => {
    const message = `\`${name}\` input: ${wrong.text.toLowerCase()}`;
    return problemOf(wrong, { subject: name, message, place });
  });
}

/** Collects problems; a message is `<location> <text>` in lower case. */
class Report {
  readonly version: GitLabVersion;
  readonly goesOn: boolean;
  readonly problems: Problem[] = [];
  /** GitLab would say what follows only when what is there already is put right. */
  isLater = false;

  constructor(version: GitLabVersion, goesOn: boolean) {
    this.version = version;
    this.goesOn = goesOn;
  }

  add(location: string, wrong: Fault, place: Place | undefined): void {
    const message = `${location} ${wrong.text}`.toLowerCase();
    const parts = wrong.each?.map((each) =>
      problemOf(each, { subject: location, message: `${location} ${each.text}`.toLowerCase(), place }),
    );
    const problem = problemOf(wrong, { subject: location, message, place, parts });
    this.problems.push(this.isLater ? { ...problem, later: true } : problem);
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

function validateSpec({ value, valuePlace }: Entry, report: Report): void {
  if (value === null) return;
  if (!(value instanceof YamlMap)) {
    report.add("header:spec", fault("header-value-kind", { expected: "should be a hash" }), valuePlace);
    return;
  }
  report.unknownKeys("header:spec", value, knownBelow("spec", SPEC_KEYS, report.version));
  const description = value.entry("description");
  if (description !== undefined) validateSpecDescription(description, report);
  if (report.problems.length > 0) {
    if (!report.goesOn) return;
    report.isLater = true;
  }
  const inputs = value.entry("inputs");
  if (inputs !== undefined) validateInputs(inputs, report);
  const include = value.entry("include");
  if (include !== undefined) validateIncludes(include, report);
  const component = value.entry("component");
  if (component !== undefined) validateComponent(component, report);
}

function validateSpecDescription({ value, valuePlace }: Entry, report: Report): void {
  if (value === null) return;
  if (!isText(value)) {
    report.add(
      "header:spec",
      fault("header-value-kind", { of: "config description", expected: "should be a string" }),
      valuePlace,
    );
    return;
  }
  if ([...toRubyString(value)].length > LONGEST_DESCRIPTION) {
    report.add("header:spec", fault("header-description-long", { most: LONGEST_DESCRIPTION }), valuePlace);
  }
}

function validateComponent({ value, valuePlace }: Entry, report: Report): void {
  const location = "header:spec:component";
  if (value === null) return;
  if (!(value instanceof YamlList))
    report.add(location, fault("header-value-kind", { expected: "should be an array" }), valuePlace);
  if (!(value instanceof YamlList) || !value.items.every((item) => typeof item === "string")) {
    report.add(
      location,
      fault("header-value-kind", { expected: "should be an array of strings" }),
      valuePlace,
    );
  }
  if (!(value instanceof YamlList)) return;
  const unknown = value.items.filter((item) => !COMPONENT_FIELDS.includes(item as ComponentField));
  if (unknown.length > 0) {
    const fields = unknown.map((item) => toRubyString(item));
    report.add(location, fault("header-component-fields-unknown", { fields }), valuePlace);
  }
}

function validateIncludes({ value, valuePlace }: Entry, report: Report): void {
  const location = "header:spec:include";
  if (value === null || typeof value === "string") return;
  if (!(value instanceof YamlList)) {
    report.add(
      location,
      fault("header-value-kind", { expected: "should be an array or a string" }),
      valuePlace,
    );
    return;
  }
  validateItems(value, report);
}

/** Nothing, and lists in the list, count as GitLab's `Array.wrap` and `flatten` leave them: the former is left out. */
function validateItems(list: YamlList, report: Report): void {
  list.items.forEach((item, index) => {
    if (item instanceof YamlList) validateItems(item, report);
    else if (item !== null) validateInclude(item, list.places[index], report);
  });
}

function validateInclude(value: YamlValue, place: Place | undefined, report: Report): void {
  const location = "header:spec:include:include";
  if (typeof value === "string") return;
  if (!(value instanceof YamlMap)) {
    report.add(location, fault("header-value-kind", { expected: "should be a hash or a string" }), place);
    return;
  }
  if (isGiven(value.get("project")) && !isGiven(value.get("file"))) {
    report.add(
      location,
      fault("header-include-wrong", { why: "must specify the file where to fetch the config from" }),
      place,
    );
  }
  validateIntegrity(value, report);
  report.unknownKeys(location, value, INCLUDE_KEYS);
}

function validateIntegrity(include: YamlMap, report: Report): void {
  const location = "header:spec:include:include";
  const integrity = include.entry("integrity");
  if (integrity === undefined || integrity.value === null || integrity.value === false) return;
  if (!isGiven(include.get("remote"))) {
    report.add(
      location,
      fault("header-include-wrong", { why: "integrity can only be specified for remote includes" }),
      integrity.keyPlace,
    );
  }
  const hash = integrity.value;
  if (typeof hash !== "string" || !hash.startsWith("sha256-")) {
    report.add(
      location,
      fault("header-include-wrong", { why: "integrity hash must start with 'sha256-'" }),
      integrity.valuePlace,
    );
  } else if (
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(hash.slice("sha256-".length))
  ) {
    report.add(
      location,
      fault("header-include-wrong", { why: "integrity hash must be base64 encoded" }),
      integrity.valuePlace,
    );
  }
}

function validateInputs({ value, valuePlace }: Entry, report: Report): void {
  if (value === null) return;
  if (!(value instanceof YamlMap)) {
    report.add(
      "header:spec:inputs",
      fault("header-value-kind", { expected: "should be a hash" }),
      valuePlace,
    );
    return;
  }
  for (const input of value.entries()) validateInput(input, report);
}

function validateInput({ key, value, keyPlace, valuePlace }: Entry, report: Report): void {
  const location = `header:spec:inputs:${key === null ? "input" : toRubyString(key)}`;
  if (!isAlphanumeric(key))
    report.add(
      location,
      fault("header-value-kind", { of: "key", expected: "must be an alphanumeric string" }),
      keyPlace,
    );
  if (value === null) return;
  if (!(value instanceof YamlMap)) {
    // Two of GitLab's checks say the same.
    report.add(location, fault("header-value-kind", { expected: "should be a hash" }), valuePlace);
    report.add(location, fault("header-value-kind", { expected: "should be a hash" }), valuePlace);
    return;
  }
  validateInputKeywords(location, value, keyPlace, report);
}

function validateInputKeywords(
  location: string,
  input: YamlMap,
  place: Place | undefined,
  report: Report,
): void {
  const given = (name: string) => {
    const entry = input.entry(name);
    return entry === undefined || entry.value === null ? undefined : entry;
  };
  const description = given("description");
  if (description && !isAlphanumeric(description.value)) {
    report.add(
      location,
      fault("header-value-kind", { of: "input description", expected: "must be an alphanumeric string" }),
      description.valuePlace,
    );
  }
  const regex = given("regex");
  if (regex && typeof regex.value !== "string") {
    report.add(location, fault("input-regex-kind", {}), regex.valuePlace);
  }
  const type = given("type");
  if (type && !INPUT_TYPES.includes(toRubyString(type.value) as InputType)) {
    report.add(
      location,
      fault("input-type-unknown", { type: toRubyString(type.value, { symbolKeys: true }) }),
      type.valuePlace,
    );
  }
  const options = given("options");
  if (options) validateOptions(location, options, report);
  report.unknownKeys(location, input, knownBelow("spec:inputs", INPUT_KEYS, report.version));
  for (const other of ["options", "default"]) {
    if (input.has("rules") && input.has(other)) {
      const pair = input.names().filter((name) => name === "rules" || name === other);
      report.add(
        location,
        fault("input-rules-beside", { keys: pair }),
        input.entry(other)?.keyPlace ?? place,
      );
    }
  }
  const rules = given("rules");
  if (rules && !(rules.value instanceof YamlList)) {
    report.add(`${location}:rules`, fault("input-rules-kind", {}), rules.valuePlace);
  }
}

function validateOptions(location: string, { value, valuePlace }: Entry, report: Report): void {
  if (value instanceof Reference)
    throw new GitLabCrash("undefined method 'size' for a !reference", valuePlace);
  if (!(value instanceof YamlList)) report.add(location, fault("input-options-kind", {}), valuePlace);
  if (sizeOf(value) > MOST_OPTIONS) {
    report.add(location, fault("input-options-many", { most: MOST_OPTIONS }), valuePlace);
  }
  if (value instanceof YamlList && value.items.includes(null)) {
    report.add(location, fault("input-options-null", {}), valuePlace);
  }
}

/** GitLab asks whatever stands under `options` for its size: a text has as many as it has characters. */
function sizeOf(value: YamlValue): number {
  if (value instanceof YamlList || value instanceof YamlMap) return value.size;
  if (value instanceof SymbolValue) return [...value.name].length;
  return typeof value === "string" ? [...value].length : 0;
}

function isText(value: YamlValue): boolean {
  return typeof value === "string";
}

/** GitLab calls text, symbols and whole numbers alphanumeric. */
function isAlphanumeric(value: YamlValue): boolean {
  return (
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof SymbolValue
  );
}

/** Rails' `present?` of a keyword's value. */
function isGiven(value: YamlValue | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === "string") return value.trim() !== "";
  return !(value instanceof YamlList || value instanceof YamlMap) || value.size > 0;
}
