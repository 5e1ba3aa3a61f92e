/*
 * Everything that the engine can say of a configuration: one row for each code, with GitLab's wording beside it (18.11; where GitLab
 * fails without a message, or has no limit, the words are ours). The facts are what the words are made of.
 */

/** One kind of fault: GitLab's words, without the name of what they speak of. */
interface Row<Facts> {
  readonly says: (facts: Facts) => string;
  /** A file that was not read may put it right: it may bring the job, the stage or the keyword that is missed here. */
  readonly mayComeFromElsewhere: boolean;
}

type Says<Facts> = (facts: Facts) => string;
const row = <Facts>(says: Says<Facts>): Row<Facts> => ({
  says,
  mayComeFromElsewhere: false,
});
const open = <Facts>(says: Says<Facts>): Row<Facts> => ({ ...row(says), mayComeFromElsewhere: true });
const list = (names: readonly string[]) => names.join(", ");

type Nothing = Readonly<Record<never, never>>;
interface Keys {
  readonly keys: readonly string[];
}
/** GitLab's phrase about a kind of value, such as `should be a hash`, and the keyword that it speaks of. */
interface Kind {
  readonly of?: string;
  readonly expected: string;
}
interface Location {
  readonly location: string;
}

export const CODES = {
  // The text and its documents.
  "yaml-unreadable": row(({ reason }: { reason: string }) => reason),
  "document-too-large": row(({ reason }: { reason: string }) => reason),
  "document-not-map": row((_: Nothing) => "Invalid configuration format"),
  "server-error": row(({ reason }: { reason: string }) => `GitLab fails with a server error: ${reason}`),

  // The header. GitLab writes these in lower case, names included.
  "header-keys-unknown": row(
    ({ keys }: { allowed: readonly string[] } & Keys) => `config contains unknown keys: ${list(keys)}`,
  ),
  "header-value-kind": row(({ of = "config", expected }: Kind) => `${of} ${expected}`),
  "header-description-long": row(
    ({ most }: { most: number }) => `config description is too long (maximum is ${most} characters)`,
  ),
  "header-component-fields-unknown": row(
    ({ fields }: { fields: readonly string[] }) => `config contains unknown values: ${list(fields)}`,
  ),
  "header-include-wrong": row(({ why }: { why: string }) => `config ${why}`),
  "input-type-unknown": row(({ type }: { type: string }) => `input type unknown value: ${type}`),
  "input-type-null": row(
    ({ input, types }: { input: string; types: readonly string[] }) =>
      `unknown input specification for \`${input}\` (valid types: ${list(types)})`,
  ),
  "input-options-kind": row((_: Nothing) => "input options should be an array"),
  "input-options-many": row(({ most }: { most: number }) => `config cannot define more than ${most} options`),
  "input-options-null": row((_: Nothing) => "config options array cannot contain null values"),
  "input-options-unfit": row(
    ({ types }: { types: readonly string[] }) =>
      `Options can only be used with ${types.slice(0, -1).join(", ")}${types.length > 2 ? "," : ""} and ${types.at(-1)} inputs`,
  ),
  "input-regex-kind": row((_: Nothing) => "input regex should be a string"),
  "input-regex-unfit": row((_: Nothing) => "RegEx validation can only be used with string inputs"),
  "input-regex-invalid": row((_: { pattern: string }) => "invalid regular expression"),
  "input-rules-kind": row((_: Nothing) => "config should be an array"),
  "input-rules-beside": row(({ keys }: Keys) => `config these keys cannot be used together: ${list(keys)}`),
  "input-rule-kind": row(({ of, expected }: Kind) => (of === undefined ? expected : `${of} ${expected}`)),
  "input-rule-keys-unknown": row(({ keys }: Keys) => `contains unknown keys: ${list(keys)}`),
  "input-rule-condition-invalid": row((_: Nothing) => "if invalid expression syntax"),
  "input-rule-options-many": row(({ most }: { most: number }) => `cannot define more than ${most} options`),
  "input-rule-incomplete": row(
    (_: Nothing) => "rule must define 'options' with at least one value and a 'default'",
  ),
  "input-rule-default-not-option": row(
    ({ value }: { value: string; options: readonly string[] }) =>
      `default '${value}' must be one of the options`,
  ),

  // The values of inputs.
  "inputs-not-map": row((_: Nothing) => "Given inputs must be a hash"),
  "inputs-without-header": row(
    (_: { inputs: readonly string[] }) =>
      "Given inputs not defined in the `spec` section of the included configuration file",
  ),
  "inputs-unknown": row(
    ({ inputs }: { inputs: readonly string[]; declared: readonly string[] }) =>
      `unknown input arguments: ${list(inputs)}`,
  ),
  "input-missing": row((_: { input: string }) => "required value has not been provided"),
  "input-default-kind": row(({ type }: { type: string }) => `default value is not ${withArticle(type)}`),
  "input-value-kind": row(({ type }: { type: string }) => `provided value is not ${withArticle(type)}`),
  "input-default-not-option": row(notAnOption),
  "input-value-not-option": row(notAnOption),
  "input-default-unmatched": row(
    (_: { pattern: string }) => "default value does not match required RegEx pattern",
  ),
  "input-value-unmatched": row(
    (_: { pattern: string }) => "provided value does not match required RegEx pattern",
  ),

  // Blocks.
  "block-malformed": row(
    (_: { expression: string }) =>
      "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]",
  ),
  "block-too-long": row((_: Nothing) => "maximum interpolation expression size exceeded"),
  "block-name-unknown": row(unknownName),
  "input-undeclared": row(unknownName),
  "component-field-undeclared": row(unknownName),
  "block-index-invalid": row(({ why }: { why: string; expression: string }) => why),
  "blocks-too-large": row(({ what }: { what: string }) => what),
  "functions-many": row((_: { most: number }) => "too many functions in interpolation block"),
  "function-unknown": row(
    ({ call }: { call: string }) =>
      `no function matching \`${call}\`: check that the function name, arguments, and types are correct`,
  ),
  "function-value-kind": row(
    ({ name }: { name: string }) =>
      `error in \`${name}\` function: invalid input type: ${name} can only be used with string inputs`,
  ),
  "function-not-last": row(
    ({ name }: { name: string }) =>
      `${name}() must be the last function in a chain (it returns an array, not a string)`,
  ),
  "function-failed": row(
    ({ name, why }: { name: string; why: string }) => `error in \`${name}\` function: ${why}`,
  ),

  // Includes.
  "pipeline-empty": row((_: Nothing) => "Please provide content of .gitlab-ci.yml"),
  "include-kind": row((_: Nothing) => "Each include must be a hash or a string"),
  "include-ambiguous": row(
    ({ kinds }: { kinds: readonly string[] }) => `Each include must use only one of: ${quoted(kinds)}`,
  ),
  "include-subkey-unknown": row(
    ({ shown, what, kinds }: { shown: string; what: string; kinds: readonly string[] }) =>
      `\`${shown}\` does not have a valid subkey for ${what}. Valid subkeys are: ${quoted(kinds)}`,
  ),
  "include-address-kind": row(
    ({ location }: Location) => `Included file \`${location}\` needs to be a string`,
  ),
  "include-extension": row(
    ({ location }: Location) => `Included file \`${location}\` does not have YAML extension!`,
  ),
  "local-file-missing": row(({ location }: Location) => `Local file \`${location}\` does not exist!`),
  "local-file-empty": row(({ location }: Location) => `Local file \`${location}\` is empty!`),
  "project-missing": row(
    ({ project }: { project: string }) =>
      `Project \`${project}\` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.`,
  ),
  "project-ref-missing": row(
    ({ project, ref }: { project: string; ref: string }) =>
      `Project \`${project}\` reference \`${ref}\` does not exist!`,
  ),
  "project-file-missing": row(
    ({ project, location }: { project: string } & Location) =>
      `Project \`${project}\` file \`${location}\` does not exist!`,
  ),
  "project-file-empty": row(
    ({ project, location }: { project: string } & Location) =>
      `Project \`${project}\` file \`${location}\` is empty!`,
  ),
  "remote-address-invalid": row(
    ({ location }: Location) => `Remote file \`${location}\` does not have a valid address!`,
  ),
  "remote-failed": row(
    ({ location, why }: { why: string } & Location) =>
      `Remote file \`${location}\` could not be fetched after 1 attempt because of ${why}!`,
  ),
  "remote-integrity": row(({ location }: Location) => `Remote file \`${location}\` failed integrity check!`),
  "template-name-invalid": row(
    ({ location }: Location) => `Template file \`${location}\` is not a valid location!`,
  ),
  "file-empty-or-missing": row(
    ({ location }: Location) => `Included file \`${location}\` is empty or does not exist!`,
  ),
  "artifact-outside-child": row(
    (_: Nothing) => "Including configs from artifacts is only allowed when triggering child pipelines",
  ),
  "component-address-unsupported": row(
    ({ address }: { address: string }) => `Component '${address}' - the component path is not supported`,
  ),
  "component-missing": row(
    ({ address }: { address: string }) => `Component '${address}' - content not found`,
  ),
  "component-version-outside-catalog": row(
    ({ address, version }: { address: string; version: string }) =>
      `Component '${address}' - The ${version} version reference is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead.`,
  ),
  "included-file-empty": row(
    ({ location }: Location) => `Included file \`${location}\` does not have valid YAML syntax!`,
  ),
  "includes-many": row(({ most }: { most: number }) => `Maximum of ${most} nested includes are allowed!`),
  "component-header-includes": row(
    ({ location }: Location) =>
      `Component \`${location}\` cannot use \`spec:include\`. This keyword is not supported in components`,
  ),
  "header-include-keys-unknown": row(
    ({ location, shown }: { shown: string } & Keys & Location) =>
      `Header include file \`${location}\` contains unknown keys: ${shown}`,
  ),
  "inputs-duplicate": row(
    ({ inputs }: { inputs: readonly string[] }) =>
      `Duplicate input keys found: ${list(inputs)}. Input keys must be unique across all included files and inline specifications.`,
  ),

  // `extends`, references, and what the merged configuration comes to.
  "extends-unknown": open(
    ({ bases }: { bases: readonly string[] }) => `unknown keys in \`extends\` (${list(bases)})`,
  ),
  "extends-not-map": open(
    ({ bases }: { bases: readonly string[] }) => `invalid base hashes in \`extends\` (${list(bases)})`,
  ),
  "extends-too-deep": row((_: Nothing) => "nesting too deep in `extends`"),
  "extends-circular": row((_: Nothing) => "circular dependency detected in `extends`"),
  "reference-invalid": row(({ shown }: { shown: string }) => `!reference ${shown} is not valid`),
  "reference-circular": row(
    ({ shown }: { shown: string }) => `!reference ${shown} is part of a circular chain`,
  ),
  "reference-missing": open(({ shown }: { shown: string }) => `!reference ${shown} could not be found`),
  "merged-too-deep": row(
    (_: Nothing) => "The configuration leads too deep: a chain of references or values has too many links",
  ),
  "merged-too-large": row((_: Nothing) => "The merged configuration is too large"),

  // Keywords and their values.
  "keys-unknown": row(
    ({ keys }: { allowed: readonly string[] } & Keys) => `contains unknown keys: ${list(keys)}`,
  ),
  "keys-missing": row(({ keys }: Keys) => `missing required keys: ${list(keys)}`),
  "keys-disallowed": row(({ keys, why }: { why: string } & Keys) => `${why}: ${list(keys)}`),
  "keys-beside-rules": row(({ keys }: Keys) => `key may not be used with \`rules\`: ${list(keys)}`),
  "keys-exclusive": row(({ keys }: Keys) => `these keys cannot be used together: ${list(keys)}`),
  "keys-alternative": row(({ keys }: Keys) => `must use exactly one of these keys: ${list(keys)}`),
  "keyword-twice": row(
    ({ keyword }: { keyword: string }) => `${keyword} is defined in top-level and \`default:\` entry`,
  ),
  "value-kind": row(({ expected }: Kind) => expected),
  "commands-kind": row(({ expected }: Kind) => expected),
  "value-missing": row((_: Nothing) => "can't be blank"),
  "value-superfluous": row((_: Nothing) => "must be blank"),
  "value-not-allowed": row(({ says }: { allowed: readonly string[]; says: string }) => says),
  "value-out-of-bounds": row(({ says }: { says: string }) => says),
  "value-malformed": row(({ says }: { says: string }) => says),
  "value-wrong": row(({ says }: { says: string }) => says),
  "condition-invalid": row((_: Nothing) => "invalid expression syntax"),
  "pattern-invalid": row((_: Nothing) => "must be a regular expression with re2 syntax"),
  "duration-invalid": row((_: Nothing) => "should be a duration"),
  "duration-too-long": row((_: Nothing) => "should not exceed the limit"),
  "variable-kind": open((_: Nothing) => "variable definition must be either a string or a hash"),
  "job-input-default-wrong": row(({ says }: { says: string }) => says),
  "job-name-kind": row(({ expected }: Kind) => expected),
  "job-without-script": open(
    (_: { job: string }) => "config should implement the script:, run:, or trigger: keyword",
  ),
  "jobs-missing": open((_: Nothing) => "config should contain at least one visible job"),

  // How jobs and stages fit together.
  "stage-undeclared": open(
    ({ stage, stages }: { stage: string; stages: readonly string[] }) =>
      `chosen stage ${stage} does not exist; available stages are ${list(stages)}`,
  ),
  "need-undefined": open(({ need }: { need: string }) => `undefined need: ${need}`),
  "dependency-undefined": open(({ need }: { need: string }) => `undefined dependency: ${need}`),
  "need-name-long": row(
    ({ need, most }: { need: string; most: number }) =>
      `need \`${need}\` name is too long (maximum is ${most} characters)`,
  ),
  "need-in-later-stage": row(
    ({ need, kind }: { need: string; kind: "need" | "dependency" }) =>
      `${kind} ${need} is not defined in current or prior stages`,
  ),
  "needs-duplicate": row(
    ({ needs }: { needs: readonly string[] }) => `has the following needs duplicated: ${list(needs)}.`,
  ),
  "needs-circular": row(
    ({ says }: { jobs: readonly string[]; says: string }) =>
      `The pipeline has circular dependencies: ${says}`,
  ),
  "stop-job-undefined": open(({ stop }: { stop: string }) => `on_stop job ${stop} is not defined`),
  "stop-job-wrong": row(({ stop, why }: { stop: string; why: string }) => `on_stop job ${stop} ${why}`),
  "publish-twice": row(({ job }: { job: string }) => `use either ${job}:publish or ${job}:pages:publish`),
  "matrix-variable-unknown": row(
    ({ variable }: { variable: string }) => `'${variable}' does not exist in matrix configuration`,
  ),

  // The jobs of one pipeline.
  "need-absent": row(
    ({ job, need }: { job: string; need: string }) =>
      `'${job}' job needs '${need}' job, but '${need}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.`,
  ),
  "needs-many": row(
    ({ most, count }: { most: number; count: number }) =>
      `one job can only need ${most} others, but you have listed ${count}. See needs keyword documentation for more details`,
  ),
  "variables-circular": row(
    ({ shown }: { cycles: readonly (readonly string[])[]; shown: string }) =>
      `circular variable reference detected: ${shown}`,
  ),
  "rule-project-missing": row(
    ({ project }: { project: string }) => `rules:exists:project \`${project}\` not found or access denied`,
  ),
  "rule-compare-to-missing": row((_: { ref: string }) => "rules:changes:compare_to is not a valid ref"),
  "rule-ref-missing": row(
    ({ project, ref }: { project: string; ref: string }) =>
      `rules:exists:ref \`${ref}\` is not a valid ref in project \`${project}\``,
  ),
} as const;

function withArticle(type: string): string {
  return `${type === "array" ? "an" : "a"} ${type}`;
}

/** GitLab's two input classes differ by one word. */
function notAnOption({ value, type }: { value: string; type: string; options: readonly string[] }): string {
  if (type === "array") return `${value} cannot be used because it is not in the list of allowed options`;
  const options = type === "string" ? "the list of allowed options" : "the list of the allowed options";
  return `\`${value}\` cannot be used because it is not in ${options}`;
}

function unknownName({ name, expression }: { name: string; expression: string }): string {
  return `unknown interpolation provided: \`${name}\` in \`${expression}\``;
}

function quoted(names: readonly string[]): string {
  return `\`${names.join("`, `")}\``;
}

/** What kind of thing is wrong; each has a row in the table. */
export type Code = keyof typeof CODES;
export const codes = Object.keys(CODES) as readonly Code[];

/** What the message of a code is made of. */
export type FactsOf<C extends Code> = (typeof CODES)[C] extends { says: (facts: infer Facts) => string }
  ? Facts
  : never;
