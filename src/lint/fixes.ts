import type { Diagnostic, Edit } from "./diagnostic.ts";

/** A file's text after fixes, and how many were applied. */
export interface FixedText {
  readonly text: string;
  readonly applied: number;
}

interface OffsetEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies the fixes of one file, the safe ones or all. An edit that two fixes share is made once; a fix whose edits touch those of an earlier one otherwise waits for the next round, so callers
 * lint and fix again until nothing is applied. Fixes that also edit another file are left out.
 */
export function applyFixes(
  file: string,
  text: string,
  diagnostics: readonly Diagnostic[],
  which: "safe" | "all" = "safe",
): FixedText {
  const starts = lineStarts(text);
  const taken: OffsetEdit[] = [];
  let applied = 0;
  for (const { fix } of diagnostics) {
    if (
      !fix ||
      (which === "safe" && !fix.safe) ||
      fix.edits.length === 0 ||
      fix.edits.some((edit) => edit.file !== file)
    )
      continue;
    const edits = fix.edits
      .map((edit) => toOffsets(edit, starts, text.length))
      .filter((edit) => !taken.some((other) => isSame(edit, other)));
    if (edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    taken.push(...edits);
    applied++;
  }
  taken.sort((left, right) => right.start - left.start || right.end - left.end);
  let fixed = text;
  for (const edit of taken) fixed = fixed.slice(0, edit.start) + edit.text + fixed.slice(edit.end);
  return { text: fixed, applied };
}

function toOffsets(edit: Edit, starts: readonly number[], length: number): OffsetEdit {
  const offset = (line: number, column: number) =>
    Math.min((starts[line - 1] ?? length) + column - 1, length);
  return {
    start: offset(edit.line, edit.column),
    end: offset(edit.endLine, edit.endColumn),
    text: edit.text,
  };
}

function isSame(left: OffsetEdit, right: OffsetEdit): boolean {
  return left.start === right.start && left.end === right.end && left.text === right.text;
}

function touches(left: OffsetEdit, right: OffsetEdit): boolean {
  return left.start <= right.end && right.start <= left.end;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
