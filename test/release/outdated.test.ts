import { describe, expect, it } from "vitest";
import { type ComponentSource, findOutdated, fixPins } from "../../src/release/outdated.ts";
import { base } from "./pairs.ts";

const versions: Readonly<Record<string, string>> = {
  "1.0.0": base,
  "1.1.0": base.replace("python:3.11", "python:3.12"),
  "2.0.0": base.replace("[1, 2, 3]", "[1, 2]"),
};
const source: ComponentSource = {
  tags: async (project) =>
    project === "lib/checks" ? [...Object.keys(versions), "v7", "nightly"] : undefined,
  files: async (_, component, version) => ({ [`templates/${component}.yml`]: versions[version] ?? "" }),
};
const file = (version: string, inputs: string) =>
  `# kept: lib/checks/check@${version}\ninclude:\n  - component: host/lib/checks/check@${version} # why\n    inputs: ${inputs}\n`;

describe("a pin", () => {
  it.each([
    ["1.0.0", "{ target: a, level: 3 }", "outdated", "2.0.0", "1.1.0", 1],
    ["1.0.0", "{ target: a, level: 2 }", "outdated", "2.0.0", "2.0.0", 0],
    ["2.0.0", "{ target: a }", "current", "2.0.0", "2.0.0", 0],
    ["~latest", "{ target: a }", "moving", "2.0.0", "2.0.0", 0],
    ["1", "{ target: a, level: 3 }", "outdated", "2.0.0", "1.1.0", 1],
    ["main", "{ target: a }", "unknown", "2.0.0", undefined, 0],
  ])("@%s with %s is %s", async (version, inputs, state, newest, safest, refused) => {
    const [pin] = await findOutdated(file(version, inputs), "ci.yml", source);
    expect(pin).toMatchObject({ state, newest, safest });
    expect(pin?.refused).toHaveLength(refused);
  });

  it("is raised to its safest version, and only it", async () => {
    const text = file("1.0.0", "{ target: a, level: 3 }");
    const fixed = fixPins(text, await findOutdated(text, "ci.yml", source));
    expect(fixed).toBe(text.replace("host/lib/checks/check@1.0.0", "host/lib/checks/check@1.1.0"));
  });

  it("of a project that cannot be seen stays unknown and as it is", async () => {
    const text = "include: { component: host/other/x/y@1.0.0 }";
    const pins = await findOutdated(text, "ci.yml", source);
    expect([pins[0]?.state, fixPins(text, pins)]).toEqual(["unknown", text]);
  });
});
