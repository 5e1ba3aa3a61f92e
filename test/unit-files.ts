import picomatch from "picomatch";

/** What of test/ is not of the unit project: the other projects' files, and tests of what runs on Linux servers only. */
export const outsideUnit: readonly string[] = [
  "test/**/*.{host,integration}.test.ts",
  "test/scripts/host/**/*.test.ts",
];

/** Those of them that the project `integration` runs. */
export const integration: readonly string[] = [
  "test/**/*.integration.test.ts",
  "test/scripts/host/**/*.test.ts",
];

const isOutside = picomatch([...outsideUnit]);

/** Whether a path from the repository's root is a test file of the unit project. */
export function isUnitTest(path: string): boolean {
  return path.startsWith("test/") && path.endsWith(".test.ts") && !isOutside(path);
}
