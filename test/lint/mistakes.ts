import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Diagnostic, lint, readFile } from "../../src/lint/index.ts";
import { judgeScripts } from "../../src/lint/shell/findings.ts";
import { bestShellTool } from "../../src/lint/shell/tools.ts";

/**
 * A mistake that people make: files with one fault, where and by which rule it must be told, a part of the hint, and the change that
 * puts it right. In `mistakes/*.txt` each begins with `=== name`; then `hint …`, `right old -> new`, and the files behind `--- path`.
 * `# expect: rule` marks the line.
 */
export interface Mistake {
  readonly name: string;
  readonly hint: string;
  readonly right: readonly [string, string];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly expected: readonly string[];
}

const folder = fileURLToPath(new URL("mistakes", import.meta.url));

export function readMistakes(): Mistake[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/^=== /m).slice(1).map(parse));
}

function parse(text: string): Mistake {
  const [head = "", ...parts] = text.split(/^--- (?=\S+\.(?:yml|sh)$)/m);
  const [name = "", ...options] = head.split("\n");
  const option = (key: string) =>
    options.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? "";
  const [from = "", to = ""] = option("right").split(" -> ");
  const files = parts.map((part) => {
    const end = part.indexOf("\n");
    return { path: part.slice(0, end), lines: part.slice(end + 1).split("\n") };
  });
  return {
    name,
    hint: option("hint"),
    right: [unescaped(from), unescaped(to)],
    files: files.map(({ path, lines }) => ({ path, text: lines.map(withoutMark).join("\n") })),
    expected: files.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        (/ # expect: (.+)$/.exec(line)?.[1] ?? "")
          .split(", ")
          .filter(Boolean)
          .map((rule) => `${path}:${index + 1} ${rule}`),
      ),
    ),
  };
}

function withoutMark(line: string): string {
  return line.replace(/ # expect: .+$/, "");
}

function unescaped(text: string): string {
  return text
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replace(/^" {2}"$/, "  ");
}

/** Lints the files of a mistake, or those that it becomes when it is put right. */
export async function lintMistake({
  files,
  expected,
}: Pick<Mistake, "files" | "expected">): Promise<Diagnostic[]> {
  // few are about scripts, and a shell takes longer than all the rest
  const isOfShell = expected.some((place) => place.endsWith(" shell-parsable"));
  const scripts = files
    .filter(({ path }) => isOfShell && path.endsWith(".yml"))
    .flatMap(({ path, text }) => readFile(path, text).scripts);
  const shell = await judgeScripts(scripts, bestShellTool(process.env, { shellcheck: false }));
  const around = { "README.md": "", LICENSE: "" };
  return lint(files, {
    files: { ...around, ...Object.fromEntries(files.map(({ path, text }) => [path, text])) },
    shell,
  });
}

/** The files with the change that puts the mistake right. */
export function corrected({
  files,
  right: [from, to],
  expected,
}: Mistake): Pick<Mistake, "files" | "expected"> {
  return {
    expected,
    files: files.map(({ path, text }) => ({
      path,
      text: from === "" ? `${text}${to}\n` : text.replace(from, () => to),
    })),
  };
}
