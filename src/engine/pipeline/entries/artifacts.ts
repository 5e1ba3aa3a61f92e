import { toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { check, optional, present, type Rule } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  allowedKeys,
  arrayOfStrings,
  arrayOfStringsOrString,
  artifactDuration,
  atMost,
  exclusiveKeys,
  isHash,
  isString,
  isTrueOrFalse,
  keysOfVersion,
  matching,
  notBlank,
  oneOf,
  valueOfVersion,
} from "./rules.ts";

/* `artifacts` and its reports (https://docs.gitlab.com/ci/yaml/#artifacts). */

const WHEN = ["on_success", "on_failure", "always"];
const ACCESS = ["none", "developer", "maintainer", "all"];
const COVERAGE_FORMATS = ["cobertura", "jacoco"];

const REPORTS = [
  "junit",
  "codequality",
  "sast",
  "secret_detection",
  "dependency_scanning",
  "container_scanning",
  "dast",
  "performance",
  "browser_performance",
  "load_performance",
  "license_scanning",
  "metrics",
  "lsif",
  "dotenv",
  "terraform",
  "accessibility",
  "coverage_fuzzing",
  "api_fuzzing",
  "cluster_image_scanning",
  "requirements",
  "requirements_v2",
  "coverage_report",
  "cyclonedx",
  "annotations",
  "repository_xray",
  "sarif",
];

/** Reports whose paths GitLab does not check. */
const UNCHECKED_REPORTS = ["codequality", "coverage_report"];

const coverageReport: Definition = {
  title: "coverage report",
  checks: [
    check("config", [isHash, allowedKeys("coverage_format", "path")]),
    check("coverage_format", [
      notBlank,
      oneOf(COVERAGE_FORMATS, `must be one of supported formats: ${COVERAGE_FORMATS.join(", ")}.`),
    ]),
    check("path", [notBlank, isString]),
  ],
};

const reports: Definition = {
  title: "reports",
  checks: [
    check("config", [isHash, keysOfVersion("artifacts:reports", ...REPORTS)]),
    ...REPORTS.filter((name) => !UNCHECKED_REPORTS.includes(name)).map((name) =>
      optional(name, arrayOfStringsOrString),
    ),
  ],
  children: { coverage_report: { is: coverageReport } },
  value: ({ config }) => {
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(toJson(config) as object)) {
      if (value !== null) result[name] = typeof value === "object" ? value : [value];
    }
    return result;
  },
};

const isExposed = (entry: Entry) => (entry.get("expose_as") ?? null) !== null;

export const artifacts: Definition = {
  title: "artifacts",
  checks: [
    check("config", [
      isHash,
      allowedKeys(
        "name",
        "untracked",
        "paths",
        "reports",
        "when",
        "expire_in",
        "expose_as",
        "exclude",
        "public",
        "access",
      ),
    ]),
    check("paths", notBlank, { when: isExposed }),
    check("config", exclusiveKeys("access", "public")),
    optional("name", isString),
    optional("public", isTrueOrFalse),
    optional("untracked", isTrueOrFalse),
    optional("paths", arrayOfStrings),
    check("paths", exposablePaths, { optional: true, when: isExposed }),
    optional("expose_as", isString, atMost(100, "is too long (maximum is 100 characters)")),
    optional("expose_as", matching(/^\w[-\w ]*$/, "can contain only letters, digits, '-', '_' and spaces")),
    optional("exclude", arrayOfStrings),
    optional("reports", isHash),
    optional("when", isString, oneOf(WHEN, `should be one of: ${WHEN.join(", ")}`)),
    optional("expire_in", artifactDuration),
    optional(
      "access",
      isString,
      valueOfVersion("artifacts:access", ACCESS, (known) => `should be one of: ${known.join(", ")}`),
    ),
  ],
  children: { reports: { is: reports } },
  value: (entry) => {
    const written = Object.entries(toJson(entry.config) as object);
    const value: Record<string, unknown> = Object.fromEntries(written.filter(([, each]) => each !== null));
    if (entry.config instanceof YamlMap && (entry.config.get("reports") ?? null) !== null) {
      value.reports = entry.childValue("reports") ?? null;
    }
    return value;
  },
};

function exposablePaths(paths: YamlValue, entry: Entry): ReturnType<Rule> {
  const notStrings = arrayOfStrings(paths, entry);
  if (notStrings !== undefined || !present(paths)) return notStrings;
  const wild = (toJson(paths) as string[]).some((path) => path.includes("*"));
  return wild ? "can't contain '*' when used with 'expose_as'" : undefined;
}
