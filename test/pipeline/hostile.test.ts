import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createdJobs, expandPipeline } from "../../src/index.ts";

/** GitLab's answer has to come, whatever the text: a verdict, never an exception of ours. */
function judge(
  text: string,
  files: Record<string, string> = {},
): { milliseconds: number; errors: readonly string[] } {
  const started = process.cpuUsage();
  const { expansion } = createdJobs(text, { files, event: { changedFiles: ["a.md", "a".repeat(200)] } });
  expect(expansion.valid).toBe(expansion.errors.length === 0);
  // Time of the processor: how busy the machine is says nothing of the engine.
  const { user, system } = process.cpuUsage(started);
  return { milliseconds: (user + system) / 1000, errors: expansion.errors };
}

const job = "job: { script: x }\n";
const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join("");

describe("hostile pipelines are answered within a second or two, without a crash", () => {
  it.each<[string, string]>([
    ["deep nesting", `a: ${"[".repeat(50_000)}`],
    [
      "an alias bomb",
      `a: &a [x,x]\n${many(30, (i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : "a"},*${i ? `b${i - 1}` : "a"}]\n`)}${job}`,
    ],
    ["a long word", `job:\n  script: ${"a".repeat(1_500_000)}\n`],
    ["many words", `job:\n  script: ${"a b ".repeat(400_000)}\n`],
    ["many blanks", `job:\n  script: a${" ".repeat(1_500_000)}#\n`],
    ["many colons", `job:\n  script: ${"a:b".repeat(400_000)}\n`],
    ["a chain of needs", many(4000, (i) => `j${i}: {script: x, needs: [${i ? `j${i - 1}` : ""}]}\n`)],
    ["a circle of needs", many(4000, (i) => `j${i}: {script: x, needs: [j${(i + 1) % 4000}]}\n`)],
    ["a circle of extends", many(500, (i) => `j${i}: {script: x, extends: j${(i + 1) % 500}}\n`)],
    [
      "wide extends",
      `${many(
        9,
        (i) =>
          `.b${i}: {extends: [${Array(9)
            .fill(`.b${i + 1}`)
            .join(",")}]}\n`,
      )}.b9: {image: i}\njob: {script: x, extends: .b0}\n`,
    ],
    ["circular references", many(500, (i) => `j${i}: {script: [!reference [j${(i + 1) % 500}, script]]}\n`)],
    [
      "a bomb of references",
      `.r0: {s: [x, x]}\n${many(24, (i) => `.r${i + 1}: {s: [!reference [.r${i}, s], !reference [.r${i}, s]]}\n`)}job: {script: !reference [.r24, s]}\n`,
    ],
    [
      "a big matrix",
      `job: {script: x, parallel: {matrix: [{${many(30, (i) => `V${i}: [a,b,c,d,e,f,g,h,i,j],`)}}]}}\n`,
    ],
    [
      "needs of a big matrix",
      `m: {script: x}\njob: {script: x, needs: [{job: m, parallel: {matrix: [{${many(8, (i) => `V${i}: [a,b,c,d,e,f,g,h,i,j],`)}}]}}]}\n`,
    ],
    ["a slow pattern", `job: {script: x, rules: [{if: '$CI =~ /${"(a*)*".repeat(500)}b/'}]}\n`],
    ["many braces", `job: {script: x, rules: [{changes: ["${"{a,b}".repeat(40)}"]}]}\n`],
    ["many stars", `job: {script: x, rules: [{changes: ["${"*a".repeat(60)}b${""}"]}]}\n`],
    ["circular variables", `variables: {${many(2000, (i) => `V${i}: $V${(i + 1) % 2000},`)}}\n${job}`],
    [
      "names of the prototype",
      "__proto__: {script: x}\nconstructor: {script: x, variables: {__proto__: a, toString: b}}\n",
    ],
    ["odd keys", "1: {script: x}\n? [a]\n: {script: x}\nnull: {script: x}\ntrue: 5\n"],
  ])("%s", (_name, text) => {
    const { milliseconds } = judge(text);
    expect(milliseconds).toBeLessThan(5000);
  });

  it("a file that includes itself, and two that include each other twice", () => {
    const files = {
      "a.yml": "include: [b.yml, b.yml]\na: {script: x}\n",
      "b.yml": "include: [a.yml, a.yml]\nb: {script: x}\n",
    };
    expect(judge(`include: a.yml\n${job}`, files).errors).toEqual([
      "Maximum of 150 nested includes are allowed!",
    ]);
  });
});

describe("mutated pipelines (fixed seed)", () => {
  const seeds = readFileSync(new URL("fixtures/every-keyword.yml", import.meta.url), "utf8");
  const lines = seeds.split("\n");
  const words = [
    "null",
    "[]",
    "{}",
    "5",
    "true",
    '""',
    "[[a]]",
    "{a: b}",
    "!reference [job, script]",
    "x",
    "- a",
    "'$A =~ /(/'",
    "&a",
    "*a",
    "<<: *a",
  ];
  const runs = Number(process.env.BERTH_FUZZ_RUNS ?? 1500);

  it(`are answered without a crash (${runs} of them)`, () => {
    const change = fc.record({
      line: fc.nat(lines.length - 1),
      word: fc.constantFrom(...words),
      kind: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const mutated = [...lines];
        for (const { line, word, kind } of changes) mutate(mutated, line, word, kind);
        judge(mutated.join("\n"), { "inc.yml": ".inc: { image: i }\n" });
      }),
      { seed: 20_26, numRuns: runs },
    );
  }, 600_000);

  function mutate(text: string[], line: number, word: string, kind: number): void {
    const current = text[line] ?? "";
    if (kind === 0) text[line] = current.replace(/:.*$/, `: ${word}`);
    else if (kind === 1) text[line] = `${current.match(/^ */)![0]}${word}: ${word}`;
    else if (kind === 2) text.splice(line, 1);
    else if (kind === 3) text.splice(line, 0, current);
    else text[line] = current.slice(0, Math.floor(current.length / 2)) + word;
  }
});

describe("the seed of the mutations", () => {
  it("is valid itself", () => {
    const text = readFileSync(new URL("fixtures/every-keyword.yml", import.meta.url), "utf8");
    const { errors } = expandPipeline(text, { files: { "inc.yml": ".inc: { image: i }\n" } });
    expect(errors).toEqual([]);
  });
});
