/** A table of GitHub's and GitLab's Markdown. Cells are Markdown already; what would end a cell is escaped here. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(headings), `|${" --- |".repeat(headings.length)}`, ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** A text as code, whatever backticks it holds (https://spec.commonmark.org/0.31.2/#code-spans). */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  const pad = text.startsWith("`") || text.endsWith("`") || (/^ .* $/.test(text) && text.trim() !== "");
  return pad ? `${marks} ${text} ${marks}` : `${marks}${text}${marks}`;
}

/** A text of a component's author in prose: `<name>` would vanish as a tag, save in code. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/<(?=[A-Za-z/!?])/g, "&lt;")))
    .join("")
    .trim();
}

/** A fenced block. */
export function fenced(language: string, text: string): string {
  const marks = /^\s*```/m.test(text) ? "````" : "```";
  return `${marks}${language}\n${text.replace(/\n+$/, "")}\n${marks}`;
}
