import { componentNameOf } from "../consumer/component.ts";
import { type InterfaceChange, strongestClass } from "./change.ts";
import { changelogSection, newestVersion } from "./changelog.ts";
import { compareInterfaces } from "./index.ts";
import type { Obstacle } from "./obstacle.ts";
import { judgeKnown, judgeSettings, type KnownProject, type ServerSettings } from "./server-settings.ts";
import { leastVersion, parseVersion, type Version } from "./version.ts";

/** What a release is judged by. */
export interface ReleaseCandidate {
  /** The project's files that count: `templates/`, README.md, the licence, CHANGELOG.md and `.gitlab-ci.yml`. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether the pipeline for a tag has a job that publishes; nothing is said of one that cannot be told. */
  readonly releaseJob: "there" | "missing" | "unknown";
  /** The last release; undefined before the first. */
  readonly since: { readonly tag: string; readonly files: Readonly<Record<string, string>> } | undefined;
  /** The tag that the release is to have, where it is known already; else the changelog's newest version, if that is not released yet. */
  readonly tag: string | undefined;
  /** What GitLab knows of the project, where there is a token. */
  readonly server?: KnownProject;
  /** All that counts of its settings, where they are asked for: they are judged in place of `server`. */
  readonly settings?: ServerSettings;
}

export interface ReleaseVerdict {
  /** The tag that was judged; undefined where neither the caller nor the changelog names a new one. */
  readonly tag: string | undefined;
  readonly changes: readonly InterfaceChange[];
  /** The least version that is honest about the changes; `1.0.0` before the first release. */
  readonly leastVersion: string;
  readonly obstacles: readonly Obstacle[];
  /** What GitLab does not tell this token of the project's settings, where they were asked for. */
  readonly untold?: readonly string[];
}

/** Judges a release: its number against what changed, its changelog, and whether the catalog would take it. */
export function checkRelease(candidate: ReleaseCandidate): ReleaseVerdict {
  const { files, since } = candidate;
  const tag = candidate.tag ?? announcedVersion(candidate);
  const changes = since ? compareInterfaces(since.files, files) : [];
  const before = since && parseVersion(since.tag);
  const least: Version = before
    ? leastVersion(before, strongestClass(changes))
    : (parseVersion(tag ?? "") ?? [1, 0, 0]);
  const obstacles = [
    ...tagObstacles(tag, least, changes),
    ...changelogObstacles(files, tag),
    ...catalogObstacles(candidate),
  ];
  const verdict = { tag, changes, leastVersion: least.join(".") };
  if (candidate.settings === undefined) {
    const known = candidate.server ? judgeKnown(candidate.server) : [];
    return { ...verdict, obstacles: [...obstacles, ...known] };
  }
  const onServer = judgeSettings(candidate.settings, tag);
  return { ...verdict, obstacles: [...obstacles, ...onServer.obstacles], untold: onServer.untold };
}

/** The changelog's newest version, where it is not the last release or one before. */
function announcedVersion({ files, since }: ReleaseCandidate): string | undefined {
  const announced = newestVersion(files["CHANGELOG.md"] ?? "");
  const version = parseVersion(announced ?? "");
  const before = since && parseVersion(since.tag);
  return version && before && compareVersions(version, before) <= 0 ? undefined : announced;
}

function tagObstacles(
  tag: string | undefined,
  least: Version,
  changes: readonly InterfaceChange[],
): Obstacle[] {
  if (tag === undefined) return [];
  const version = parseVersion(tag.replace(/-[0-9A-Za-z.-]+$/, ""));
  if (!version)
    return [
      {
        rule: "tag-semantic",
        message: `the tag "${tag}" is not semantic: the catalog takes 1.2.3, without "v"`,
      },
    ];
  if (compareVersions(version, least) >= 0) return [];
  const strongest = strongestClass(changes) ?? "patch";
  const because = changes.find((each) => each.class === strongest)?.message;
  return [
    {
      rule: "tag-high-enough",
      message: `the tag "${tag}" is too low: the ${strongest} changes ask for ${least.join(".")} or higher${because ? ` (${because})` : ""}`,
    },
  ];
}

function changelogObstacles(files: ReleaseCandidate["files"], tag: string | undefined): Obstacle[] {
  const version = tag ?? "Unreleased";
  const section = changelogSection(files["CHANGELOG.md"] ?? "", version);
  if (section) return [];
  return [
    { rule: "changelog-section-present", message: `CHANGELOG.md has no entries under "## [${version}]"` },
  ];
}

/** GitLab's conditions of publishing (docs, ci/components "Publish a new release"), and the licence that its authors' guide asks for. */
function catalogObstacles({ files, releaseJob }: ReleaseCandidate): Obstacle[] {
  const names = Object.keys(files);
  const obstacles: Obstacle[] = [];
  const expect = (fine: boolean, rule: Obstacle["rule"], message: string) => {
    if (!fine) obstacles.push({ rule, message });
  };
  expect(
    names.includes("README.md"),
    "readme-present",
    "there is no README.md at the project's root: GitLab does not publish without it",
  );
  expect(
    names.some((each) => /^LICEN[CS]E/i.test(each)),
    "licence-present",
    "there is no LICENSE at the project's root: nobody may use the components",
  );
  expect(
    names.some((each) => componentNameOf(each) !== undefined),
    "component-present",
    "there is no component in templates/",
  );
  expect(
    releaseJob !== "missing",
    "release-job-present",
    "no job of the pipeline for a tag has the keyword release: only such a job publishes to the catalog",
  );
  return obstacles;
}

/** Below, at or above zero as the first version is lower, the same or higher. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
