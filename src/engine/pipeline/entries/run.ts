import { type Fault, fault } from "../../problem/index.ts";
import { type Place, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { isMap, isText } from "./checks.ts";
import type { Entry } from "./entry.ts";

/*
 * `run` (https://docs.gitlab.com/ci/yaml/#run): steps, or functions as they are called since 19.0. GitLab checks them by the JSON schema
 * app/validators/json_schemas/run_steps.json; the verdicts are that schema's, the words ours.
 */

const KEYS = ["name", "script", "step", "func", "inputs", "env"];
/** What a step is: exactly one of these. */
const KINDS = ["script", "step", "func"];
const REFERENCES: Readonly<
  Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  git: { required: ["url", "rev"], optional: ["dir", "file"] },
  oci: { required: ["registry", "repository", "tag"], optional: ["dir", "file"] },
};

/** Reports what is wrong with each of the steps. */
export function checkRun(entry: Entry): void {
  const run = entry.get("run");
  if (run === undefined || run === null) return;
  if (!(run instanceof YamlList)) {
    entry.report("run", wrong("should be an array of steps"));
    return;
  }
  for (const [index, step] of run.items.entries()) {
    const problem = stepProblem(step, run.places[index]);
    if (problem !== undefined) entry.report("run", problem);
  }
}

function wrong(says: string, at?: Place): Fault {
  return fault("value-wrong", { says }, at);
}

function stepProblem(step: YamlValue, place: Place | undefined): Fault | undefined {
  if (!isMap(step)) return wrong("step should be a hash", place);
  const unknown = [...step.entries()].find(({ key }) => !KEYS.includes(String(key)));
  if (unknown !== undefined)
    return wrong(`step contains unknown keys: ${String(unknown.key)}`, unknown.keyPlace);
  const name = step.get("name");
  if (!isText(name) || !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    const says = "step name should be letters, digits and underscores, and not begin with a digit";
    return wrong(says, step.entry("name")?.valuePlace ?? place);
  }
  if (KINDS.filter((key) => step.has(key)).length !== 1)
    return wrong(`step must use exactly one of these keys: ${KINDS.join(", ")}`, place);
  if (step.has("script") && !isText(step.get("script")))
    return wrong("step script should be a string", step.entry("script")?.valuePlace);
  return referenceProblem(step, "step") ?? referenceProblem(step, "func") ?? mapProblem(step);
}

/** A step of elsewhere: its address, or where it is in git or in a registry. */
function referenceProblem(step: YamlMap, keyword: string): Fault | undefined {
  const entry = step.entry(keyword);
  if (entry === undefined || isText(entry.value)) return undefined;
  const { value, valuePlace } = entry;
  const [kind] = isMap(value) ? value.names() : [];
  const form = kind === undefined ? undefined : REFERENCES[kind];
  if (!isMap(value) || value.size !== 1 || form === undefined)
    return wrong(
      `step ${keyword} should be a string, or a hash with one of: ${Object.keys(REFERENCES).join(", ")}`,
      valuePlace,
    );
  const inner = value.get(kind!);
  const names = isMap(inner) ? inner.names() : [];
  const isRight =
    form.required.every((key) => names.includes(key)) &&
    names.every((key) => [...form.required, ...form.optional].includes(key));
  return isRight ? undefined : wrong(`step ${keyword} ${kind} needs ${form.required.join(", ")}`, valuePlace);
}

function mapProblem(step: YamlMap): Fault | undefined {
  for (const keyword of ["inputs", "env"]) {
    const entry = step.entry(keyword);
    if (entry !== undefined && !(entry.value instanceof YamlMap))
      return wrong(`step ${keyword} should be a hash`, entry.valuePlace);
  }
  return undefined;
}
