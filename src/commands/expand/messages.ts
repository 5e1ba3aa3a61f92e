import { placedMessage } from "../../engine/expand-pipeline.ts";
import type { Pipeline, Warning } from "../../engine/pipeline/index.ts";
import { type Problem, separate } from "../../engine/problem/index.ts";
import type { Surroundings } from "../command.ts";

/** Writes what GitLab would say to stderr: place, words, and how the place came into the pipeline. */
export function printMessages({ errors, warnings }: Pipeline, { stderr }: Surroundings): void {
  for (const message of unique(separate(errors))) stderr.write(lines("error", message));
  for (const message of unique(warnings)) stderr.write(lines("warning", message));
}

/** GitLab repeats what is wrong in `default:` for each job. */
function unique<Message extends Warning>(messages: readonly Message[]): Message[] {
  const seen = new Set<string>();
  return messages.filter(({ message }) => !seen.has(message) && seen.add(message));
}

function lines(severity: string, message: Problem | Warning): string {
  const placed = placedMessage(message);
  const at = placed.file === undefined ? "" : `${placed.file}:${placed.line}:${placed.column}: `;
  let text = `${at}${severity}: ${placed.message}\n`;
  if (placed.input !== undefined) {
    const from = placed.inputPlace;
    text += `  the value comes from the input "${placed.input}"${from ? ` at ${from.file}:${from.line}:${from.column}` : ""}\n`;
  }
  for (const from of placed.includedFrom)
    text += `  included from ${from.file}:${from.line}:${from.column}\n`;
  return text;
}
