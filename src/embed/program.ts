import {
  beside,
  carriedText,
  carryLine,
  EmbedError,
  headLength,
  hereDocument,
  linesOf,
  otherUse,
  type ReadFile,
  refuseWhatCannotTravel,
  sourceLine,
} from "./bundle.ts";
import { shellLines } from "./comments.ts";
import { compactPython } from "./python.ts";
import { commandWords } from "./words.ts";

/** One function of a bash program, as it travels. */
export interface ShellFunction {
  readonly name: string;
  /** The file that defines it, from the project's root. */
  readonly file: string;
  readonly lines: readonly string[];
  /** The words of its code; a word equal to a function's name counts as a call. */
  readonly words: ReadonlySet<string>;
  /** A program that the function prints (`cat` of a `.sh` file with request functions); its text belongs after line `after`. */
  readonly carries?: { readonly path: string; readonly after: number };
}

/** A bash program with everything that it sources, taken apart. */
export interface ShellProgram {
  readonly path: string;
  /** It and all files that it sources. */
  readonly files: readonly string[];
  /** The comment at its head, without the `#!` line. */
  readonly head: readonly string[];
  readonly functions: readonly ShellFunction[];
  /** What is outside of functions, in order; runs when the program is read. */
  readonly statements: readonly { readonly file: string; readonly line: string }[];
  /** The words of the statements: what the program needs in any case. */
  readonly words: ReadonlySet<string>;
}

/** Functions with this beginning are what a carried program can be asked for; each job takes along those that it names. */
const requestName = /^request_/;
const functionStart = /^([A-Za-z_]\w*)\(\) *\{(.*)$/;

/**
 * Takes a bash program apart into its functions and the rest. A function begins with `name() {` and ends with `}`, both at the
 * beginning of a line, or is on one line. Comments and blank lines are left out, indentation is halved (one space a level).
 *
 * @throws EmbedError for a missing file, a function without an end, a name that is defined twice, or what cannot travel.
 */
export function readProgram(path: string, read: ReadFile): ShellProgram {
  const text = read(path);
  if (text === undefined) throw new EmbedError(path, 1, "there is no such script");
  const head = linesOf(text).slice(0, headLength(text));
  const parts = {
    functions: [] as ShellFunction[],
    statements: [] as ShellProgram["statements"][number][],
    words: new Set<string>(),
  };
  const walk = new Walk(read, parts);
  walk.file(path, text);
  return { path, files: [...walk.seen], head: head.filter((line) => !line.startsWith("#!")), ...parts };
}

/** True for a program that can be asked for one thing at a time. */
function answersRequests(program: ShellProgram): boolean {
  return program.functions.some(({ name }) => requestName.test(name));
}

/** The functions that can be reached from these words: over-approximated, so traps and names handed on as arguments count. */
export function reachedFunctions(
  functions: readonly ShellFunction[],
  roots: Iterable<string>,
): ReadonlySet<ShellFunction> {
  const byName = new Map(functions.map((each) => [each.name, each]));
  const reached = new Set<ShellFunction>();
  const waiting = [...roots];
  for (let word = waiting.pop(); word !== undefined; word = waiting.pop()) {
    const found = byName.get(word);
    if (found === undefined || reached.has(found)) continue;
    reached.add(found);
    waiting.push(...found.words);
  }
  return reached;
}

/** The requests among these words. */
export function requestsIn(words: Iterable<string>): string[] {
  return [...words].filter((word) => requestName.test(word));
}

/** One line as it travels, its number in the file from 0, and what it begins in. */
interface Line {
  readonly index: number;
  readonly line: string;
  readonly begins: Parameters<typeof commandWords>[1];
}

class Walk {
  private readonly read: ReadFile;
  private readonly parts: {
    functions: ShellFunction[];
    statements: ShellProgram["statements"][number][];
    words: Set<string>;
  };
  readonly seen = new Set<string>();

  constructor(read: ReadFile, parts: Walk["parts"]) {
    this.read = read;
    this.parts = parts;
  }

  file(path: string, text: string): void {
    this.seen.add(path);
    const { comments, code, behind, hereDocuments } = shellLines(text);
    const lines = linesOf(text).map((line, index) =>
      behind.has(index) ? line.slice(0, behind.get(index)).trimEnd() : line,
    );
    if (code.size === 0) throw new EmbedError(path, 1, "a quote or here-document in it has no end");
    const isLeftOut = (index: number) =>
      comments.has(index) ||
      (index === 0 && lines[0]!.startsWith("#!")) ||
      (code.has(index) && lines[index]!.trim() === "");
    const travels = (index: number): Line => {
      if (!code.has(index))
        return { index, line: lines[index]!, begins: hereDocuments.has(index) ? "here-document" : "quoted" };
      const line = lines[index]!.replace(/^ +/, (all) => " ".repeat(Math.ceil(all.length / 2)));
      return { index, line, begins: "code" };
    };
    for (let index = 0; index < lines.length; index += 1) {
      if (isLeftOut(index)) continue;
      const line = lines[index]!;
      const start = code.has(index) ? functionStart.exec(line) : undefined;
      if (!start) {
        this.statement(path, travels(index), code.has(index) && sourceLine.exec(line));
        continue;
      }
      const end = endOfFunction(path, lines, code, index, start[2]!);
      const body = range(index, end).filter((each) => !isLeftOut(each));
      this.function(path, start[1]!, body.map(travels));
      index = end;
    }
  }

  private statement(path: string, line: Line, source: RegExpExecArray | null | false): void {
    const place = (message: string) => new EmbedError(path, line.index + 1, message);
    if (!source) {
      const { lines, words } = this.travelling(path, line);
      this.parts.statements.push(...lines.map((each) => ({ file: path, line: each })));
      for (const word of words) this.parts.words.add(word);
      return;
    }
    const target = beside(path, source[1]!);
    if (this.seen.has(target)) return;
    const content = this.read(target);
    if (content === undefined) throw place(`sources "${target}", which does not exist`);
    this.file(target, content);
  }

  private function(path: string, name: string, body: readonly Line[]): void {
    const twin = this.parts.functions.find((each) => each.name === name);
    if (twin) throw new EmbedError(path, body[0]!.index + 1, `"${name}" is defined in ${twin.file} too`);
    const lines: string[] = [];
    const words = new Set<string>();
    let carries: ShellFunction["carries"];
    for (const line of body) {
      const travelling = this.travelling(path, line);
      if (travelling.program) carries = { path: travelling.program, after: lines.length };
      lines.push(...travelling.lines);
      for (const word of travelling.words) words.add(word);
    }
    this.parts.functions.push({ name, file: path, lines, words, ...(carries && { carries }) });
  }

  /** One line with the file that it carries, if it does. The text of a program that answers requests is left to the caller. */
  private travelling(
    path: string,
    { index, line, begins }: Line,
  ): { lines: string[]; words: Iterable<string>; program?: string } {
    const place = (message: string) => new EmbedError(path, index + 1, message);
    refuseWhatCannotTravel(line, place);
    const words = commandWords(line, begins);
    const carry = carryLine.exec(line);
    if (!carry) {
      if (otherUse.test(line))
        throw place('a path beside the script means nothing in a job; use "source" or "cat" on its own line');
      return { lines: [line], words };
    }
    const target = beside(path, carry[2]!);
    const content = this.read(target);
    if (content === undefined) throw place(`carries "${target}", which does not exist`);
    if (carry[3]!.endsWith("\\")) throw place("a carried file's line cannot go on in the next line");
    const program = target.endsWith(".sh") ? readProgram(target, this.read) : undefined;
    const rest: string[] = carry[3]!.match(/[A-Za-z_]\w*/g) ?? [];
    if (program && answersRequests(program)) {
      const whole = hereDocument(`${carry[1]}cat `, target, allLines(program).join("\n"), carry[3]!);
      return { lines: [whole[0]!, whole.at(-1)!], words: rest, program: target };
    }
    const carried = carriedText(target, content, this.read);
    const text = target.endsWith(".py") ? compactPython(carried) : carried;
    return { lines: hereDocument(`${carry[1]}cat `, target, text, carry[3]!), words: rest };
  }
}

function allLines({ functions, statements }: ShellProgram): string[] {
  return [...functions.flatMap(({ lines }) => lines), ...statements.map(({ line }) => line)];
}

function endOfFunction(
  path: string,
  lines: readonly string[],
  code: ReadonlySet<number>,
  start: number,
  rest: string,
): number {
  if (/\}\s*$/.test(rest)) return start;
  for (let index = start + 1; index < lines.length; index += 1) {
    if (code.has(index) && lines[index] === "}") return index;
    if (code.has(index) && functionStart.test(lines[index]!)) break;
  }
  throw new EmbedError(path, start + 1, 'this function has no "}" at the beginning of a line');
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
