import { describe, expect, it } from "vitest";
import { type ComponentSource, findOutdated } from "../../src/release/outdated.ts";
import { fixPins } from "../../src/release/pin-text.ts";
import { base } from "./pairs.ts";

const versions: Readonly<Record<string, string>> = {
  "1.0.0": base,
  "1.1.0": base.replace("python:3.11", "python:3.12"),
  "2.0.0": base.replace("[1, 2, 3]", "[1, 2]"),
};
const shaOf = (version: string) => version.replaceAll(".", "a").padEnd(40, "0");
const source: ComponentSource = {
  tags: async (project) =>
    project === "lib/checks" ? [...Object.keys(versions), "v7", "nightly"] : undefined,
  commits: async () => new Map(Object.keys(versions).map((name) => [name, shaOf(name)])),
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

describe("a pinned commit", () => {
  const level = "{ target: a, level: 3 }";
  const fix = async (text: string, sha: boolean) =>
    fixPins(text, await findOutdated(text, "ci.yml", source, { commits: sha }), { sha });

  it.each([
    ["a tag becomes a commit", "1.0.0", " # why", true, `${shaOf("1.1.0")} # why # 1.1.0`],
    ["a current tag, too", "2.0.0", "", true, `${shaOf("2.0.0")} # 2.0.0`],
    ["a commit stays one", shaOf("1.0.0"), " # 1.0.0", false, `${shaOf("1.1.0")} # 1.1.0`],
    ["without a comment, its version is found", shaOf("1.0.0"), "", false, `${shaOf("1.1.0")} # 1.1.0`],
    ["a wrong comment is set right", shaOf("2.0.0"), " # 1.0.0", false, `${shaOf("2.0.0")} # 2.0.0`],
    ["a current commit is left alone", shaOf("2.0.0"), " # 2.0.0", true, `${shaOf("2.0.0")} # 2.0.0`],
    ["a version that moves is left alone", "1", "", true, "1"],
    ["a commit that no tag has is left alone", "f".repeat(40), " # 1.0.0", true, `${"f".repeat(40)} # 1.0.0`],
  ])("%s", async (_, version, comment, sha, fixed) => {
    const text = (pin: string) =>
      `include:\n  - component: "host/lib/checks/check@${pin.replace(/( |$)/, '"$1')}\n    inputs: ${level}\n`;
    expect(await fix(text(version + comment), sha)).toBe(text(fixed));
  });

  it("tells its version, and a comment that tells another one", async () => {
    const text = `include: [{ component: host/lib/checks/check@${shaOf("1.0.0")}, inputs: ${level} }] # 1.1.0\n`;
    const [pin] = await findOutdated(text, "ci.yml", source);
    expect(pin).toMatchObject({ version: "1.0.0", wronglySaid: "1.1.0", state: "outdated", safest: "1.1.0" });
  });
});
