import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTrace, textOfTrace } from "../../../src/pipelines/trace-lines.ts";

/** Traces that GitLab Runner 17.5 wrote, each job with and without FF_TIMESTAMPS, byte for byte but for paths. */
const recorded = new Map(
  readFileSync(new URL("runner.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { id, trace } = JSON.parse(line) as { id: string; trace: string };
      return [id, trace];
    }),
);
const jobs = [...recorded.keys()]
  .filter((id) => id.startsWith("plain."))
  .map((id) => id.slice("plain.".length));

/** Without what differs from one run of a job to the next one. */
function comparable(trace: string): string[] {
  return readTrace(trace)
    .map(({ text }) => text.replace(/pid=\d+|id=\d+/g, "").trimEnd())
    .filter((text) => !/feature flags:|^(?:Initialized|Reinitialized|Created fresh|Removing )/.test(text));
}

describe("what a runner wrote is read as on GitLab's job page", () => {
  it.each(jobs.filter((job) => job !== "time.script"))("%s: the same with times and without", (job) => {
    const [plain, timed] = [recorded.get(`plain.${job}`)!, recorded.get(`timestamps.${job}`)!];
    expect(comparable(timed)).toEqual(comparable(plain));
    for (const { text } of [...readTrace(plain), ...readTrace(timed)]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
      expect(text).not.toMatch(/[\x1b\r]|^\d{4}-\d\d-\d\dT|^section_(?:start|end):\d/);
    }
  });

  it.each(["plain", "timestamps"])("the story of a job (%s)", (form) => {
    expect(textOfTrace(recorded.get(`${form}.shell.ok`)!)).toMatch(
      /\nExecuting "step_script" stage of the job script\n\$ echo one\none\n\$ echo two\ntwo\nJob succeeded\n$/,
    );
    expect(textOfTrace(recorded.get(`${form}.shell.exit3`)!)).toContain(
      "\nERROR: Job failed: exit status 3\n",
    );
    expect(textOfTrace(recorded.get(`${form}.shell.ansi`)!)).toMatch(/^red$/m);
    expect(textOfTrace(recorded.get(`${form}.shell.carriage`)!)).toMatch(/^b$/m);
    expect(textOfTrace(recorded.get(`${form}.variables.masked`)!)).toMatch(/^pre\[MASKED\]post$/m);
    expect(textOfTrace(recorded.get(`${form}.shell.unicode`)!)).toMatch(/^Привет, 世界 ✓$/m);
  });

  it("a line that came in two parts, with two seconds between", () => {
    const lines = readTrace(recorded.get("timestamps.shell.slow-parts")!);
    expect(lines.map(({ text }) => text)).toContain("first part, second part");
    expect(lines.find(({ text }) => text === "err")?.stream).toBe("01E");
  });
});

const time = "2026-11-28T11:23:12.280348Z";

describe("a trace", () => {
  it.each([
    ["is empty", "", []],
    ["has an empty line", "a\n\nb\n", ["a", "", "b"]],
    ["has lines that end as on Windows", "a\r\nb\r\n", ["a", "b"]],
    ["draws a bar over itself", "10 %\r50 %\r100 %\ndone\n", ["100 %", "done"]],
    ["has no end of line", "a\nb", ["a", "b"]],
    ["is cut within a colour", "a\nb\x1b[31", ["a", "b"]],
    ["is cut within a mark", `${time} 01O a\n2026-11-28T11:23`, ["a", "2026-11-28T11:23"]],
    [
      "goes on in one stream behind a line of another",
      `${time} 01O a, \n${time} 01E e\n${time} 01O+b\n`,
      ["a, b", "e"],
    ],
    ["goes on from nothing", `${time} 01O+b\n`, ["b"]],
    [
      "says something before a section without an end of line",
      "asection_end:1:step_script\r\x1b[0Kb\n",
      ["a", "b"],
    ],
    [
      "has sections of its own",
      "\x1b[0Ksection_start:1:mine[collapsed=true]\r\x1b[0KMy part\nx\n",
      ["My part", "x"],
    ],
    [
      "speaks of sections",
      "a section_start:1:is no mark without a return\n",
      ["a section_start:1:is no mark without a return"],
    ],
    ["moves a terminal's cursor", "\x1b[2K\x1b[1;31mred\x1b[0;m and \x1b[?25lplain\n", ["red and plain"]],
    [
      "ends at the runner's limit",
      "a\n\x1b[31;1mJob's log exceeded limit of 4194304 bytes.\nJob execution will continue but no more output will be collected.\x1b[0;m\n",
      [
        "a",
        "Job's log exceeded limit of 4194304 bytes.",
        "Job execution will continue but no more output will be collected.",
      ],
    ],
  ])("that %s", (_, trace, lines) => {
    expect(readTrace(trace).map(({ text }) => text)).toEqual(lines);
  });
});
