import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type ChangeKind,
  changeKinds,
  compareInterfaces,
  leastVersion,
  parseVersion,
  strongestClass,
} from "../../src/release/index.ts";
import { expectComplete, lacking } from "../complete.ts";
import { base, pairs } from "./pairs.ts";

const file = (text: string) => ({ "templates/check.yml": text });
const kindsOf = (before: string, after: string) =>
  [...new Set(compareInterfaces(file(before), file(after)).map((each) => each.kind))].sort();

/** Every pair in both directions. The kinds must be exactly those expected: every comparison runs over every pair. */
describe("old and new", () => {
  const both = pairs.flatMap(({ title, from, to, kinds, back }) => {
    const changed = base.replace(from, () => to);
    return [
      { title, before: base, after: changed, kinds },
      { title: `${title}, the other way`, before: changed, after: base, kinds: back },
    ];
  });

  it("are more than 60 pairs", () => {
    expect(both.length).toBeGreaterThan(60);
    for (const { from } of pairs) expect(base).toContain(from);
  });

  it.each(both)("$title", ({ before, after, kinds }) => {
    expect(kindsOf(before, after)).toEqual([...kinds].sort());
  });

  it("show every kind of change at least once", () => {
    const shown = new Set<ChangeKind>([
      ...both.flatMap((each) => each.kinds),
      "component-added",
      "component-removed",
      "global-keyword-changed",
    ]);
    expectComplete(lacking(Object.keys(changeKinds), [...shown]), (kind) =>
      [
        `Add a pair to test/release/pairs.ts that shows ${kind}: what is changed in "base", and the kinds of change there and back.`,
        '    pair("an input with a default", strict, "", ["input-removed"], ["input-added"]),',
      ].join("\n"),
    );
  });
});

it("the page about releases has a row for every kind, with its class", () => {
  const page = readFileSync(new URL("../../docs/release.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\w+) \| .{5,} \|$/gm)];
  const classes = Object.fromEntries(rows.map(([, kind = "", wanted = ""]) => [kind, wanted]));
  expectComplete(lacking(Object.keys(changeKinds), Object.keys(classes)), (kind) =>
    [
      `Add a row for it to the table in docs/release.md, with its class (${changeKinds[kind as ChangeKind]}):`,
      `    | \`${kind}\` | ${changeKinds[kind as ChangeKind]} | what it means for consumers |`,
    ].join("\n"),
  );
  expect(classes, "docs/release.md names another class than src/release/change.ts").toEqual(changeKinds);
});

describe("whole projects", () => {
  it("gain and lose components, in either of the two layouts", () => {
    const folder = { "templates/check/template.yml": base };
    expect(compareInterfaces(file(base), folder)).toEqual([]);
    expect(compareInterfaces({}, folder).map((each) => each.kind)).toEqual(["component-added"]);
    expect(compareInterfaces(file(base), {}).map((each) => each.kind)).toEqual(["component-removed"]);
  });

  it("change a global keyword", () => {
    const globals = (value: string) => base.replace("---\n", `---\nstages: [${value}]\n`);
    expect(kindsOf(globals("a"), globals("b"))).toEqual(["global-keyword-changed"]);
  });

  it("are told with the place in the newer file, or in the older one where it is gone", () => {
    const [narrowed] = compareInterfaces(file(base), file(base.replace("[1, 2, 3]", "[1]")));
    expect(narrowed?.place).toMatchObject({
      file: "templates/check.yml",
      line: 5,
      column: 40,
      side: "after",
    });
    const [gone] = compareInterfaces(
      file(base),
      file(base.replace("    strict: { type: boolean, default: false }\n", "")),
    );
    expect(gone?.place).toMatchObject({ line: 7, column: 5, side: "before" });
  });
});

describe("a component that includes another of its project", () => {
  const whole = (include: string) =>
    `spec: { inputs: { prefix: { default: "" }, grade: { type: number, default: 1 } } }\n---\n${include}own: { script: [own] }\n`;
  const part =
    'include:\n  - local: /templates/check.yml\n    inputs: { name: "$[[ inputs.prefix ]]", target: here, level: "$[[ inputs.grade ]]" }\n';
  const project = (include: string, check = base) => ({
    "templates/whole.yml": whole(include),
    "templates/check.yml": check,
  });
  const changesOf = (after: Record<string, string>) =>
    compareInterfaces(project(part), after)
      .filter((each) => each.component === "whole")
      .map((each) => `${each.kind} ${each.subject}`);

  it("loses the other's jobs with it", () => {
    expect(changesOf(project(""))).toEqual(["job-removed $[[ inputs.prefix ]]-check", "job-removed publish"]);
  });

  it("changes with the other's jobs, in terms of its own inputs", () => {
    const [image] = compareInterfaces(project(part), project(part, base.replace("3.11", "3.12"))).filter(
      (each) => each.component === "whole",
    );
    expect(image).toMatchObject({ kind: "job-image-changed", subject: "$[[ inputs.prefix ]]-check" });
    expect(image?.place?.file).toBe("templates/check.yml");
  });

  it("does not change when an input of the other is renamed and passed on under its new name", () => {
    const renamed = base
      .replaceAll("level", "depth")
      .replace('LEVEL: "$[[ inputs.depth ]]"', 'LEVEL: "$[[ inputs.depth ]]"');
    expect(changesOf(project(part.replace("level:", "depth:"), renamed))).toEqual([]);
  });

  it("is not followed in a circle", () => {
    const circle = { "templates/a.yml": "include: /templates/a.yml\na: { script: [a] }\n" };
    expect(compareInterfaces(circle, circle)).toEqual([]);
  });
});

describe("the least honest version", () => {
  it.each([
    ["1.2.3", "major", "2.0.0"],
    ["1.2.3", "minor", "1.3.0"],
    ["1.2.3", "patch", "1.2.4"],
    ["1.2.3", undefined, "1.2.4"],
    ["0.2.3", "major", "0.3.0"],
    ["0.2.3", "minor", "0.2.4"],
  ] as const)("after %s with %s changes is %s", (since, strongest, wanted) => {
    expect(leastVersion(parseVersion(since)!, strongest).join(".")).toBe(wanted);
  });

  it("comes from the strongest change, and no version is read from v1.0.0 or 01.0.0", () => {
    expect(
      strongestClass(
        compareInterfaces(file(base), file(base.replace("[linux]", "[mac]").replace("3.11", "3.12"))),
      ),
    ).toBe("major");
    expect([parseVersion("v1.0.0"), parseVersion("01.0.0"), parseVersion("1.0")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
