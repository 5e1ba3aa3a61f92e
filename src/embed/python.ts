/**
 * A Python program as it travels: without comments, docstrings and blank lines, one space a level. What it does, and the
 * order of its lines, stay. Docstrings stay where the program reads them (`__doc__`). A text that cannot be followed to its
 * end (an open quote or parenthesis) is returned as it is.
 *
 * Read as https://docs.python.org/3/reference/lexical_analysis.html says, for Python up to 3.11, where the quotes of an
 * f-string do not stand inside its braces.
 */
export function compactPython(program: string): string {
  const statements = readStatements(program);
  if (statements === undefined) return program;
  const keepsDocstrings = /\b__doc__\b/.test(program);
  const levels = [0];
  const lines: string[] = [];
  for (const [index, { indentation, text, docstring }] of statements.entries()) {
    while (indentation < levels.at(-1)!) levels.pop();
    if (indentation > levels.at(-1)!) levels.push(indentation);
    const level = levels.length - 1;
    if (!docstring || keepsDocstrings) lines.push(...reindented(text, level));
    else if (isAlone(statements, index)) lines.push(`${" ".repeat(level)}pass`);
  }
  return `${lines.join("\n")}\n`;
}

/** One logical line: its lines without comments, and which of them begin inside a string, where white space counts. */
interface Statement {
  readonly indentation: number;
  readonly text: readonly { readonly line: string; readonly inString: boolean }[];
  readonly docstring: boolean;
}

const string =
  /"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;
const onlyAString =
  /^\s*[rRuU]?(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')\s*$/;

function readStatements(program: string): Statement[] | undefined {
  const statements: Statement[] = [];
  let lines: { line: string; inString: boolean }[] = [];
  let line = "";
  let inString = false;
  let open = 0;
  let place = 0;
  const endLine = () => {
    lines.push({ line: line.trimEnd(), inString });
    line = "";
    inString = false;
  };
  while (place < program.length) {
    const character = program[place]!;
    string.lastIndex = place;
    const quoted = /["']/.test(character) ? string.exec(program)?.[0] : undefined;
    if (quoted !== undefined) {
      const parts = quoted.split("\n");
      for (const part of parts.slice(0, -1)) {
        lines.push({ line: line + part, inString });
        line = "";
        inString = true;
      }
      line += parts.at(-1)!;
      place += quoted.length;
      continue;
    }
    if (/["']/.test(character)) return undefined;
    if (character === "#") {
      const end = program.indexOf("\n", place);
      place = end < 0 ? program.length : end;
      continue;
    }
    place += 1;
    if (/[([{]/.test(character)) open += 1;
    if (/[)\]}]/.test(character)) open -= 1;
    if (character !== "\n") {
      line += character;
      continue;
    }
    const continues = open > 0 || line.endsWith("\\");
    endLine();
    if (continues) continue;
    const text = lines.filter((each) => each.inString || each.line !== "");
    if (text.length > 0) statements.push(statementOf(text));
    lines = [];
  }
  return open === 0 && lines.length === 0 && line === "" ? statements : undefined;
}

function statementOf(text: Statement["text"]): Statement {
  const whole = text.map(({ line }) => line).join("\n");
  return { indentation: /^\s*/.exec(whole)![0].length, text, docstring: onlyAString.test(whole) };
}

function reindented(text: Statement["text"], level: number): string[] {
  return text.map(({ line, inString }, index) =>
    inString ? line : " ".repeat(index === 0 ? level : level + 1) + line.trimStart(),
  );
}

/** True for the one statement of a block, which must not become empty. */
function isAlone(statements: readonly Statement[], index: number): boolean {
  const { indentation } = statements[index]!;
  const before = statements[index - 1];
  const after = statements[index + 1];
  return (
    before !== undefined &&
    before.indentation < indentation &&
    (after === undefined || after.indentation < indentation)
  );
}
