import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The versions of Node.js that Berth's own pipeline tests with: `.versions` of `.gitlab-ci.yml`. */
export function nodeVersions(): string[] {
  return versions().node;
}

/** The Debian releases that it boots at night. */
export function debianReleases(): string[] {
  return versions().debian;
}

function versions(): { node: string[]; debian: string[] } {
  const text = readFileSync(new URL("../../.gitlab-ci.yml", import.meta.url), "utf8");
  return parse(text)[".versions"];
}
