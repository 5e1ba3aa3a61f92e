import { fault, type Problem, problemOf } from "../problem/index.ts";
import { type GitLabVersion, knownBelow, NEWEST_VERSION } from "../version/index.ts";
import { type Entry, toRubyString, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { validateIncludes } from "./header-includes.ts";
import { validateInputs } from "./header-inputs.ts";
import { Report } from "./header-report.ts";
import { type Input, readInputs } from "./input.ts";
import { COMPONENT_FIELDS, type ComponentField, SPEC_KEYS } from "./keywords.ts";
import { checkRules, refuseCrash } from "./rules.ts";

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
  const problems = [...report.problems, ...sound.flatMap(ruleProblems)];
  if (problems.length === 0) for (const { rules } of sound) if (rules) refuseCrash(rules);
  return problems;
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

function isText(value: YamlValue): boolean {
  return typeof value === "string";
}
