import { problemOf } from "../../problem/index.ts";
import { ConfigError } from "../errors.ts";
import type { IncludeContext } from "./context.ts";
import type { FetchedFile, PendingFile } from "./files.ts";

/**
 * Reads files as GitLab does (External::Mapper::Verifier, 18.11): it looks at all locations first, then reads each file with
 * everything below it. What is wrong with one of the files is told only after all of them were read; but an error that
 * `read` throws as `Urgent`, from files further down, is told at once.
 */
export function readAll<Content>(
  files: readonly PendingFile[],
  context: IncludeContext,
  read: (file: PendingFile, fetched: FetchedFile) => Content,
): Content[] {
  const complaints = new Map<PendingFile, ConfigError>();
  const attempt = <Result>(file: PendingFile, step: () => Result): Result | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error instanceof Urgent) context.findings.refuse(error);
      else complaints.set(file, error);
      return undefined;
    }
  };
  for (const file of files) {
    const { location, kind, place } = file;
    const tooMany = context.count({ location, kind, place });
    if (tooMany !== undefined) throw new Urgent(problemOf(tooMany, { subject: location, place }));
    attempt(file, file.validate);
  }
  const contents = files.map((file) => {
    return complaints.has(file) ? undefined : attempt(file, () => read(file, file.fetch()));
  });
  for (const file of files) {
    const complaint = complaints.get(file);
    if (complaint !== undefined) context.findings.refuse(complaint);
  }
  return contents.filter((content) => content !== undefined);
}

/** An error that stops the reading of all files. */
export class Urgent extends ConfigError {}
