/**
 * The words of one line of bash that may be commands, or names of functions that are handed on. Text in quotes is for people and
 * is left out, save commands in `$(…)`, and what a trap will run. Variables are left out too. More words than there are calls do no harm;
 * so of a line with `case`, whose parentheses do not come in pairs, and of one that begins inside quotes, all are taken.
 *
 * @param begins how the line begins: in code, in the text of a here-document, or in the middle of something quoted.
 */
export function commandWords(line: string, begins: "code" | "here-document" | "quoted"): string[] {
  if (begins === "quoted" || /\b(?:trap|case)\b/.test(line)) return wordsOf(line);
  const opened: ("code" | "text")[] = [begins === "code" ? "code" : "text"];
  let code = "";
  for (let place = 0; place < line.length; place += 1) {
    const inside = opened.at(-1);
    const character = line[place]!;
    if (character === "\\") {
      place += 1;
      code += " ";
    } else if (line.startsWith("$(", place)) {
      opened.push("code");
      place += 1;
      code += " ";
    } else if (character === '"') {
      if (inside === "text") opened.pop();
      else opened.push("text");
      if (opened.length === 0) opened.push("code");
    } else if (inside === "text") code += " ";
    else if (character === "'") {
      const end = line.indexOf("'", place + 1);
      place = end < 0 ? line.length : end;
    } else {
      if (character === "(") opened.push("code");
      if (character === ")" && opened.length > 1) opened.pop();
      code += character;
    }
  }
  return wordsOf(code);
}

function wordsOf(text: string): string[] {
  return text.match(/(?<![$\w]|\$\{)[A-Za-z_]\w*/g) ?? [];
}
