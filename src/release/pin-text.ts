import { isMovingVersion } from "../sources/versions.ts";
import type { Pin } from "./pin.ts";
import type { ComponentUse } from "./use.ts";

/** Whether a version is a commit's whole SHA (SHA-1 or SHA-256). */
export function isSha(version: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(version);
}

/** The version that the comment behind a pinned commit tells: `@3f2c… # 1.2.0`. */
export function saidVersion(text: string, use: ComponentUse): string | undefined {
  const lines = text.split("\n");
  return comment.exec(lines[lineOf(lines, use)] ?? "")?.[1];
}

const comment = /\s#\s*(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\s*$/;

/**
 * The file's text with every outdated, unmoving pin at its safest version; nothing else is touched. A pinned commit stays one, its
 * version in a comment behind it. With `sha`, versions that do not move become commits, too, the current ones among them.
 */
export function fixPins(
  text: string,
  pins: readonly Pin[],
  { sha = false }: { readonly sha?: boolean } = {},
): string {
  const lines = text.split("\n");
  for (const pin of pins) {
    const { use, safest, state, commit, wronglySaid } = pin;
    const asCommit = sha || isSha(use.version);
    const turns = asCommit && (!isSha(use.version) || wronglySaid !== undefined);
    if (isMovingVersion(use.version) || safest === undefined) continue;
    if (state !== "outdated" && !(turns && state === "current")) continue;
    if (asCommit && commit === undefined) continue;
    const index = lineOf(lines, use);
    const line = lines[index];
    if (line === undefined) continue;
    const version = asCommit ? (commit ?? "") : safest;
    const raised = line.replace(addressOf(use), () => addressOf({ ...use, version }));
    lines[index] = asCommit ? withComment(raised, safest) : raised;
  }
  return lines.join("\n");
}

/** A line with the version in its comment; other words of a comment stay behind it. A line with two addresses gets none. */
function withComment(line: string, version: string): string {
  const [first, ...rest] = line.split(/\s#/);
  if ((first ?? "").split("@").length > 2) return line;
  const before = (first ?? "").replace(/\s+$/, "");
  const words = rest
    .join(" #")
    .replace(/^\s*\d+\.\d+\.\d+\S*/, "")
    .trim();
  return `${before} # ${words === "" ? "" : `${words} # `}${version}`;
}

function lineOf(lines: readonly string[], use: ComponentUse): number {
  const start = (use.place?.line ?? 1) - 1;
  return lines.findIndex((line, number) => number >= start && line.includes(addressOf(use)));
}

function addressOf({
  project,
  component,
  version,
}: Pick<ComponentUse, "project" | "component" | "version">): string {
  return `/${project}/${component}@${version}`;
}
