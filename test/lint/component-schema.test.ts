import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { toJson } from "../../src/engine/yaml/index.ts";
import { readFile } from "../../src/lint/index.ts";
import { readFixtures } from "../rules/fixture.ts";

/* The editor's schema must not call a header wrong that GitLab takes. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema = JSON.parse(readFileSync(join(root, "docs/schemas/component.schema.json"), "utf8"));
const ajv = new Ajv({ allowUnionTypes: true, strict: true, strictTypes: false, strictRequired: false });
ajv.addKeyword("markdownDescription");
const validate = ajv.compile(schema);

const names = readdirSync(join(root, "templates")).filter((name) => name.endsWith(".yml"));
const templates = names.map((name) => ({
  path: `templates/${name}`,
  text: readFileSync(join(root, "templates", name), "utf8"),
}));
const fixtures = readFixtures().flatMap(({ rule, name, files }) =>
  files.slice(0, 1).map((file) => ({ path: file.path, text: file.text, from: `${rule}/${name}` })),
);

const advice =
  "docs/schemas/component.schema.json refuses what GitLab takes: correct src/build/component-schema.ts, then run npm run generate";

describe("headers that GitLab takes", () => {
  const sound = [...templates, ...fixtures]
    .map(({ path, text }) => readFile(path, text))
    .filter((file) => file.header !== undefined && file.errors.length === 0);
  test("are many", () => expect(sound.length).toBeGreaterThan(50));
  test("are taken, and so are the jobs below them", () => {
    for (const { header, body, text } of sound) {
      for (const part of [header, body].filter((each) => each !== undefined))
        expect(validate(toJson(part)), `${advice}\n${ajv.errorsText(validate.errors)}\n\n${text}`).toBe(true);
    }
  });
});

test.each([
  ["an unknown key of spec", { spec: { input: {} } }],
  ["an unknown key of an input", { spec: { inputs: { a: { desc: "x" } } } }],
  ["an unknown type", { spec: { inputs: { a: { type: "text" } } } }],
  ["a long description", { spec: { description: "x".repeat(257) } }],
  ["an unknown field of the component", { spec: { component: ["title"] } }],
  ["rules beside options", { spec: { inputs: { a: { rules: [], options: ["x"] } } } }],
  ["too many options", { spec: { inputs: { a: { options: Array.from({ length: 51 }, String) } } } }],
  ["a key beside spec", { spec: {}, image: "alpine" }],
])("%s is refused", (_what, header) => expect(validate(header)).toBe(false));
