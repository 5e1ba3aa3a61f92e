import { isMovingVersion, tagOfVersion } from "../sources/versions.ts";
import { compareVersions } from "./check.ts";
import { type ComponentUse, judgeUpgrade, readUses, type UpgradeVerdict } from "./use.ts";
import { parseVersion } from "./version.ts";

/** Where component projects are looked up: by git or by GitLab's API. */
export interface ComponentSource {
  /** The tags of a project; undefined where the project cannot be seen. */
  readonly tags: (project: string) => Promise<readonly string[] | undefined>;
  /** The file of one component at a version, under its path; empty where there is none. */
  readonly files: (
    project: string,
    component: string,
    version: string,
  ) => Promise<Readonly<Record<string, string>>>;
}

/** How one include stands against the released versions. */
export interface Pin extends UpgradeVerdict {
  readonly use: ComponentUse;
  /** The newest release, and the newest that takes this file's inputs and changes nothing else that breaks. */
  readonly newest: string | undefined;
  readonly safest: string | undefined;
  readonly state: "current" | "outdated" | "moving" | "unknown";
}

/** Judges every `include: component:` of a file. `refused` and `risks` are those of the newest release. */
export async function findOutdated(text: string, file: string, source: ComponentSource): Promise<Pin[]> {
  return Promise.all(readUses(text, file).map((use) => judgePin(use, source)));
}

async function judgePin(use: ComponentUse, { tags, files }: ComponentSource): Promise<Pin> {
  const names = await tags(use.project);
  const current = names && (isMovingVersion(use.version) ? tagOfVersion(use.version, names) : use.version);
  const version = current === undefined ? undefined : parseVersion(current);
  const none = { use, refused: [], risks: [], newest: undefined, safest: undefined };
  if (!names || !version) return { ...none, newest: tagOfVersion("~latest", names ?? []), state: "unknown" };
  const newer = names
    .map(parseVersion)
    .filter((each) => each !== undefined)
    .filter((each) => compareVersions(each, version) > 0)
    .sort((one, other) => compareVersions(other, one))
    .map((each) => each.join("."));
  const [newest] = newer;
  if (newest === undefined)
    return {
      ...none,
      newest: current,
      safest: current,
      state: isMovingVersion(use.version) ? "moving" : "current",
    };
  const before = await files(use.project, use.component, current!);
  const judge = async (tag: string) =>
    judgeUpgrade(use, before, await files(use.project, use.component, tag));
  const verdict = await judge(newest);
  const safest = await firstWhere(newer, async (tag) => {
    const { refused, risks } = tag === newest ? verdict : await judge(tag);
    return refused.length === 0 && risks.length === 0;
  });
  return { use, newest, safest: safest ?? current, state: "outdated", ...verdict };
}

async function firstWhere(
  names: readonly string[],
  holds: (name: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const name of names) if (await holds(name)) return name;
  return undefined;
}

/** The file's text with every outdated, unmoving pin at its safest version; nothing else is touched. */
export function fixPins(text: string, pins: readonly Pin[]): string {
  const lines = text.split("\n");
  for (const { use, safest, state } of pins) {
    if (state !== "outdated" || safest === undefined || isMovingVersion(use.version)) continue;
    const old = `/${use.project}/${use.component}@${use.version}`;
    const start = (use.place?.line ?? 1) - 1;
    const index = lines.findIndex((line, number) => number >= start && line.includes(old));
    const line = lines[index];
    if (line !== undefined)
      lines[index] = line.replace(old, () => `/${use.project}/${use.component}@${safest}`);
  }
  return lines.join("\n");
}
