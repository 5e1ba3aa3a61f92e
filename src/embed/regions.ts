import { bundleScript, EmbedError, hereDocument, linesOf, posixShell, type ReadFile } from "./bundle.ts";

/**
 * A template with every marked region filled with its script. A region is two comments of the same indentation in a
 * job's `script` list; what stands between them is made, and made again:
 *
 *     script:
 *       # berth embed: scripts/jobs/validate_syntax.sh
 *       - |
 *         …
 *       # berth end
 *
 * A script that begins with `#!/bin/sh` is placed as it is. A bash script runs in a bash of its own, whatever shell the
 * image offers to the runner: `sh` only reads a here-document and hands it over, so the strict mode, the traps and
 * standard input are the script's own.
 *
 * @returns the new text (the same text when it is up to date) and the scripts that it holds, in order.
 * @throws EmbedError with file and line for a region without an end, an end without a region, or a fault in a script.
 */
export function embedScripts(
  path: string,
  text: string,
  read: ReadFile,
): { text: string; scripts: string[] } {
  const embedded: string[] = [];
  const scripts: string[] = [];
  let open: { script: string; indentation: string; line: number } | undefined;
  for (const [index, line] of linesOf(text).entries()) {
    const begin = /^( *)# berth embed: (\S+)\s*$/.exec(line);
    const end = /^( *)# berth end\s*$/.exec(line);
    if (begin) {
      if (open)
        throw new EmbedError(path, open.line, `region of "${open.script}" has no "# berth end" below it`);
      open = { script: begin[2]!, indentation: begin[1]!, line: index + 1 };
      embedded.push(line);
    } else if (end) {
      if (!open)
        throw new EmbedError(path, index + 1, '"# berth end" without a "# berth embed: SCRIPT" above it');
      if (read(open.script) === undefined) {
        throw new EmbedError(
          path,
          open.line,
          `there is no script "${open.script}" (paths start at the project's root)`,
        );
      }
      embedded.push(...scriptEntry(open.script, open.indentation, read), line);
      scripts.push(open.script);
      open = undefined;
    } else if (!open) embedded.push(line);
  }
  if (open) throw new EmbedError(path, open.line, `region of "${open.script}" has no "# berth end" below it`);
  return { text: scripts.length === 0 ? text : `${embedded.join("\n")}\n`, scripts };
}

/** One entry of a `script` list, as a literal block scalar. The first line is what GitLab shows in the job's log. */
function scriptEntry(path: string, indentation: string, read: ReadFile): string[] {
  const bundle = bundleScript(path, read);
  const [firstLine = "", ...rest] = linesOf(bundle);
  const body = firstLine.startsWith("#!") ? rest : [firstLine, ...rest];
  const lines = posixShell.test(firstLine) ? body : handedToBash(path, body);
  return [
    `${indentation}- |`,
    ...[`# ${path} (there with its comments)`, ...lines].map((line) =>
      line ? `${indentation}  ${line}` : "",
    ),
  ];
}

/**
 * bash reads the script from descriptor 3, not from standard input, which a command like ssh would swallow; the script
 * closes its copy so that no child keeps it.
 */
function handedToBash(path: string, body: readonly string[]): string[] {
  return [
    `command -v bash >/dev/null || { echo "error: this job needs bash, which its image lacks: take another image" >&2; exit 1; }`,
    ...hereDocument("bash /dev/fd/3 3", path, ["exec 3<&-", ...body].join("\n")),
  ];
}
