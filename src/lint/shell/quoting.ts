/** How a shell reads a stretch of a script: as part of a command line, inside double quotes, or as something else. */
export type Quoting = "bare" | "double" | "other";

/** What the reader is inside of; `end` is what closes it. */
interface Frame {
  readonly kind: "command" | "double" | "single" | "escaped" | "backtick" | "expansion" | "arithmetic";
  readonly end: string;
}

const TOP: Frame = { kind: "command", end: "" };

/** What opens something new, where commands stand and inside double quotes; the longer one first. */
const openers: readonly { readonly text: string; readonly frame: Frame; readonly inDouble: boolean }[] = [
  { text: "$((", frame: { kind: "arithmetic", end: "))" }, inDouble: true },
  { text: "$(", frame: { kind: "command", end: ")" }, inDouble: true },
  { text: "${", frame: { kind: "expansion", end: "}" }, inDouble: true },
  { text: "`", frame: { kind: "backtick", end: "`" }, inDouble: true },
  { text: "$'", frame: { kind: "escaped", end: "'" }, inDouble: false },
  { text: "'", frame: { kind: "single", end: "'" }, inDouble: false },
  { text: '"', frame: { kind: "double", end: '"' }, inDouble: false },
];

/** Characters that never open or close anything, nor begin a comment or `case`. */
const plain = /[^\\$()}'"`#<\nc]+/y;

/**
 * Tells how a POSIX shell or bash reads the character at `offset` of a script. Comments, here-documents, single quotes, backticks,
 * arithmetic, `${…}` and what follows a `case` inside `$(…)` are `other`. GitLab's blocks count as text. Good for scripts that parse; a hopeless one is `other` from
 * the place on where it goes wrong.
 */
export function quotingAt(script: string, offset: number): Quoting {
  const frames: Frame[] = [TOP];
  const waiting: Heredoc[] = [];
  let parentheses = 0;
  for (let at = 0; at < offset; ) {
    plain.lastIndex = at;
    if (plain.test(script)) {
      at = plain.lastIndex;
      continue;
    }
    const top = frames.at(-1) as Frame;
    if (script.startsWith("$[[", at)) {
      const end = script.indexOf("]]", at);
      at = end === -1 ? script.length : end + 2;
    } else if (script[at] === "\\" && top.kind !== "single") {
      at += 2;
      if (at > offset) return "other";
    } else if (top.kind === "command" && top.end === ")" && script[at] === "(") {
      parentheses++;
      at++;
    } else if (top.end === ")" && script[at] === ")" && parentheses > 0) {
      parentheses--;
      at++;
    } else if (top.end !== "" && script.startsWith(top.end, at)) {
      frames.pop();
      at += top.end.length;
    } else if (top.end === ")" && /^\bcase\s/.test(script.slice(at, at + 5))) {
      return "other";
    } else if (top.kind === "command" && isComment(script, at)) {
      const end = lineEnd(script, at);
      if (offset <= end) return "other";
      at = end;
    } else if (top.kind === "command" && script.startsWith("<<<", at)) {
      at += 3;
    } else if (top.kind === "command" && script.startsWith("<<", at)) {
      const heredoc = readHeredoc(script, at);
      if (heredoc === undefined) return "other";
      waiting.push(heredoc);
      at = heredoc.next;
    } else if (script[at] === "\n" && waiting.length > 0 && top.kind === "command") {
      at = skipBodies(script, at + 1, waiting.splice(0));
      if (at > offset) return "other";
    } else {
      const opener = openers.find(
        (each) =>
          script.startsWith(each.text, at) &&
          (top.kind === "command" || (each.inDouble && top.kind === "double")),
      );
      if (opener) frames.push(opener.frame);
      at += opener?.text.length ?? 1;
      if (at > offset) return "other";
    }
  }
  const { kind } = frames.at(-1) as Frame;
  return kind === "command" ? "bare" : kind === "double" ? "double" : "other";
}

function isComment(script: string, at: number): boolean {
  return script[at] === "#" && (at === 0 || /[\s;&|()]/.test(script[at - 1] as string));
}

function lineEnd(script: string, at: number): number {
  const end = script.indexOf("\n", at);
  return end === -1 ? script.length : end;
}

interface Heredoc {
  readonly delimiter: string;
  readonly stripsTabs: boolean;
  /** Where the command goes on. */
  readonly next: number;
}

function readHeredoc(script: string, at: number): Heredoc | undefined {
  const match = /^<<(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([\w.-]+))/.exec(script.slice(at, at + 200));
  if (!match) return undefined;
  const delimiter = match[2] ?? match[3] ?? match[4] ?? "";
  return { delimiter, stripsTabs: match[1] === "-", next: at + match[0].length };
}

/** The offset behind the bodies of here-documents that begin at `at`. */
function skipBodies(script: string, at: number, heredocs: readonly Heredoc[]): number {
  let next = at;
  for (const { delimiter, stripsTabs } of heredocs) {
    for (;;) {
      if (next >= script.length) return script.length + 1;
      const end = lineEnd(script, next);
      const line = script.slice(next, end);
      next = end + 1;
      if ((stripsTabs ? line.replace(/^\t+/, "") : line) === delimiter) break;
    }
  }
  return next;
}
