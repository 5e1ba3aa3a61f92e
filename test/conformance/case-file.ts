import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One line of a case file: what is given, and the verdict GitLab gave. */
export interface Case {
  readonly id: string;
  readonly group: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Reads a `.jsonl` file, or a `.jsonl.gz` one. Texts of corpus cases are taken from `../corpus/` beside the file. */
export function readCases(file: string): Case[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const cases = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [parseCase(line)]));
  return cases.map((each) => withCorpusText(each, join(dirname(file), "..", "corpus")));
}

function parseCase(line: string): Case {
  const each = JSON.parse(line) as Case;
  if (each.inputs === undefined) return each;
  return { ...each, inputs: (JSON.parse(line.replaceAll(STRING_OR_NUMBER, markNumber)) as Case).inputs };
}

/** Given numbers that JavaScript cannot tell apart as Ruby does are marked: 1.0 is not 1, and large integers are exact. */
function markNumber(literal: string): string {
  if (literal.startsWith('"')) return literal;
  if (/[.eE]/.test(literal)) return Number.isInteger(Number(literal)) ? `{"!float":"${literal}"}` : literal;
  return Number.isSafeInteger(Number(literal)) ? literal : `{"!int":"${literal}"}`;
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** A corpus case names a file; where the text is not at hand the case comes back without `content`. */
function withCorpusText(each: Case, folder: string): Case {
  if (typeof each.repo !== "string" || typeof each.path !== "string") return each;
  try {
    return { ...each, content: readFileSync(join(folder, each.repo.replace("/", "__"), each.path), "utf8") };
  } catch {
    return each;
  }
}
