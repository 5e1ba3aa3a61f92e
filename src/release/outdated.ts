import { isMovingVersion, tagOfVersion } from "../sources/versions.ts";
import { compareVersions } from "./check.ts";
import type { Pin } from "./pin.ts";
import { isSha, saidVersion } from "./pin-text.ts";
import { type ComponentUse, judgeUpgrade, readUses } from "./use.ts";
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
  /** The commits of a project's tags, by the tags' names. */
  readonly commits: (project: string) => Promise<ReadonlyMap<string, string>>;
}

/**
 * Judges every `include: component:` of a file. `refused` and `risks` are those of the newest release. With `commits`, the commit of
 * each safest version is told, too.
 */
export async function findOutdated(
  text: string,
  file: string,
  source: ComponentSource,
  { commits: wanted = false }: { readonly commits?: boolean } = {},
): Promise<Pin[]> {
  return Promise.all(
    readUses(text, file).map(async (use) => {
      const pinned = isSha(use.version);
      const names = await source.tags(use.project);
      const commits = names && (pinned || wanted) ? await source.commits(use.project) : new Map();
      const own = pinned ? tagOfCommit(use.version, names ?? [], commits) : use.version;
      const judged = await judgePin(use, own, names, source);
      const said = pinned ? saidVersion(text, use) : undefined;
      const wrong = own !== undefined && said !== undefined && said !== own;
      return {
        ...judged,
        version: own,
        commit: judged.safest === undefined ? undefined : commits.get(judged.safest),
        wronglySaid: wrong ? said : undefined,
      };
    }),
  );
}

/** The highest version among the tags of a commit. */
function tagOfCommit(
  sha: string,
  names: readonly string[],
  commits: ReadonlyMap<string, string>,
): string | undefined {
  return tagOfVersion(
    "~latest",
    names.filter((name) => commits.get(name) === sha),
  );
}

async function judgePin(
  use: ComponentUse,
  own: string | undefined,
  names: readonly string[] | undefined,
  { files }: ComponentSource,
): Promise<Omit<Pin, "version" | "commit" | "wronglySaid">> {
  const current = names && own !== undefined && (isMovingVersion(own) ? tagOfVersion(own, names) : own);
  const version = current ? parseVersion(current) : undefined;
  const none = { use, refused: [], risks: [], newest: undefined, safest: undefined };
  if (!names || !current || !version)
    return { ...none, newest: tagOfVersion("~latest", names ?? []), state: "unknown" };
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
  const before = await files(use.project, use.component, current);
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
