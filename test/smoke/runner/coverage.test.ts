import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { loadScenarios } from "../../../src/smoke/scenario.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";

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

  it("try every boolean both ways and every option (if not: add a case to test/smoke/<component>-inputs)", () => {
    const missing = inputs.flatMap(([name, input]) => {
      const wanted = input.type === "boolean" ? [true, false] : (input.options ?? []);
      const tried = valuesOf(name, input.default);
      return wanted.filter((value) => !tried.has(value)).map((value) => `${name}: ${value}`);
    });
    expect(missing).toEqual([]);
  });

  it("give the component's own inputs only, and one that does not exist is refused", () => {
    const known = new Set(inputs.map(([name]) => name));
    const unknown = runs.flatMap((run) => Object.keys(run.inputs ?? {})).filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
    const wrong = refused.filter((each) => each.component === component);
    expect(wrong.length).toBeGreaterThan(1);
  });

  it("run the component for real, beside expanding it", () => {
    // Deploy and rollback cannot run on their own: the delivery runs them.
    const real = given.filter(
      (each) => each.run !== false && (each.component === component || each.component === "delivery"),
    );
    expect(real.length).toBeGreaterThan(0);
  });
});

function inputsOf(component: string): Record<string, Input> {
  const [header] = parseAllDocuments(readFileSync(join(root, `templates/${component}.yml`), "utf8"));
  return header?.toJS().spec.inputs;
}
