import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Reading a sentence: a pattern or a search in something that is called a message, or in what a list of errors holds. */
const reading = [
  /\bmessages?\b[?!]?\s*\.(?:match|matchAll|search|includes|startsWith|endsWith|indexOf|split|slice|replace|replaceAll)\(/,
  /\.(?:test|exec)\([^)\n]*\b(?:message|messages|error|errors|problem|problems)\b/,
  /\b(?:says|why)\b[?!]?\s*\.(?:match|matchAll|search|includes|startsWith|endsWith|indexOf|split|slice|replace|replaceAll)\(/,
  /\bmessages?\b\s*[!=]==\s*["'`]/,
  /\berrors?(?:\[\d\]|\.at\([^)]*\))[?!]?\.(?:match|matchAll|search|includes|startsWith|endsWith|indexOf|split|replace)\(/,
];

/** Sentences of others: each with whose they are. */
const others: Readonly<Record<string, string>> = {
  "src/pipelines/predefined.ts": "the message of a commit: its first line is CI_COMMIT_TITLE",
  "src/lint/shell/findings.ts": "what ShellCheck says, in which stand-ins for blocks are named",
  "src/docs/index.ts": "an exception's first line, to be printed",
};

test("nothing reads messages of ours: code asks for codes, subjects, facts, places and origins", () => {
  const files = ["src", "catalog"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".generated.ts"))
      .map((name) => `${folder}/${name}`),
  );
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return reading.flatMap((pattern) =>
      [...text.matchAll(new RegExp(pattern, "g"))].map(({ index }) => {
        const line = text.slice(0, index).split("\n").length;
        return { file, at: `${file}:${line}: ${text.split("\n")[line - 1]?.trim()}` };
      }),
    );
  });
  const ours = found.filter(({ file }) => !Object.hasOwn(others, file)).map(({ at }) => at);
  expect(
    ours,
    "ask for the problem's code and facts (src/engine/problem/codes.ts) instead of reading its message",
  ).toEqual([]);
  const stale = Object.keys(others).filter((file) => !found.some((each) => each.file === file));
  expect(stale, "reads no message any more: take it off the list in this test").toEqual([]);
});

test("the test sees what it forbids", () => {
  const forbidden = [
    "const [, name] = /job: (.+)/.exec(error.message) ?? [];",
    'if (problem.message.includes("unknown")) return;',
    "found.filter(({ message }) => !/provided value/.test(message))",
    'errors[0]?.startsWith("jobs")',
    'const isKind = error.message\n      .includes("should be")',
    'if (message === "can not be blank") return;',
    'facts.why.startsWith("is not")',
  ];
  for (const line of forbidden)
    expect(
      reading.some((pattern) => pattern.test(line)),
      line,
    ).toBe(true);
});
