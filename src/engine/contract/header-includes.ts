import { fault } from "../problem/index.ts";
import { type Entry, type Place, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import type { Report } from "./header-report.ts";

const INCLUDE_KEYS = ["local", "file", "remote", "project", "ref", "integrity"] as const;

/** What GitLab finds wrong with `spec:include` (lib/gitlab/ci/config/header/include.rb). */
export function validateIncludes({ value, valuePlace }: Entry, report: Report): void {
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

/** Rails' `present?` of a keyword's value. */
function isGiven(value: YamlValue | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === "string") return value.trim() !== "";
  return !(value instanceof YamlList || value instanceof YamlMap) || value.size > 0;
}
