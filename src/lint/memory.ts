import { type Answers, digest } from "./answers.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LintProject } from "./project.ts";

/** What a judgement may look at besides the text of its own file. */
export interface Reach extends Pick<LintProject, "files" | "tree" | "tags"> {
  /** The files with which the pipelines of the project at a root begin. */
  readonly beginnings: (root: string) => readonly string[];
  /** A name for all that the pipelines of the project at a root are made of. */
  readonly graphState: (root: string) => string;
}

/** What a run found about one file (or about the project as a whole) before suppressions. */
export interface Result {
  readonly hasHeader: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The includes that could not be read, so that what they bring is not judged. */
  readonly unread: readonly string[];
  /** Of the pipelines of a project: the files that belong to them, and a name for what they are made of. */
  readonly graph?: { readonly files: readonly string[]; readonly state: string };
}

/**
 * Results of earlier runs. One counts only while everything that it came from is as it was: the tool's own code, the settings,
 * the shell tools, the file's text, and whatever else of the project the rules looked at while they judged it.
 */
export interface ResultMemory {
  /** Returns the result that `subject` would have now; undefined if that is not known. */
  recall(subject: string, reach: Reach): Result | undefined;
  keep(subject: string, looks: Looks, result: Result): void;
}

/** What was looked at, by name, and the digest of what was seen there. */
export type Looks = Readonly<Record<string, string>>;

/** Makes a memory over kept answers; `circumstances` is what all results of the run depend on. */
export function resultMemory(answers: Answers, circumstances: readonly string[]): ResultMemory {
  const base = digest(JSON.stringify(circumstances));
  const keyOf = (subject: string) => `${base}\u0000${subject}`;
  // Several results came from the same file: it is looked at once.
  const seenNow = new Map<string, string>();
  const now = (name: string, reach: Reach) => {
    const seen = seenNow.get(name) ?? look(name, reach);
    seenNow.set(name, seen);
    return seen;
  };
  return {
    recall: (subject, reach) => {
      const kept = answers.get(keyOf(subject));
      if (!isKept(kept)) return undefined;
      const isSame = Object.entries(kept.looks).every(([name, seen]) => now(name, reach) === seen);
      return isSame ? kept.result : undefined;
    },
    keep: (subject, looks, result) => answers.set(keyOf(subject), { looks, result }),
  };
}

/** A file of the cache may be cut short, or written by somebody else. */
function isKept(value: unknown): value is { readonly looks: Looks; readonly result: Result } {
  const { looks, result } = (value ?? {}) as Partial<{ looks: Looks; result: Partial<Result> }>;
  return looks instanceof Object && Array.isArray(result?.diagnostics) && Array.isArray(result.unread);
}

/** The same reach, which notes what is looked at. */
export function watched(reach: Reach): { reach: Reach; looks: Looks } {
  const looks: Record<string, string> = {};
  const note = (...name: string[]) => {
    const key = JSON.stringify(name);
    looks[key] ??= look(key, reach);
  };
  return {
    looks,
    reach: {
      get files() {
        note("files");
        return reach.files;
      },
      tree: (root) => {
        const tree = reach.tree(root);
        return {
          read: (path) => {
            note("read", root, path);
            return tree.read(path);
          },
          paths: () => {
            note("paths", root);
            return tree.paths();
          },
        };
      },
      tags: (root) => {
        note("tags", root);
        return reach.tags(root);
      },
      beginnings: (root) => {
        note("beginnings", root);
        return reach.beginnings(root);
      },
      graphState: (root) => {
        note("graph", root);
        return reach.graphState(root);
      },
    },
  };
}

/** The digest of what stands now under a name that `watched` has noted. */
function look(name: string, reach: Reach): string {
  const [kind, root = "", path = ""] = JSON.parse(name) as string[];
  switch (kind) {
    case "files":
      return digestOfFiles(reach.files);
    case "read": {
      const text = reach.tree(root).read(path);
      return text === undefined ? "" : digest(text);
    }
    case "paths":
      return digest(JSON.stringify(reach.tree(root).paths()));
    case "beginnings":
      return digest(JSON.stringify(reach.beginnings(root)));
    case "graph":
      return reach.graphState(root);
    default:
      return digest(JSON.stringify(reach.tags(root) ?? null));
  }
}

const filesSeen = new WeakMap<Reach["files"], string>();

function digestOfFiles(files: Reach["files"]): string {
  const seen =
    filesSeen.get(files) ?? digest(JSON.stringify(files.map((file) => [file.path, file.kind, file.root])));
  filesSeen.set(files, seen);
  return seen;
}
