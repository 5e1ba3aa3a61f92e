import type { Problem } from "../engine/problem/index.ts";
import type { Place } from "../engine/yaml/index.ts";
import type { EngineError } from "./engine.ts";
import { listed } from "./nearest.ts";
import { plainTextAt } from "./plain-values.ts";

/** Keywords that a name or another text belongs to. */
const TEXTS = [
  "image",
  "stage",
  "when",
  "environment",
  "services",
  "tags",
  "needs",
  "extends",
  "variables",
  "key",
];

function takesText({ subject, place }: Problem): boolean {
  const line = place === undefined ? "" : lineBefore(place);
  return TEXTS.some((keyword) => subject.split(":").includes(keyword) || line.endsWith(`${keyword}:`));
}

/** What stands on the line before a place. */
function lineBefore({ source, start }: Place): string {
  return source.text.slice(source.text.lastIndexOf("\n", start - 1) + 1, start).trim();
}

/** The way out of what GitLab refuses in jobs and global keywords; undefined where its words say all that is known. */
export function pipelineHint({ problem }: EngineError): string | undefined {
  const plain = plainTextAt(problem.place);
  switch (problem.code) {
    case "value-kind":
    case "value-wrong":
      return plain !== undefined && takesText(problem) ? `quote it: "${plain}"` : undefined;
    case "commands-kind":
      return "quote the command: a colon and a blank in it make it a mapping";
    case "keys-beside-rules":
      return "write the condition as one of the rules";
    case "value-not-allowed":
      return `the values are ${listed(problem.facts.allowed)}`;
    default:
      return undefined;
  }
}
