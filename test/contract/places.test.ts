import { describe, expect, it } from "vitest";
import { readInputs, resolveInputs } from "../../src/engine/contract/index.ts";
import { interpolateFile } from "../../src/engine/interpolation/index.ts";
import { loadYaml, Source, YamlMap } from "../../src/engine/yaml/index.ts";
import { expandComponent } from "../../src/index.ts";

const component = `spec:
  inputs:
    stage:
      default: test
    level:
      type: number
---
"$[[ inputs.stage ]]-job":
  stage: $[[ inputs.stage ]]
  script: echo $[[ inputs.levle ]]
`;

describe("errors carry what GitLab lacks", () => {
  it("the place of a block that cannot be filled, counted from the start of the file", () => {
    const { diagnostics } = expandComponent(component, { inputs: { level: 1 }, path: "templates/a.yml" });
    expect(diagnostics).toMatchObject([
      {
        code: "input-undeclared",
        facts: { name: "levle" },
        message: "unknown interpolation provided: `levle` in `inputs.levle`",
        place: { file: "templates/a.yml", line: 10, column: 11, endLine: 10, endColumn: 35 },
      },
    ]);
  });

  it("the place of the declaration of an input that is missing", () => {
    expect(expandComponent(component).diagnostics[0]).toMatchObject({
      message: "`level` input: required value has not been provided",
      place: { line: 5, column: 5 },
    });
  });

  it("the place of a keyword in the header", () => {
    const text = "spec:\n  inputs:\n    x:\n      typo: 1\n---\na: 1\n";
    expect(expandComponent(text).diagnostics[0]?.place).toMatchObject({ line: 4, column: 7 });
  });

  it("the include site and the input of a value that does not fit", () => {
    const site = loadYaml(new Source(".gitlab-ci.yml", "stage: build\nlevel: high\n")).value as YamlMap;
    const { problems } = interpolateFile(new Source("templates/a.yml", component), { inputs: site });
    expect(problems[0]?.message).toBe("`level` input: provided value is not a number");
    expect(problems[0]?.place?.toJSON()).toMatchObject({ file: ".gitlab-ci.yml", line: 2, column: 8 });
    expect(problems[0]?.origin).toMatchObject({ input: "level" });
  });
});

describe("interpolated values", () => {
  const given = loadYaml(new Source("ci.yml", "stage: build\nlevel: 3\n")).value as YamlMap;
  const text = component.replace("levle", "level");
  const { config } = interpolateFile(new Source("a.yml", text), { inputs: given });
  const job = config?.get("build-job") as YamlMap;

  it("keep the place of the block and remember where the value came from", () => {
    const place = job.entry("stage")?.valuePlace;
    expect(place).toMatchObject({ file: "a.yml", line: 9 });
    expect(place?.origin?.input).toBe("stage");
    expect(place?.origin?.place).toMatchObject({ file: "ci.yml", line: 1, column: 8 });
  });

  it("in keys as well", () => {
    expect(config?.entry("build-job")?.keyPlace?.origin?.input).toBe("stage");
  });
});

describe("a contract", () => {
  const header = loadYaml(new Source("a.yml", component)).value as YamlMap;
  it("tells what each input is", () => {
    expect(readInputs(header).map(({ name, type, required }) => ({ name, type, required }))).toEqual([
      { name: "stage", type: "string", required: false },
      { name: "level", type: "number", required: true },
    ]);
  });
  it("resolves defaults", () => {
    const { values } = resolveInputs(readInputs(header), new YamlMap().set("level", 2));
    expect(values.get("stage")?.value).toBe("test");
  });
});
