import { bundleScript, EmbedError, hereDocument, linesOf, posixShell, type ReadFile } from "./bundle.ts";
import { type SharedScripts, shareScripts } from "./parts.ts";

/** One template or fragment with its regions filled. */
export interface EmbeddedFile {
  readonly file: string;
  readonly before: string;
  /** The same as `before` when it is up to date. */
  readonly text: string;
  /** The scripts that it holds, in order; of a fragment, the jobs' scripts whose parts it holds. */
  readonly scripts: readonly string[];
}

/**
 * Templates with every marked region filled with its script. A region is two comments of the same indentation in a
 * job's `script` list; what is between them is generated, and generated again:
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
 * `# berth embed: scripts/jobs/deploy.sh with templates/shared/scripts.yml` leaves what several jobs need to a fragment, a file that
 * the templates include and that has one region, `# berth parts`, at column 0. See `shareScripts`. The fragments come after the
 * templates in the result.
 *
 * @throws EmbedError with file and line for a region without an end, an end without a region, or a fault in a script.
 */
export function embedTemplates(
  templates: readonly { readonly file: string; readonly text: string }[],
  read: ReadFile,
): EmbeddedFile[] {
  const users = new Map<string, Set<string>>();
  for (const { file, text } of templates) {
    for (const { script, fragment, line } of regionsOf(file, text)) {
      if (read(script) === undefined)
        throw new EmbedError(
          file,
          line,
          `there is no script "${script}" (paths start at the project's root)`,
        );
      if (fragment !== undefined) users.set(fragment, (users.get(fragment) ?? new Set()).add(script));
    }
  }
  const shared = new Map(
    [...users].map(([fragment, scripts]) => [fragment, shareScripts([...scripts], read)]),
  );
  const filled = templates.map(({ file, text }): EmbeddedFile => {
    const regions = regionsOf(file, text);
    const entries = regions.map(({ script, fragment }) =>
      fragment === undefined ? scriptEntry(script, read) : shared.get(fragment)!.entries.get(script)!,
    );
    return {
      file,
      before: text,
      text: fill(text, regions, entries),
      scripts: regions.map(({ script }) => script),
    };
  });
  return [
    ...filled,
    ...[...shared].map(([file, scripts]) => fillFragment(file, scripts, [...users.get(file)!], read)),
  ];
}

/** The fragments that a template's regions name. Regions that are not whole are left to `embedTemplates`. */
export function fragmentsOf(text: string): string[] {
  return [...text.matchAll(new RegExp(beginning, "gm"))].flatMap(([, , , fragment]) => fragment ?? []);
}

interface Region {
  readonly script: string;
  readonly fragment: string | undefined;
  readonly indentation: string;
  /** Lines counted from 1: of the beginning and of the end. */
  readonly line: number;
  readonly end: number;
}

const beginning = /^( *)# berth embed: (\S+)(?: with (\S+))?\s*$/;
const fragmentBeginning = /^()# berth (parts)\s*$/;

function regionsOf(file: string, text: string, marker = beginning): Region[] {
  const regions: Region[] = [];
  let open: Omit<Region, "end"> | undefined;
  const without = ({ line, script }: Omit<Region, "end">) =>
    new EmbedError(file, line, `region of "${script}" has no "# berth end" below it`);
  for (const [index, content] of linesOf(text).entries()) {
    const begin = marker.exec(content);
    if (begin) {
      if (open) throw without(open);
      open = { indentation: begin[1]!, script: begin[2]!, fragment: begin[3], line: index + 1 };
    } else if (/^ *# berth end\s*$/.test(content)) {
      if (!open)
        throw new EmbedError(file, index + 1, '"# berth end" without a "# berth embed: SCRIPT" above it');
      regions.push({ ...open, end: index + 1 });
      open = undefined;
    }
  }
  if (open) throw without(open);
  return regions;
}

function fill(text: string, regions: readonly Region[], entries: readonly (readonly string[])[]): string {
  if (regions.length === 0) return text;
  const lines = linesOf(text);
  const filled = regions.flatMap(({ line, indentation }, index) => [
    ...lines.slice(regions[index - 1]?.end ? regions[index - 1]!.end - 1 : 0, line),
    ...entries[index]!.map((each) => (each ? indentation + each : "")),
  ]);
  return `${[...filled, ...lines.slice(regions.at(-1)!.end - 1)].join("\n")}\n`;
}

function fillFragment(file: string, shared: SharedScripts, scripts: string[], read: ReadFile): EmbeddedFile {
  const before = read(file);
  if (before === undefined)
    throw new EmbedError(
      file,
      1,
      'there is no such fragment; make it, with the lines "# berth parts" and "# berth end"',
    );
  const regions = regionsOf(file, before, fragmentBeginning);
  if (regions.length !== 1)
    throw new EmbedError(file, 1, 'a fragment has one region, from "# berth parts" to "# berth end"');
  return { file, before, text: fill(before, regions, [shared.fragment]), scripts };
}

/** One entry of a `script` list, as a literal block scalar. The first line is what GitLab shows in the job's log. */
function scriptEntry(path: string, read: ReadFile): string[] {
  const bundle = bundleScript(path, read);
  const [firstLine = "", ...rest] = linesOf(bundle);
  const body = firstLine.startsWith("#!") ? rest : [firstLine, ...rest];
  const lines = posixShell.test(firstLine) ? body : handedToBash(path, body);
  return [
    "- |",
    ...[`# ${path} (there with its comments)`, ...lines].map((line) => (line ? `  ${line}` : "")),
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
