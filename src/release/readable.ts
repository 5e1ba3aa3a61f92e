import { DocumentError, loadDocuments } from "../engine/contract/index.ts";
import { Source } from "../engine/yaml/index.ts";

/** A component that cannot be read, and why: `templates/scan.yml:4:5: did not find expected key`. */
export interface BrokenComponent {
  readonly file: string;
  readonly text: string;
}

/** Parts the components of a project that are no YAML from the rest of its files. */
export function readableFiles(files: Readonly<Record<string, string>>): {
  readonly files: Record<string, string>;
  readonly broken: readonly BrokenComponent[];
} {
  const readable: Record<string, string> = {};
  const broken: BrokenComponent[] = [];
  for (const [file, text] of Object.entries(files)) {
    const fault = file.startsWith("templates/") ? faultIn(file, text) : undefined;
    if (fault === undefined) readable[file] = text;
    else broken.push({ file, text: fault });
  }
  return { files: readable, broken };
}

function faultIn(file: string, text: string): string | undefined {
  try {
    loadDocuments(new Source(file, text));
    return undefined;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const { place, message } = error.problem;
    return `${file}:${place?.line ?? 1}:${place?.column ?? 1}: ${message}`;
  }
}
