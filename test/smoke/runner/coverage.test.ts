import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { loadScenarios } from "../../../src/smoke/scenario.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";
import { exampleFrom, expectComplete } from "../../complete.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Input {
  readonly type?: string;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
}

/** The inputs that scenarios give each component, refused ones left out. */
const given = loadScenarios([], root)
  .flatMap(variationsOf)
  .flatMap(({ steps }) => steps.map(({ definition }) => definition))
  .filter(({ expect: expected }) => expected?.error === undefined);

const refused = loadScenarios(["refused"], root)
  .flatMap(variationsOf)
  .flatMap(({ steps }) => steps.map(({ definition }) => definition));

describe.each(
  readdirSync(join(root, "templates")).flatMap((file) => /^(.*)\.yml$/.exec(file)?.[1] ?? []),
)("the scenarios of %s", (component) => {
  const runs = given.filter((each) => each.component === component);
  const inputs = Object.entries(inputsOf(component));
  const valuesOf = (name: string, fallback: unknown) =>
    new Set(runs.map((run) => run.inputs?.[name] ?? fallback));

  it("try every boolean both ways and every option", () => {
    const missing = inputs.flatMap(([name, input]) => {
      const wanted = input.type === "boolean" ? [true, false] : (input.options ?? []);
      const tried = valuesOf(name, input.default);
      return wanted.filter((value) => !tried.has(value)).map((value) => `${name}: ${value}`);
    });
    expectComplete(missing, (value) =>
      [
        `Add a case to test/smoke/${component}-inputs/scenario.yml that gives ${component} the input "${value}" and expects what that changes.`,
        exampleFrom("test/smoke/validate-inputs/scenario.yml"),
      ].join("\n"),
    );
  });

  it("give the component's own inputs only, and one that does not exist is refused", () => {
    const known = new Set(inputs.map(([name]) => name));
    const unknown = runs.flatMap((run) => Object.keys(run.inputs ?? {})).filter((name) => !known.has(name));
    expect(
      unknown,
      `templates/${component}.yml has no such inputs: correct test/smoke/*/scenario.yml`,
    ).toEqual([]);
    const wrong = refused.filter((each) => each.component === component);
    expectComplete(wrong.length > 1 ? [] : [component], () =>
      [
        `Add cases to test/smoke/refused/scenario.yml: an input that ${component} does not have, and a value that it refuses.`,
        exampleFrom("test/smoke/refused/scenario.yml"),
      ].join("\n"),
    );
  });

  it("run the component for real, beside expanding it", () => {
    // Deploy and rollback cannot run on their own: the delivery runs them.
    const real = given.filter(
      (each) => each.run !== false && (each.component === component || each.component === "delivery"),
    );
    expectComplete(real.length > 0 ? [] : [component], () =>
      [
        `Write test/smoke/${component}/scenario.yml: a pipeline with ${component} that runs (no "run: false").`,
        exampleFrom("test/smoke/validate/scenario.yml"),
      ].join("\n"),
    );
  });
});

function inputsOf(component: string): Record<string, Input> {
  const [header] = parseAllDocuments(readFileSync(join(root, `templates/${component}.yml`), "utf8"));
  return header?.toJS().spec.inputs;
}
