import { readFileSync } from "node:fs";
import type {
  RunnerArtifact,
  RunnerCache,
  RunnerGitInfo,
  RunnerStep,
  RunnerVariable,
} from "../../../src/runner/index.ts";

/** What a runner was given, and what it did: see README.md beside this file. */
export interface Row {
  readonly id: string;
  readonly job: {
    readonly steps: readonly RunnerStep[];
    readonly variables?: readonly RunnerVariable[];
    readonly artifacts?: readonly RunnerArtifact[];
    readonly cache?: readonly RunnerCache[];
    readonly hooks?: readonly { readonly name: string; readonly script: readonly string[] }[];
    readonly git?: Partial<RunnerGitInfo>;
    readonly timeout?: number;
    readonly incoming?: readonly Readonly<Record<string, string>>[];
  };
  readonly expected: Answer;
}

/** How a job ended. Lines of a section are null where it did not begin. */
export interface Answer {
  readonly state: string;
  readonly exit_code: number | null;
  readonly failure_reason: string | null;
  readonly log: readonly string[] | null;
  readonly after_log: readonly string[] | null;
  readonly uploads: readonly UploadedFiles[];
}

/** One upload: names in the archive, to text; `link:` before the target of a link; folders end with a slash. */
export interface UploadedFiles {
  readonly type: string;
  readonly format: string;
  readonly filename: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The rows of a file, in groups that share a builds folder, in their order. */
export function readGroups(file: string): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const row = JSON.parse(line) as Row;
    const group = row.id.split(".")[0] ?? "";
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups.values()];
}
