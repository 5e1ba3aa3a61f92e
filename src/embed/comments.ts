/**
 * The numbers (from 0) of the lines of a shell script that hold a comment and nothing else, and can be left out without a change of
 * what the script does. Never among them: lines of here-documents and of quoted text, a `#!` line, and a comment after a line that
 * ends in a backslash. Where the text cannot be followed to its end (an open quote or here-document), none.
 *
 * Read as bash reads it (Bash Reference Manual, "Shell Syntax", "Here Documents"); POSIX sh is a part of that.
 */
export function wholeLineComments(script: string): ReadonlySet<number> {
  return shellLines(script).comments;
}

/** What the lines of a shell script are, by their numbers (from 0). All are empty where the text cannot be followed. */
export interface ShellLines {
  /** Lines that hold a comment and nothing else, as `wholeLineComments` returns them. */
  readonly comments: ReadonlySet<number>;
  /** Lines that begin in code, not inside quotes or a here-document: the white space at their beginning means nothing. */
  readonly code: ReadonlySet<number>;
  /** Lines of here-documents. */
  readonly hereDocuments: ReadonlySet<number>;
  /** Where a comment begins behind a command: the column (from 0) of its `#`, by the line. */
  readonly behind: ReadonlyMap<number, number>;
}

/** Reads a script once, for its comments and its lines of code. */
export function shellLines(script: string): ShellLines {
  const reading = new Reading(script);
  while (!reading.atEnd) reading.next();
  return reading.wasFollowed
    ? reading
    : { comments: new Set(), code: new Set(), hereDocuments: new Set(), behind: new Map() };
}

/** What is open: code in parentheses, `case` in there, arithmetic and its parentheses, `"`, `${` (with or without quotes of its own). */
type Opened = ")" | "esac" | "))" | "(" | '"' | "}" | "}literal";

interface HereDocument {
  readonly delimiter: string;
  readonly indented: boolean;
}

const singleQuoted = /'[^']*'/y;
const escapedQuoted = /\$'(?:\\[\s\S]|[^'\\])*'/y;
const backquoted = /`(?:\\[\s\S]|[^`\\])*`/y;
const parameter = /\$\{([!#]?[\w@*?$!-]*(?:\[[^\]]*\])?:?[-=+?])?/y;
const hereDocument = /<<(-?)[ \t]*((?:'[^']*'|"[^"]*"|\\.|[^\s;&|<>()'"\\])+)/y;
const caseWords = /case\s[^\n]*\sin(?=\s)/y;

class Reading {
  readonly comments = new Set<number>();
  readonly code = new Set<number>([0]);
  readonly hereDocuments = new Set<number>();
  readonly behind = new Map<number, number>();
  private readonly text: string;
  private readonly opened: Opened[] = [];
  private readonly pending: HereDocument[] = [];
  private place = 0;
  private line = 0;
  private lost = false;
  /** True where a word begins, and a `#` with it. */
  private betweenWords = true;
  private continued = false;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.place >= this.text.length;
  }

  get wasFollowed(): boolean {
    const quoted = this.opened.some((each) => each !== ")" && each !== "esac");
    return !this.lost && this.pending.length === 0 && !quoted;
  }

  private get inCode(): boolean {
    return this.opened.every((each) => each === ")" || each === "esac");
  }

  /** Takes the next character, or the quoted text, comment or here-document that begins there. */
  next(): void {
    const inside = this.opened.at(-1);
    if (this.text[this.place] === "\\") this.escaped();
    else if (inside === '"' ? this.closes('"') : this.quoted(inside)) this.betweenWords = false;
    else if (this.expansion()) return;
    else if (inside === "}" || inside === "}literal") this.closes("}") || this.skip(1);
    else if (inside === '"') this.skip(1);
    else if (inside === "))" || inside === "(") this.arithmetic(inside);
    else this.plain();
  }

  private escaped(): void {
    const endsLine = this.text[this.place + 1] === "\n";
    if (endsLine) this.continued = true;
    else this.betweenWords = false;
    const { continued } = this;
    this.skip(2);
    this.continued = continued;
    if (endsLine && this.inCode) this.code.add(this.line);
  }

  private quoted(inside: Opened | undefined): boolean {
    if (inside !== "}literal" && (this.take(singleQuoted) || this.take(escapedQuoted))) return true;
    return this.opens('"', '"');
  }

  private expansion(): boolean {
    if (this.opens("$((", "))") || this.opens("$(", ")")) return true;
    if (this.take(backquoted)) return true;
    const [matched, withWord] = this.match(parameter) ?? [];
    if (matched === undefined) return false;
    // In "${name:-word}" a single quote is a character like any other.
    this.betweenWords = false;
    this.opened.push(withWord !== undefined && this.opened.includes('"') ? "}literal" : "}");
    this.skip(2);
    return true;
  }

  private arithmetic(inside: "))" | "("): true {
    if (this.opens("(", "(")) return true;
    if (this.text[this.place] !== ")") return this.skip(1);
    this.opened.pop();
    if (inside === "(") return this.skip(1);
    if (this.text[this.place + 1] === ")") return this.skip(2);
    this.opened.push(")"); // two parentheses of code, after all
    return this.skip(1);
  }

  private plain(): true {
    const { text, place } = this;
    const character = text[place] ?? "";
    if (this.betweenWords && character === "#") return this.comment();
    if (this.betweenWords && this.opened.length > 0 && this.match(caseWords)) {
      this.opened.push("esac");
    } else if (
      this.betweenWords &&
      this.opened.at(-1) === "esac" &&
      /^esac\b/.test(text.slice(place, place + 5))
    ) {
      this.opened.pop();
      return this.skip(4);
    }
    this.betweenWords = /[\s;&|()]/.test(character);
    if (this.opens("((", "))") || this.opens("(", ")") || this.closes(")")) return true;
    if (/['`]/.test(character)) this.lost = true; // a quote without its end
    if (text.startsWith("<<<", place)) return this.skip(3);
    const [matched, indented, word = ""] = this.match(hereDocument) ?? [];
    if (matched !== undefined) {
      this.pending.push({ delimiter: word.replace(/\\(.)|['"]/g, "$1"), indented: indented === "-" });
      return this.skip(matched.length);
    }
    this.skip(1);
    if (character === "\n") {
      while (this.pending.length > 0) this.hereDocumentText(this.pending.shift()!);
      if (this.inCode) this.code.add(this.line);
    }
    return true;
  }

  private comment(): true {
    const { text, place } = this;
    const beginning = text.lastIndexOf("\n", place - 1) + 1;
    const alone = /^[ \t]*$/.test(text.slice(beginning, place));
    if (!alone && this.inCode && this.code.has(this.line)) this.behind.set(this.line, place - beginning);
    if (alone && this.inCode && !this.continued && !(place === 0 && text.startsWith("#!")))
      this.comments.add(this.line);
    const end = text.indexOf("\n", place);
    return this.skip((end < 0 ? text.length : end) - place);
  }

  private hereDocumentText({ delimiter, indented }: HereDocument): void {
    while (!this.atEnd) {
      const end = this.text.indexOf("\n", this.place);
      const line = this.text.slice(this.place, end < 0 ? undefined : end);
      this.hereDocuments.add(this.line);
      this.skip(line.length + 1);
      if ((indented ? line.replace(/^\t+/, "") : line) === delimiter) return;
    }
    this.lost = true;
  }

  private opens(words: string, opened: Opened): boolean {
    if (!this.text.startsWith(words, this.place)) return false;
    this.opened.push(opened);
    this.skip(words.length);
    this.betweenWords = true;
    return true;
  }

  private closes(character: '"' | "}" | ")"): boolean {
    const top = this.opened.at(-1);
    if (
      this.text[this.place] !== character ||
      (top !== character && !(character === "}" && top === "}literal"))
    )
      return false;
    this.opened.pop();
    this.skip(1);
    return true;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.place;
    return pattern.exec(this.text) ?? undefined;
  }

  private take(pattern: RegExp): boolean {
    const [matched] = this.match(pattern) ?? [];
    if (matched === undefined) return false;
    this.betweenWords = false;
    return this.skip(matched.length);
  }

  private skip(length: number): true {
    for (const character of this.text.slice(this.place, this.place + length)) {
      if (character === "\n") this.line += 1;
      if (character !== " " && character !== "\t") this.continued = false;
    }
    this.place += length;
    return true;
  }
}
