import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isUnitTest } from "./unit-files.ts";

/* Unit tests run anywhere: as an ordinary user, without network, on any system with Node, git, bash and Python. */

const root = fileURLToPath(new URL("..", import.meta.url));

/** What is of Linux alone, or of GNU's programs alone, or needs rights; and what is right in its place. */
const foreign: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/["'`\s]\/(?:proc|sys)\//, "ask by a signal, a socket or a file of the test's own"],
  [/\bsudo\s+[-\w]/, "move the test to *.integration.test.ts"],
  [/\b(?:systemctl|unshare|nsenter|ip netns|apt-get|dpkg-deb)\s/, "move the test to *.integration.test.ts"],
  [/\bensureSystemPackages\b|\bsystemHas\(|\bbootHost\(/, "move the test to *.integration.test.ts"],
  [/\bstat (?:-c|--format|--printf)\b/, "statSync, or ls -l"],
  [/\bsed (?:-i\b|--in-place|-r\b)/, "sed to another file, and -E"],
  [/\bgrep (?:-\w*P|--perl)/, "grep -E"],
  [/\bdate (?:-d\b|--date)/, "a date that the test writes"],
  [/\breadlink -f\b/, "realpathSync"],
  [/\bfind\b[^"'`\n]* -printf\b/, "readdirSync"],
  [
    /\bxargs (?:-r|--no-run)|\bhead -[nc] ?-\d|\bsort -V\b|\bcp (?:-a|--)|\bbase64 -w|\bdu -b/,
    "what POSIX has",
  ],
  [/\b(?:setsid|tac|nproc|sha256sum) (?=[\w$"'-])/, "what POSIX has"],
];

/** The files of the unit project, and those of test/ that they import. */
function unitFiles(): string[] {
  const first = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((name) => `test/${name}`)
    .filter(isUnitTest)
    .map((name) => join(root, name));
  const found = new Set(first);
  for (const file of found)
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+\.ts)"/g)) {
      const imported = join(dirname(file), path);
      if (imported.startsWith(join(root, "test/")) && existsSync(imported)) found.add(imported);
    }
  return [...found].sort();
}

/** `file:line: what, instead` for each line that does not run anywhere. */
function foreignLines(name: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    foreign.flatMap(([pattern, instead]) => {
      const [what] = pattern.exec(line) ?? [];
      return what === undefined ? [] : [`${name}:${index + 1}: ${what.trim()}: ${instead}`];
    }),
  );
}

it("unit tests use nothing of Linux or GNU alone, and no rights beyond an ordinary user's", () => {
  const files = unitFiles().filter((file) => file !== fileURLToPath(import.meta.url));
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap((file) => foreignLines(relative(root, file), readFileSync(file, "utf8")))).toEqual([]);
});

it("each kind of what is forbidden is found", () => {
  const samples = [
    'readFile("/proc/1/stat")',
    '"sudo -n true"',
    '"systemctl stop"',
    'systemHas("podman")',
    "'stat -c %a file'",
    "'sed -i s/a/b/ file'",
    "'grep -oP a'",
    "'date -d tomorrow'",
    "'readlink -f a'",
    "'find . -printf %p'",
    "'ls | sort -V'",
    "'setsid sleep 1'",
  ];
  expect(samples.map((sample) => foreignLines("a.ts", sample).length)).toEqual(samples.map(() => 1));
  expect(foreignLines("a.ts", 'expect(path).toBe("made by stat"); // a process')).toEqual([]);
});
