import type { Answer, UploadedFiles } from "./rows.ts";

/** What differs between two answers, in words; and how many lines of the logs are the same. */
export interface Comparison {
  readonly differences: readonly string[];
  readonly lines: { readonly same: number; readonly all: number };
}

/** Compares what a runner did with what ours does. */
export function compare(expected: Answer, got: Answer): Comparison {
  const differences = (["state", "exit_code", "failure_reason"] as const)
    .filter((key) => expected[key] !== got[key])
    .map((key) => `${key}: ${expected[key]}, here ${got[key]}`);
  return {
    differences: [...differences, ...uploadDifferences(expected.uploads, got.uploads)],
    lines: sum([sameLines(expected.log, got.log), sameLines(expected.after_log, got.after_log)]),
  };
}

/** Numbers of lines and processes, and times, are each runner's own. */
export function comparable(line: string): string {
  return line
    .replace(/\bline \d+:/g, "line N:")
    .replace(/:\s+\d+ (Segmentation fault|Killed|Aborted)/, ": N $1")
    .replace(/section_(start|end):\d+:/g, "section_$1:N:");
}

/** Lines in both, wherever they are: output and errors may change places by a hair. */
function sameLines(expected: readonly string[] | null, got: readonly string[] | null) {
  if (expected === null || got === null) {
    const all = (expected ?? got ?? []).length + (expected === got ? 0 : 1);
    return { same: 0, all };
  }
  const left = got.map(comparable);
  let same = 0;
  for (const line of expected.map(comparable)) {
    const at = left.indexOf(line);
    if (at < 0) continue;
    left.splice(at, 1);
    same += 1;
  }
  return { same, all: Math.max(expected.length, got.length) };
}

function sum(counts: readonly { same: number; all: number }[]) {
  return {
    same: counts.reduce((total, { same }) => total + same, 0),
    all: counts.reduce((total, { all }) => total + all, 0),
  };
}

function uploadDifferences(expected: readonly UploadedFiles[], got: readonly UploadedFiles[]): string[] {
  const named = (uploads: readonly UploadedFiles[]) =>
    uploads.map(({ type, format, filename }) => `${type} ${format} ${filename}`).join(", ") || "none";
  if (named(expected) !== named(got)) return [`uploads: ${named(expected)}, here ${named(got)}`];
  return expected.flatMap((upload, index) => fileDifferences(upload.files, got[index]?.files ?? {}));
}

/** The recorder kept so much of a file's text. */
const keptCharacters = 400;

function fileDifferences(
  expected: Readonly<Record<string, string>>,
  got: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort();
  return names.flatMap((name) => {
    if (isGitsOwn(name)) return [];
    const [theirs, ours] = [expected[name], got[name]];
    if (theirs === undefined) return [`file ${name}: only here`];
    if (ours === undefined) return [`file ${name}: missing`];
    return theirs === ours.slice(0, Math.max(theirs.length, keptCharacters))
      ? []
      : [`file ${name}: other text`];
  });
}

/** What is inside of `.git` differs with every version of git. That it is there, and its HEAD, is compared. */
function isGitsOwn(name: string): boolean {
  return name.startsWith(".git/") && name !== ".git/" && name !== ".git/HEAD";
}
