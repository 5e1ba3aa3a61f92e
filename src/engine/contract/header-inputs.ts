import { fault } from "../problem/index.ts";
import { knownBelow } from "../version/index.ts";
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
import type { Report } from "./header-report.ts";
import { INPUT_TYPES, type InputType } from "./input-types.ts";
import { INPUT_KEYS, MOST_OPTIONS } from "./keywords.ts";
import { GitLabCrash } from "./problem.ts";

/** What GitLab finds wrong with the keywords of each input (lib/gitlab/ci/config/header/input.rb). Throws GitLabCrash. */
export function validateInputs({ value, valuePlace }: Entry, report: Report): void {
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
  const before = report.problems.length;
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
  // GitLab looks inside an input only when its own keys are right.
  const isSound = report.problems.length === before;
  if (rules && !(rules.value instanceof YamlList) && (isSound || report.goesOn)) {
    report.add(`${location}:rules`, fault("input-rules-kind", {}), rules.valuePlace, !isSound);
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

/** GitLab calls text, symbols and whole numbers alphanumeric. */
function isAlphanumeric(value: YamlValue): boolean {
  return (
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof SymbolValue
  );
}
