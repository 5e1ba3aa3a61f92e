import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Catalog, readCatalog } from "../../src/catalog/index.ts";
import { type EventName, type InputValues, judge } from "../../src/catalog/judge.ts";
import { readValue, snippetOf, textOf } from "../../src/catalog/snippet.ts";
import { expandPipeline } from "../../src/engine/expand-pipeline.ts";
import { type JsonValue, loadYaml, Source, toJson } from "../../src/engine/yaml/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const catalog = await readCatalog(root, { path: "acme/berth" });
const materialOf = (name: string) => catalog.components.find((each) => each.entry.name === name)!;
const events = fc.constantFrom<EventName>("branch", "merge_request", "tag", "every");
const values: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom<JsonValue>(
    "",
    "a",
    "a-b_1",
    "3.11",
    "main",
    "build",
    "$CI_JOB_ID",
    ":x",
    "[1",
    "y",
    "~",
    "1_0",
  ),
  fc.integer(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.array(fc.constantFrom<JsonValue>("a", "b c", 1, true)),
);

function inputsOf({ entry }: Catalog["components"][number]): fc.Arbitrary<InputValues> {
  const names = fc.constantFrom(...entry.inputs.map((each) => each.name), "no_such_input");
  const one = fc.tuple(
    names,
    fc.oneof(
      values,
      names.map((name) => entry.inputs.find((each) => each.name === name)?.default ?? "x"),
    ),
  );
  return fc.array(one, { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
}

describe("the engine on a page", () => {
  it.each([
    ["validate", 60],
    ["test", 60],
    ["build", 60],
    ["delivery", 15],
    ["deploy", 10],
  ])("says of the outline of %s what it says of the whole template", (name, numRuns) => {
    const material = materialOf(name);
    const whole = { ...material.outline, files: filesOf(material) };
    fc.assert(
      fc.property(inputsOf(material), events, (inputs, event) => {
        expect(judge(material.outline, inputs, event)).toEqual(judge(whole, inputs, event));
      }),
      { numRuns, seed: 20260301 },
    );
  });

  it("has an outline of every template that is at most a tenth of a large one", () => {
    const { outline } = materialOf("deploy");
    const [before, after] = [filesOf(materialOf("deploy")), outline.files].map(
      (files) => JSON.stringify(files).length,
    );
    expect(after! * 10).toBeLessThan(before!);
  });
});

describe("the include that the form writes", () => {
  it("is read by GitLab as the very values of the fields", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b", "c"), values), (given) => {
        const text = snippetOf({
          address: "$CI_SERVER_FQDN/acme/berth/x",
          version: "1",
          given: new Map(Object.entries(given)),
          missing: ["d"],
          stages: ["pre-deploy", "no", "1"],
        });
        expect(toJson(loadYaml(new Source("snippet.yml", text)).value)).toEqual({
          stages: ["pre-deploy", "no", "1"],
          include: [
            {
              component: "$CI_SERVER_FQDN/acme/berth/x@1",
              inputs: { d: null, ...given },
            },
          ],
        });
      }),
      { numRuns: 1000, seed: 20260301 },
    );
  });

  it("comes back from a field as the value that was put into it", () => {
    fc.assert(
      fc.property(values, (value) => {
        const type = Array.isArray(value) ? "array" : (typeof value as string);
        expect(readValue(type, textOf(value))).toEqual(value);
      }),
      { numRuns: 1000, seed: 20260301 },
    );
  });

  it("makes a valid pipeline of each of Berth's components, as it stands on the page at first", () => {
    for (const { entry, stages, event } of catalog.components) {
      const text = snippetOf({
        address: entry.address,
        version: "1.0.0",
        given: new Map(),
        missing: [],
        stages,
      });
      const { errors } = expandPipeline(text, {
        projects: { "acme/berth": { "1.0.0": filesOf(materialOf(entry.name)) } },
      });
      expect([entry.name, event, errors]).toEqual([entry.name, "branch", []]);
    }
  });
});

/** The whole templates behind a component's outlines. */
function filesOf({ outline }: Catalog["components"][number]): Record<string, string> {
  return Object.fromEntries(Object.keys(outline.files).map((path) => [path, catalog.files[path] ?? ""]));
}
