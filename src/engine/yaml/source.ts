/** Where a text came from: a file that was included by another one keeps the place of that `include`. */
export class Source {
  readonly file: string;
  readonly text: string;
  /** The place of the `include:` entry that brought this file in; undefined for the file that was asked for. */
  readonly includedFrom: Place | undefined;
  private lineStarts: number[] | undefined;

  constructor(file: string, text: string, includedFrom?: Place) {
    this.file = file;
    this.text = text;
    this.includedFrom = includedFrom;
  }

  /** Line and column (both from 1, columns in UTF-16 units as editors count them) of an offset into the text. */
  position(offset: number): { line: number; column: number } {
    this.lineStarts ??= findLineStarts(this.text);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }
}

/** What brought a value to its place: an input of the component's contract, and where that input's value stands. */
export interface Origin {
  readonly input: string;
  readonly place: Place | undefined;
}

const NO_ORIGINS: readonly Origin[] = [];

/**
 * A stretch of a source text. Lines and columns count from 1 and are computed only when asked for;
 * the end is exclusive. It survives interpolation, extends and merges, because containers carry it beside each value.
 */
export class Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  /** Set on values and keys that interpolation put here: the inputs they came from, in the order of the text. */
  readonly origins: readonly Origin[];

  constructor(source: Source, start: number, end: number, origins: readonly Origin[] = NO_ORIGINS) {
    this.source = source;
    this.start = start;
    this.end = end;
    this.origins = origins;
  }

  /** The first input that the value or key came from. */
  get origin(): Origin | undefined {
    return this.origins[0];
  }

  get file(): string {
    return this.source.file;
  }
  get line(): number {
    return this.source.position(this.start).line;
  }
  get column(): number {
    return this.source.position(this.start).column;
  }
  get endLine(): number {
    return this.source.position(this.end).line;
  }
  get endColumn(): number {
    return this.source.position(this.end).column;
  }
  /** The include entry that brought the file in, if any. */
  get includedFrom(): Place | undefined {
    return this.source.includedFrom;
  }

  /** The same place, marked as filled by inputs. */
  withOrigins(origins: readonly Origin[]): Place {
    return new Place(this.source, this.start, this.end, origins);
  }

  /** `{file, line, column, endLine, endColumn}`, the shape of diagnostics. */
  toJSON(): PlainPlace {
    const { line, column } = this.source.position(this.start);
    const end = this.source.position(this.end);
    return { file: this.file, line, column, endLine: end.line, endColumn: end.column };
  }
}

/** A place as plain data; lines and columns from 1, the end exclusive. */
export interface PlainPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) {
    starts.push(index + 1);
  }
  return starts;
}
