/** Whether every text that one pattern lets through is let through by another. */
export type Inclusion =
  | { readonly verdict: "included" }
  /** `example` matches the first pattern and not the second. */
  | { readonly verdict: "narrower"; readonly example: string }
  /** A construct that is not modelled, or automata too large. */
  | { readonly verdict: "unknown" };

/**
 * Compares the languages of two RE2 patterns as GitLab uses them for inputs (unanchored search, no flags): builds an automaton
 * of each and looks for a text that tells them apart. Word boundaries, flags and Unicode classes are not modelled.
 */
export function compareLanguages(before: string, after: string): Inclusion {
  try {
    return findDifference(new Automaton(before), new Automaton(after));
  } catch (error) {
    if (error instanceof NotModelled) return { verdict: "unknown" };
    throw error;
  }
}

class NotModelled extends Error {}

type Range = readonly [from: number, to: number];
const last = 0x10ffff;
const mostPairs = 20_000;
const mostStates = 20_000;

function findDifference(before: Automaton, after: Automaton): Inclusion {
  const letters = representatives([...before.ranges(), ...after.ranges()]);
  const start = { first: before.start(), second: after.start(), text: "" };
  const queue = [start];
  const seen = new Set([key(start.first, start.second)]);
  for (const { first, second, text } of queue) {
    const empty = text === "";
    if (before.accepts(first, empty) && !after.accepts(second, empty))
      return { verdict: "narrower", example: text };
    for (const letter of letters) {
      const next = {
        first: before.step(first, letter),
        second: after.step(second, letter),
        text: text + String.fromCodePoint(letter),
      };
      const name = key(next.first, next.second);
      // From here on the first pattern can match nothing any more.
      if (next.first.length === 0 || seen.has(name)) continue;
      if (seen.size >= mostPairs) return { verdict: "unknown" };
      seen.add(name);
      queue.push(next);
    }
  }
  return { verdict: "included" };
}

function key(first: readonly number[], second: readonly number[]): string {
  return `${first.join()}|${second.join()}`;
}

/** One letter of each class of letters that neither pattern tells apart; a readable one where there is one. */
function representatives(ranges: readonly Range[]): number[] {
  const cuts = [...new Set([0, ...ranges.flatMap(([from, to]) => [from, to + 1])])]
    .filter((each) => each <= last)
    .sort((a, b) => a - b);
  return cuts.map((from, index) => {
    const to = (cuts[index + 1] ?? last + 1) - 1;
    const readable = [0x61, 0x41, 0x30, 0x2d, 0x20, 0x21, 0xe9].find((each) => from <= each && each <= to);
    return readable ?? (from >= 0xd800 && from <= 0xdfff ? Math.min(to, 0xe000) : from);
  });
}

interface State {
  readonly ranges: Range[];
  target: number;
  readonly empty: number[];
  assertion?: "start" | "end";
}

/** A nondeterministic automaton that searches for a pattern anywhere in a text. */
class Automaton {
  private readonly states: State[] = [];
  private readonly text: string[];
  private position = 0;
  private readonly entry: number;
  private readonly exit: number;

  constructor(pattern: string) {
    this.text = [...pattern];
    const [from, to] = this.alternatives();
    if (this.position < this.text.length) throw new NotModelled();
    // Anything may stand before and behind the match.
    this.entry = this.add([[0, last]]);
    this.states[this.entry]!.target = this.entry;
    this.states[this.entry]!.empty.push(from);
    this.exit = this.add([[0, last]]);
    this.states[this.exit]!.target = this.exit;
    this.states[to]!.empty.push(this.exit);
  }

  ranges(): Range[] {
    return this.states.flatMap((state) => state.ranges);
  }

  start(): number[] {
    return this.closure([this.entry], true, false);
  }

  step(from: readonly number[], letter: number): number[] {
    const next = from.flatMap((index) => {
      const { ranges, target } = this.states[index]!;
      return ranges.some(([low, high]) => low <= letter && letter <= high) ? [target] : [];
    });
    return this.closure(next, false, false);
  }

  accepts(at: readonly number[], empty: boolean): boolean {
    return this.closure(at, empty, true).includes(this.exit);
  }

  private closure(from: readonly number[], atStart: boolean, atEnd: boolean): number[] {
    const found = new Set(from);
    for (const index of found) {
      const { empty, assertion } = this.states[index]!;
      if ((assertion === "start" && !atStart) || (assertion === "end" && !atEnd)) continue;
      for (const next of empty) found.add(next);
    }
    return [...found].sort((a, b) => a - b);
  }

  private add(ranges: Range[] = [], assertion?: State["assertion"]): number {
    if (this.states.length >= mostStates) throw new NotModelled();
    return this.states.push({ ranges, target: -1, empty: [], ...(assertion && { assertion }) }) - 1;
  }

  private alternatives(): [number, number] {
    const from = this.add();
    const to = this.add();
    do {
      const [begin, end] = this.sequence();
      this.states[from]!.empty.push(begin);
      this.states[end]!.empty.push(to);
    } while (this.take("|"));
    return [from, to];
  }

  private sequence(): [number, number] {
    const from = this.add();
    let to = from;
    while (this.position < this.text.length && !["|", ")"].includes(this.peek())) {
      const [begin, end] = this.repetition();
      this.states[to]!.empty.push(begin);
      to = end;
    }
    return [from, to];
  }

  private repetition(): [number, number] {
    const begin = this.position;
    let part = this.atom();
    for (let bounds = this.bounds(); bounds; bounds = this.bounds()) {
      const after = this.position;
      part = this.repeat(begin, part, bounds);
      this.position = after;
    }
    return part;
  }

  private repeat(
    begin: number,
    first: [number, number],
    [least, most]: [number, number | undefined],
  ): [number, number] {
    const again = (): [number, number] => {
      this.position = begin;
      return this.atom();
    };
    const from = this.add();
    let to = from;
    let part: [number, number] | undefined = first;
    for (let turn = 0; turn < Math.max(least, most ?? least); turn += 1) {
      part ??= again();
      const exit = this.add();
      this.states[to]!.empty.push(part[0]);
      this.states[part[1]]!.empty.push(exit);
      if (turn >= least) this.states[to]!.empty.push(exit);
      to = exit;
      part = undefined;
    }
    if (most !== undefined) return [from, to];
    const loop = part ?? again();
    const exit = this.add();
    this.states[to]!.empty.push(exit);
    this.states[exit]!.empty.push(loop[0]);
    this.states[loop[1]]!.empty.push(exit);
    return [from, exit];
  }

  private bounds(): [number, number | undefined] | undefined {
    const rest = this.text.slice(this.position, this.position + 12).join("");
    const found = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/.exec(rest);
    if (!found) return undefined;
    this.position += [...found[0]].length;
    const [, sign, least, comma, most] = found;
    if (sign) return sign === "*" ? [0, undefined] : sign === "+" ? [1, undefined] : [0, 1];
    return [Number(least), comma === undefined ? Number(least) : most ? Number(most) : undefined];
  }

  private atom(): [number, number] {
    const letter = this.next();
    if (letter === "(") return this.group();
    if (letter === "^") return this.assert("start");
    if (letter === "$") return this.assert("end");
    if (letter === ".")
      return this.letters([
        [0, 9],
        [11, last],
      ]);
    if (letter === "[") return this.letters(this.classOf());
    if (letter === "\\") {
      const escaped = this.next();
      if (escaped === "A") return this.assert("start");
      if (escaped === "z") return this.assert("end");
      return this.letters(this.escape(escaped));
    }
    if ("*+?".includes(letter)) throw new NotModelled();
    return this.letters([single(letter)]);
  }

  private group(): [number, number] {
    if (this.take("?")) {
      const rest = this.text.slice(this.position).join("");
      const opening = /^(?::|P?<\w+>)/.exec(rest);
      if (!opening) throw new NotModelled();
      this.position += [...opening[0]].length;
    }
    const inner = this.alternatives();
    if (!this.take(")")) throw new NotModelled();
    return inner;
  }

  private assert(assertion: State["assertion"]): [number, number] {
    const from = this.add([], assertion);
    const to = this.add();
    this.states[from]!.empty.push(to);
    return [from, to];
  }

  private letters(ranges: Range[]): [number, number] {
    const from = this.add(ranges);
    const to = this.add();
    this.states[from]!.target = to;
    return [from, to];
  }

  private classOf(): Range[] {
    const negated = this.take("^");
    const ranges: Range[] = [];
    for (let first = true; first || this.peek() !== "]"; first = false) {
      if (this.peek() === "[" && this.text[this.position + 1] === ":") throw new NotModelled();
      const from = this.classLetter();
      const isRange = from.length === 1 && this.peek() === "-" && this.text[this.position + 1] !== "]";
      if (!isRange) {
        ranges.push(...from);
        continue;
      }
      this.position += 1;
      const to = this.classLetter();
      ranges.push([from[0]![0], to[0]![1]]);
    }
    this.position += 1;
    return negated ? complement(ranges) : ranges;
  }

  private classLetter(): Range[] {
    const letter = this.next();
    return letter === "\\" ? this.escape(this.next()) : [single(letter)];
  }

  private escape(letter: string): Range[] {
    const known = escapes[letter];
    if (known) return known;
    if (/[A-Za-z0-9]/.test(letter)) throw new NotModelled();
    return [single(letter)];
  }

  private peek(): string {
    return this.text[this.position] ?? "";
  }

  private next(): string {
    const letter = this.text[this.position];
    if (letter === undefined) throw new NotModelled();
    this.position += 1;
    return letter;
  }

  private take(letter: string): boolean {
    if (this.peek() !== letter) return false;
    this.position += 1;
    return true;
  }
}

const digit: Range[] = [[48, 57]];
const word: Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
/** RE2's \s has no vertical tab. */
const space: Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];

const escapes: Readonly<Record<string, Range[]>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  n: [[10, 10]],
  r: [[13, 13]],
  t: [[9, 9]],
  f: [[12, 12]],
  v: [[11, 11]],
};

function single(letter: string): Range {
  const code = letter.codePointAt(0) ?? 0;
  return [code, code];
}

function complement(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from > next) result.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= last) result.push([next, last]);
  return result;
}
