/** One unit of a scalar's raw text: what it decodes to, and where it stands in the file. */
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

/**
 * Says where each character of a YAML scalar's value stands in the file, for literal, folded, plain and quoted scalars.
 * `start` and `end` bound the scalar in `text` (a block scalar from its `|` or `>`). Returns one offset for each UTF-16 unit
 * of `value` and one for its end, or undefined if the raw text does not decode to the value.
 */
export function scalarOffsets(
  text: string,
  start: number,
  end: number,
  value: string,
): readonly number[] | undefined {
  const offsets: number[] = [];
  let position = 0;
  for (const unit of units(text, start, end)) {
    if (unit.text === "") continue;
    if (value.startsWith(unit.text, position)) {
      for (let index = 0; index < unit.text.length; index++) offsets.push(unit.offset);
      position += unit.text.length;
    } else if (unit.foldable && value[position] === " ") {
      offsets.push(unit.offset);
      position++;
    } else if (!unit.foldable) {
      return undefined;
    }
  }
  if (position !== value.length) return undefined;
  offsets.push(offsets.length > 0 ? (offsets.at(-1) as number) + 1 : end);
  return offsets;
}

function units(text: string, start: number, end: number): Iterable<Unit> {
  switch (text[start]) {
    case "|":
    case ">":
      return blockUnits(text, start, end);
    case '"':
      return foldLines(doubleQuotedUnits(text, start + 1, end - 1));
    case "'":
      return foldLines(singleQuotedUnits(text, start + 1, end - 1));
    default:
      return foldLines(plainUnits(text, start, end));
  }
}

function* blockUnits(text: string, start: number, end: number): Iterable<Unit> {
  let lineStart = text.indexOf("\n", start) + 1;
  if (lineStart === 0) return;
  const indent = blockIndent(text, start, lineStart, end);
  while (lineStart < end) {
    const found = text.indexOf("\n", lineStart);
    const lineEnd = found === -1 || found > end ? end : found;
    const contentEnd = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
    for (let offset = lineStart + indent; offset < contentEnd; offset++) {
      yield { text: text[offset] as string, offset, foldable: false };
    }
    yield { text: "\n", offset: lineEnd, foldable: true };
    lineStart = lineEnd + 1;
  }
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
