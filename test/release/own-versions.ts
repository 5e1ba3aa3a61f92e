import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The versions of Node.js that Berth's own pipeline tests with: `.versions` of `.gitlab-ci.yml`. */
export function nodeVersions(): string[] {
  return read()[".versions"].node;
}

/** The one that every job runs on which names no other. */
export function usualNode(): string {
  return read().variables.NODE_VERSION;
}

/** The Debian releases that it boots at night. */
export function debianReleases(): string[] {
  return read()[".versions"].debian;
}

interface Versions {
  readonly ".versions": { readonly node: string[]; readonly debian: string[] };
  readonly variables: { readonly NODE_VERSION: string };
}

function read(): Versions {
  const text = readFileSync(new URL("../../.gitlab-ci.yml", import.meta.url), "utf8");
  // GitLab's own tags, such as !reference, are no matter here.
  return parse(text, { logLevel: "error" }) as Versions;
}
