import type { Repository } from "../git/repository.ts";
import {
  type ComponentInterface,
  compareComponents,
  parseVersion,
  readComponents,
} from "../release/index.ts";
import type { CatalogChange, CatalogVersion } from "./model.ts";

/** One release with the interfaces that its components had. Releases with the same template share one interface. */
export interface Release extends CatalogVersion {
  readonly components: ReadonlyMap<string, ComponentInterface>;
}

/** So many of the newest releases are compared with each other, and listed on a page: the work grows with the square. */
export const COMPARED_RELEASES = 40;

/**
 * Reads the releases of a project, the highest first: tags such as `1.2.3`. A template that cannot be read is left out. `progress` is
 * told how many are read of how many, and may throw to stop.
 */
export async function readReleases(
  repository: Repository,
  progress: (read: number, all: number) => void = () => {},
): Promise<Release[]> {
  const tags = (await repository.tags()).flatMap((tag) => {
    const version = parseVersion(tag.name);
    return version ? [{ ...tag, version }] : [];
  });
  tags.sort((one, other) => compare(other.version, one.version));
  const known = new Map<string, ComponentInterface | undefined>();
  const releases: Release[] = [];
  for (const [index, { name, date }] of tags.entries()) {
    progress(index, tags.length);
    const components = new Map<string, ComponentInterface>();
    for (const { path, object } of await repository.objects(name, "templates")) {
      const key = `${path}\0${object}`;
      if (!known.has(key)) known.set(key, readOne(path, await repository.readObject(object)));
      const found = known.get(key);
      // The single file wins over the folder, and comes first.
      if (found && !(components.has(found.name) && path.endsWith("/template.yml")))
        components.set(found.name, found);
    }
    releases.push({ tag: name, date: date.slice(0, 10), components });
  }
  return releases;
}

function readOne(path: string, text: string): ComponentInterface | undefined {
  try {
    return [...readComponents({ [path]: text }).values()][0];
  } catch {
    return undefined;
  }
}

/** The release since which every release has the input; null where the newest release with the component lacks it. */
export function sinceOf(component: string, input: string, releases: readonly Release[]): string | null {
  let since: string | null = null;
  for (const { tag, components } of releases) {
    const own = components.get(component);
    if (own === undefined) continue;
    if (!own.inputs.has(input)) break;
    since = tag;
  }
  return since;
}

const strength = { major: 0, minor: 1, patch: 2 };

/** What changed for consumers between two interfaces of one component, what breaks them first. */
export function changesBetween(before: ComponentInterface, after: ComponentInterface): CatalogChange[] {
  if (before === after) return [];
  const changes = compareComponents(new Map([[before.name, before]]), new Map([[after.name, after]]));
  return changes
    .map(({ class: asked, kind, message }) => ({ class: asked, kind, message }))
    .sort((one, other) => strength[one.class] - strength[other.class]);
}

/**
 * What changed between any two versions, in a form that stays small: versions with the same interface share a number, and each
 * sentence stands once.
 */
export interface ChangeTable {
  /** The newest first; the first may be `unreleased`. */
  readonly versions: readonly string[];
  /** The number of each version's interface, 0 being the newest. */
  readonly interfaces: readonly number[];
  readonly messages: readonly (readonly [CatalogChange["class"], string])[];
  /** By `<older>-<newer>`, numbers of interfaces: numbers of messages. */
  readonly changes: Readonly<Record<string, readonly number[]>>;
}

/** Compares every version of a component with every other. `versions`: the newest first. */
export function changeTable(versions: readonly (readonly [string, ComponentInterface])[]): ChangeTable {
  const distinct = [...new Set(versions.map(([, each]) => each))];
  const messages = new Map<string, number>();
  const numberOf = ({ class: kind, message }: CatalogChange) => {
    const key = JSON.stringify([kind, message]);
    if (!messages.has(key)) messages.set(key, messages.size);
    return messages.get(key)!;
  };
  const changes: Record<string, number[]> = {};
  for (const [newer, after] of distinct.entries()) {
    for (const [older, before] of distinct.entries()) {
      if (older > newer) changes[`${older}-${newer}`] = changesBetween(before, after).map(numberOf);
    }
  }
  return {
    versions: versions.map(([version]) => version),
    interfaces: versions.map(([, each]) => distinct.indexOf(each)),
    messages: [...messages.keys()].map((key) => JSON.parse(key)),
    changes,
  };
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((each, at) => each !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}
