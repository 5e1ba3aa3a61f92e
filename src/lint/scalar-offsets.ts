/** One unit of a flow scalar's raw text: what it decodes to, and where it stands in the file. */
interface Unit {
  readonly text: string;
  readonly offset: number;
  /** A line break that folding may have turned into a space or dropped. */
  readonly foldable: boolean;
}

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};

/** The offset into the file of a UTF-16 unit of a value, or of its end; undefined beyond that. */
export type OffsetOf = (index: number) => number | undefined;

/**
 * Says where each character of a YAML scalar's value stands in the file, for literal, folded, plain and quoted scalars.
 * `start` and `end` bound the scalar in `text` (a block scalar from its `|` or `>`). Returns undefined if the raw text does not
 * decode to the value.
 */
export function scalarOffsets(text: string, start: number, end: number, value: string): OffsetOf | undefined {
  const sign = text[start];
  const first = sign === '"' || sign === "'" ? start + 1 : start;
  // most scalars stand there as they are
  if (value !== "" && first + value.length === end - (first - start) && isWrittenAt(text, first, value))
    return (index) => (index <= value.length ? first + index : undefined);
  const isBlock = sign === "|" || sign === ">";
  const offsets = isBlock ? blockOffsets(text, start, end, value) : flowOffsets(text, start, end, value);
  if (offsets?.length !== value.length) return undefined;
  offsets.push(offsets.length > 0 ? (offsets.at(-1) as number) + 1 : end);
  return (index) => offsets[index];
}

function isWrittenAt(text: string, offset: number, value: string): boolean {
  return text.startsWith(value, offset) && !/[\n\\]/.test(value);
}

/** Line by line; folding may have turned the break behind a line into a space, or dropped it. */
function blockOffsets(text: string, start: number, end: number, value: string): number[] | undefined {
  const offsets: number[] = [];
  let lineStart = text.indexOf("\n", start) + 1;
  const indent = blockIndent(text, start, lineStart, end);
  while (lineStart > 0 && lineStart < end) {
    const found = text.indexOf("\n", lineStart);
    const lineEnd = found === -1 || found > end ? end : found;
    const from = lineStart + indent;
    const line = text.slice(from, text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd);
    if (!value.startsWith(line, offsets.length)) return undefined;
    for (let index = 0; index < line.length; index++) offsets.push(from + index);
    const next = value[offsets.length];
    if (next === "\n" || next === " ") offsets.push(lineEnd);
    lineStart = lineEnd + 1;
  }
  return offsets;
}

function flowOffsets(text: string, start: number, end: number, value: string): number[] | undefined {
  const offsets: number[] = [];
  for (const unit of foldLines(flowUnits(text, start, end))) {
    if (unit.text === "") continue;
    if (value.startsWith(unit.text, offsets.length)) {
      for (let index = 0; index < unit.text.length; index++) offsets.push(unit.offset);
    } else if (unit.foldable && value[offsets.length] === " ") {
      offsets.push(unit.offset);
    } else if (!unit.foldable) {
      return undefined;
    }
  }
  return offsets;
}

function flowUnits(text: string, start: number, end: number): Iterable<Unit> {
  if (text[start] === '"') return doubleQuotedUnits(text, start + 1, end - 1);
  if (text[start] === "'") return singleQuotedUnits(text, start + 1, end - 1);
  return plainUnits(text, start, end);
}

/** The indentation that the header names, relative to the parent's, or that of the first line with text. */
function blockIndent(text: string, start: number, firstLine: number, end: number): number {
  const body = text.slice(firstLine, end);
  const first = /^ *(?=[^ \r\n])/m.exec(body);
  const indent = first?.[0].length ?? 0;
  const explicit = /[1-9]/.exec(text.slice(start, firstLine).split("#")[0] ?? "");
  if (!explicit) return indent;
  const lineStart = text.lastIndexOf("\n", start) + 1;
  const parent = /^[ -]*/.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  const candidates = [parent + Number(explicit[0]), Number(explicit[0]), indent];
  return candidates.find((candidate) => candidate <= indent) ?? indent;
}

function* plainUnits(text: string, start: number, end: number): Iterable<Unit> {
  for (let offset = start; offset < end; offset++) {
    yield { text: text[offset] as string, offset, foldable: text[offset] === "\n" };
  }
}

function* singleQuotedUnits(text: string, start: number, end: number): Iterable<Unit> {
  for (let offset = start; offset < end; offset++) {
    yield { text: text[offset] as string, offset, foldable: text[offset] === "\n" };
    if (text[offset] === "'") offset++;
  }
}

function* doubleQuotedUnits(text: string, start: number, end: number): Iterable<Unit> {
  for (let offset = start; offset < end; offset++) {
    if (text[offset] !== "\\") {
      yield { text: text[offset] as string, offset, foldable: text[offset] === "\n" };
      continue;
    }
    const next = text[offset + 1] ?? "";
    const width = { x: 2, u: 4, U: 8 }[next];
    if (width !== undefined) {
      const code = Number.parseInt(text.slice(offset + 2, offset + 2 + width), 16);
      yield { text: Number.isNaN(code) ? "" : String.fromCodePoint(code), offset, foldable: false };
      offset += 1 + width;
    } else if (next === "\n" || next === "\r") {
      offset = text.indexOf("\n", offset);
      while (/[ \t]/.test(text[offset + 1] ?? "")) offset++;
    } else {
      yield { text: escapes[next] ?? next, offset, foldable: false };
      offset++;
    }
  }
}

/** In flow scalars, white space around a line break does not count. */
function* foldLines(raw: Iterable<Unit>): Iterable<Unit> {
  let blanks: Unit[] = [];
  let afterBreak = false;
  for (const unit of raw) {
    const isBlank = unit.text === " " || unit.text === "\t" || unit.text === "\r";
    if (unit.foldable) {
      blanks = [];
      afterBreak = true;
      yield unit;
    } else if (isBlank) {
      if (!afterBreak) blanks.push(unit);
    } else {
      yield* blanks;
      blanks = [];
      afterBreak = false;
      yield unit;
    }
  }
  yield* blanks;
}
