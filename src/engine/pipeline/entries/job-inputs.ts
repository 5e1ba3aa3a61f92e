import { INPUT_TYPES, readInputs, resolveInputs } from "../../contract/index.ts";
import { fault } from "../../problem/index.ts";
import { toJson, YamlList, YamlMap } from "../../yaml/index.ts";
import { check, isMap, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import { allowedKeys, alphanumeric, isArray, isHash, isString, knownValue } from "./rules.ts";

/* `inputs` of a job (https://docs.gitlab.com/ci/jobs/job_inputs/, 18.6 and newer). */

const OPTIONS_LIMIT = 50;
const MOST_INPUTS = 50;

const jobInput: Definition = {
  title: "job input",
  checks: [
    check("key", alphanumeric, { read: (entry) => entry.key ?? null }),
    check("input_description", alphanumeric, {
      optional: true,
      read: (entry) => entry.get("description") ?? null,
    }),
    check("input_regex", isString, { optional: true, read: (entry) => entry.get("regex") ?? null }),
    check("input_type", knownValue(INPUT_TYPES), {
      optional: true,
      read: (entry) => entry.get("type") ?? null,
    }),
    check("input_options", isArray, { optional: true, read: (entry) => entry.get("options") ?? null }),
    optionsAreFew(),
    optionsAreSet(),
    check("config", [isHash, allowedKeys("default", "description", "options", "regex", "type")]),
    verify("", (entry) =>
      isMap(entry.config) && (entry.get("default") ?? null) === null
        ? "must have a default value"
        : undefined,
    ),
  ],
  value: (entry) => ({
    ...(toJson(entry.config) as object),
    type: toJson(entry.get("type") ?? null) ?? "string",
  }),
};

export const jobInputs: Definition = {
  title: "inputs",
  checks: [
    check("config", isHash),
    check("config", (value) =>
      isMap(value) && value.size > MOST_INPUTS ? `cannot define more than ${MOST_INPUTS} inputs` : undefined,
    ),
  ],
  members: () => jobInput,
};

function optionsAreFew() {
  return verify("config", (entry) => {
    const options = entry.get("options");
    if (!(options instanceof YamlList) || options.size <= OPTIONS_LIMIT) return undefined;
    return `cannot define more than ${OPTIONS_LIMIT} options`;
  });
}

function optionsAreSet() {
  return verify("config", (entry) => {
    const options = entry.get("options");
    if (!(options instanceof YamlList) || !options.items.includes(null)) return undefined;
    return "options array cannot contain null values";
  });
}

/** The defaults of a job's inputs must fit their own types, options and patterns. */
export function checkInputDefaults(entry: Entry): void {
  const inputs = entry.children.get("inputs");
  if (!inputs?.valid || !(inputs.config instanceof YamlMap)) return;
  const header = new YamlMap().set("spec", new YamlMap().set("inputs", inputs.config));
  const { problems } = resolveInputs(readInputs(header), new YamlMap());
  for (const { subject, text, place } of problems) {
    const says = `\`${subject}\`: ${text}`;
    entry.report("inputs", fault("job-input-default-wrong", { says }, place));
  }
}
