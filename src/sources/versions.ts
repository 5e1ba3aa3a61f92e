/* Which release a version of a component's address means (https://docs.gitlab.com/ci/components/#component-versions). */

interface Semantic {
  readonly name: string;
  readonly numbers: readonly [number, number, number];
}

const RELEASE = /^(\d+)\.(\d+)\.(\d+)(?:\+[0-9A-Za-z.-]+)?$/;

/** Whether a version is `~latest`, `1` or `1.2`: names that only the catalog knows. */
export function isMovingVersion(version: string): boolean {
  return version === "~latest" || /^\d+(?:\.\d+)?$/.test(version);
}

/** The tag that a moving version means: the highest release that it covers. Pre-releases are never meant. */
export function tagOfVersion(version: string, tags: readonly string[]): string | undefined {
  const wanted = version === "~latest" ? [] : version.split(".").map(Number);
  const covered = tags
    .flatMap(parseRelease)
    .filter(({ numbers }) => wanted.every((number, index) => numbers[index] === number));
  return covered.sort(compare).at(-1)?.name;
}

function parseRelease(name: string): Semantic[] {
  const match = RELEASE.exec(name);
  return match ? [{ name, numbers: [Number(match[1]), Number(match[2]), Number(match[3])] }] : [];
}

function compare(a: Semantic, b: Semantic): number {
  return a.numbers[0] - b.numbers[0] || a.numbers[1] - b.numbers[1] || a.numbers[2] - b.numbers[2];
}
