/** Tells of a line of a file (from 1) on which line its job begins, or another key of the top level; 0 before the first one. */
export function jobLines(text: string): (line: number) => number {
  const lines = text.split("\n");
  return (line) => lines.slice(0, line).findLastIndex((each) => /^[^\s#-]/.test(each)) + 1;
}
