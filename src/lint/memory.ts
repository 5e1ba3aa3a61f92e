import { type Answers, digest } from "./answers.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LintProject } from "./project.ts";

/** What a judgement may look at besides the text of its own file. */
export type Reach = Pick<LintProject, "files" | "tree" | "tags">;

/** What a run found about one file (or about the project as a whole) before suppressions. */
export interface Result {
  readonly hasHeader: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The includes that could not be read, so that what they bring is not judged. */
  readonly unread: readonly string[];
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
  return {
    recall: (subject, reach) => {
      const kept = answers.get(keyOf(subject));
      if (!isKept(kept)) return undefined;
      const isSame = Object.entries(kept.looks).every(([name, seen]) => look(name, reach) === seen);
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
    },
  };
}

/** The digest of what stands now under a name that `watched` has noted. */
function look(name: string, reach: Reach): string {
  const [kind, root = "", path = ""] = JSON.parse(name) as string[];
  switch (kind) {
    case "files":
      return digest(JSON.stringify(reach.files.map((file) => [file.path, file.kind, file.root])));
    case "read": {
      const text = reach.tree(root).read(path);
      return text === undefined ? "" : digest(text);
    }
    case "paths":
      return digest(JSON.stringify(reach.tree(root).paths()));
    default:
      return digest(JSON.stringify(reach.tags(root) ?? null));
  }
}
