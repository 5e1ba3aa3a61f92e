import { INPUT_TYPES } from "../engine/contract/input-types.ts";
import { COMPONENT_FIELDS, MOST_OPTIONS } from "../engine/contract/keywords.ts";

const guide = "https://docs.gitlab.com/ci/yaml";

const options = {
  description: "The values that a caller may give, at most 50.",
  markdownDescription: `The values that a caller may give, at most 50. [GitLab](${guide}/#specinputsoptions)`,
  type: ["array", "null"],
  maxItems: MOST_OPTIONS,
};

const ownDefault = {
  description:
    "What counts when no value is given. Without it, and without rules that have one, callers must give a value.",
};

const inputRule = {
  type: "object",
  additionalProperties: false,
  properties: {
    if: {
      description: 'A condition on other inputs, such as $[[ inputs.size ]] == "large".',
      type: ["string", "null"],
    },
    options,
    default: ownDefault,
  },
};

const input = {
  description: "An input. Nothing behind the colon makes it a required string.",
  type: ["object", "null"],
  additionalProperties: false,
  properties: {
    type: {
      description: "The type of the values (default: string).",
      enum: [...INPUT_TYPES],
    },
    default: ownDefault,
    description: {
      description: "What the input changes, in one sentence: the catalog shows it.",
      type: ["string", "number", "boolean", "null"],
    },
    options,
    regex: {
      description:
        "A pattern that values of a string input must match: RE2, no slashes, anchored only by ^ and $.",
      type: "string",
    },
    rules: {
      description:
        "Options and defaults that depend on other inputs; the first rule that matches counts (GitLab 18.7).",
      type: ["array", "null"],
      items: inputRule,
    },
  },
  dependencies: { rules: { not: { anyOf: [{ required: ["options"] }, { required: ["default"] }] } } },
};

const spec = {
  description: "What the component is and what its callers may set.",
  type: ["object", "null"],
  additionalProperties: false,
  properties: {
    description: {
      description: "What the component does; the catalog shows it (GitLab 18.10).",
      type: ["string", "null"],
      maxLength: 256,
    },
    component: {
      description: "What the file reads of itself as $[[ component.… ]] (GitLab 18.6).",
      type: ["array", "null"],
      items: { enum: [...COMPONENT_FIELDS] },
    },
    include: {
      description: "Files with further inputs (GitLab 18.9); not in components.",
      type: ["array", "string", "null"],
    },
    inputs: {
      description: "The inputs by name.",
      type: ["object", "null"],
      additionalProperties: input,
    },
  },
};

const schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "GitLab CI/CD component",
  description: "The header of a component, and, below ---, its jobs.",
  if: { required: ["spec"] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: { additionalProperties: false, properties: { spec } },
  else: { type: ["object", "null"] },
};

/** The schema of components for editors. GitLab's own rejects headers of today. */
export function componentSchemaFiles(): Record<string, string> {
  return { "docs/schemas/component.schema.json": `${JSON.stringify(schema, null, 2)}\n` };
}
