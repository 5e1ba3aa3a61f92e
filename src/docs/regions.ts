import { UsageError } from "../base/usage-error.ts";
/** What stands between two markers of a document is made: `<!-- berth docs: inputs NAME -->` … `<!-- berth end -->`. */
export interface Region {
  readonly kind: RegionKind;
  /** The component that it speaks of; undefined for `components`. */
  readonly component: string | undefined;
  /** `key=value` pairs behind the names. */
  readonly settings: Readonly<Record<string, string>>;
  /** The line of the opening marker, from 1. */
  readonly line: number;
}

/** Every kind of region, and the settings that it knows. */
export const regionKinds = {
  components: ["pages", "words"],
  inputs: ["words", "patterns"],
  outputs: ["words"],
  examples: ["project", "version", "files"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type RegionKind = keyof typeof regionKinds;

/** The author's mistake in a document, with its place: `README.md:12: …`. */
export class DocumentationError extends UsageError {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}

/** A document with its regions made anew. */
export interface Renewal {
  readonly text: string;
  readonly regions: readonly Region[];
  /** Those of the regions whose content differed. */
  readonly changed: readonly Region[];
}

/**
 * Returns a Markdown document with what `make` gives between the markers of each region. Markers inside fenced code are an example of
 * markers and stay. Throws DocumentationError for a marker that cannot be understood or has no partner.
 */
export function renewRegions(file: string, text: string, make: (region: Region) => string): Renewal {
  const renewed: string[] = [];
  const regions: Region[] = [];
  const changed: Region[] = [];
  let open: { region: Region; indentation: string; old: string[] } | undefined;
  let fence: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const closing = /^\s*<!--\s*berth end\s*-->\s*$/.test(line);
    if (open) {
      if (closing) {
        const body = indented(make(open.region), open.indentation);
        if (body.join("\n") !== open.old.join("\n")) changed.push(open.region);
        renewed.push(...body, line);
        regions.push(open.region);
        open = undefined;
        continue;
      }
      if (/<!--\s*berth docs:/.test(line) && !fence) throw noEnd(file, open.region);
      fence = fenceAfter(line, fence);
      open.old.push(line);
      continue;
    }
    renewed.push(line);
    fence = fenceAfter(line, fence);
    if (fence !== undefined) continue;
    const marker = /^(\s*)<!--\s*berth docs:(.*?)-->\s*$/.exec(line);
    if (marker) {
      const [, indentation = "", words = ""] = marker;
      open = { region: readMarker(file, index + 1, words.trim()), indentation, old: [] };
    } else if (closing) {
      throw new DocumentationError(
        file,
        index + 1,
        'this "berth end" has no "<!-- berth docs: … -->" above it',
      );
    }
  }
  if (open) throw noEnd(file, open.region);
  return { text: renewed.join("\n"), regions, changed };
}

function noEnd(file: string, { line, kind }: Region): DocumentationError {
  return new DocumentationError(file, line, `the region "${kind}" has no "<!-- berth end -->" below it`);
}

function readMarker(file: string, line: number, text: string): Region {
  const refuse = (message: string) => new DocumentationError(file, line, message);
  const [name = "", ...words] = text.split(/\s+/);
  if (!Object.hasOwn(regionKinds, name))
    throw refuse(`there is no region "${name}"; the regions are ${Object.keys(regionKinds).join(", ")}`);
  const kind = name as RegionKind;
  const component = kind === "components" || words[0]?.includes("=") ? undefined : words.shift();
  if (kind !== "components" && component === undefined)
    throw refuse(`say of which component: <!-- berth docs: ${kind} NAME -->`);
  const settings: Record<string, string> = {};
  for (const word of words) {
    const [, key = "", value = ""] = /^([a-z]+)=(\S+)$/.exec(word) ?? [];
    if (!(regionKinds[kind] as readonly string[]).includes(key))
      throw refuse(`"${word}" is no setting of ${kind}; it takes ${settingsOf(kind)}`);
    settings[key] = value;
  }
  return { kind, component, settings, line };
}

function settingsOf(kind: RegionKind): string {
  return regionKinds[kind].map((each) => `${each}=…`).join(", ");
}

/** The fence that is open behind a line: three or more backticks or tildes, closed by at least as many of the same. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const found = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
  if (!found) return fence;
  const [, marks = "", rest = ""] = found;
  if (fence === undefined) return marks.startsWith("`") && rest.includes("`") ? undefined : marks;
  return marks.startsWith(fence) && rest.trim() === "" ? undefined : fence;
}

/** The made lines, between two empty ones: Markdown reads a table or a fence only there. */
function indented(text: string, indentation: string): string[] {
  return ["", ...text.split("\n"), ""].map((line) => (line === "" ? "" : `${indentation}${line}`));
}
