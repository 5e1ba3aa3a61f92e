import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { rules } from "../lint/registry.generated.ts";

const strings = { type: "array", items: { type: "string" } };
const ids = rules.map((rule) => rule.id);

const schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "berth.yaml",
  description: "Settings of a project for the command line berth.",
  type: "object",
  properties: {
    lint: {
      description: "Settings of berth lint.",
      type: ["object", "null"],
      additionalProperties: false,
      properties: {
        gitlab_version: {
          description:
            'The oldest GitLab that the components must run on, such as "17.11", or a range such as "17.0..newest".',
          type: ["string", "number"],
          pattern: "^v?[0-9]+\\.[0-9]+[^.]*(\\.[0-9]+[^.]*)?(\\.\\.(newest|[0-9]+\\.[0-9]+))?$",
        },
        fail_on: {
          description: "The least severity that fails.",
          enum: ["error", "warning", "info"],
        },
        ignore: {
          description: "Patterns of files that are not linted.",
          type: "array",
          items: {
            type: "string",
          },
        },
        baseline: {
          description: "A file with findings that are ignored; berth lint --write-baseline makes it.",
          type: "string",
        },
        docs: {
          description:
            "The address where rules are explained, with {rule} for the rule's name: findings show it.",
          type: "string",
          pattern: "^https?://\\S*\\{rule\\}",
        },
        mirrors: {
          description:
            "Folders that hold other projects under their full paths, for the contracts of included components.",
          type: "array",
          items: {
            type: "string",
          },
        },
        shellcheck: {
          type: "object",
          additionalProperties: false,
          properties: {
            disable: {
              description: "ShellCheck's codes that do not count, each with the reason.",
              type: "object",
              propertyNames: {
                pattern: "^SC[0-9]{4}$",
              },
              additionalProperties: {
                type: "string",
                pattern: "\\S",
              },
            },
          },
        },
        rules: {
          description: "Rules with another severity, or off.",
          type: "object",
          propertyNames: {
            enum: ids,
          },
          additionalProperties: {
            enum: ["off", false, "info", "warning", "error"],
          },
        },
        exceptions: {
          description: "Rules that do not count in some files, with the reason.",
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["rule", "files", "reason"],
            properties: {
              rule: {
                enum: ids,
              },
              files: strings,
              reason: {
                type: "string",
                pattern: "\\S",
              },
            },
          },
        },
      },
    },
  },
};

/** The schema of `berth.yaml` for editors, and its validator, compiled ahead so that no command loads ajv. */
export function configurationFiles(): Record<string, string> {
  const ajv = new Ajv({ code: { source: true, esm: true }, allowUnionTypes: true });
  const validator = standalone.default(ajv, ajv.compile(schema));
  return {
    "docs/schemas/berth.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "src/lint/configuration-schema.generated.ts": `// @ts-nocheck
// Made by src/build/configuration-schema.ts with ajv from docs/schemas/berth.schema.json.
${validator.replace(/^"use strict";/, "").replace(/export const validate = (\w+);export default \1;/, "")}
export const validateConfiguration: {
  (value: unknown): boolean;
  errors?: { instancePath: string; message?: string; params: Record<string, unknown> }[] | null;
} = validate${/function validate(\d+)/.exec(validator)?.[1] ?? ""};
`,
  };
}
