import { existsSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { SlowSources } from "../engine/pipeline/include/read-ahead.ts";
import { type LocalSources, localSources } from "./local.ts";

/**
 * What includes may reach on this machine: projects and components in folders or below a mirror, remote files below their
 * server's name (`<mirror>/example.com/ci/shared.yml`), GitLab's templates below `templates`. A remote answer with `failure` says
 * that no mirror has the file.
 */
export function mirrorSources(local: LocalSources): SlowSources {
  const read = (...path: string[]) => firstFile(local.mirrors, path);
  return {
    ...localSources(local),
    remote: async (url) => {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      const text = address && read(address.host, ...address.pathname.split("/"));
      return typeof text === "string" ? { text } : { failure: NO_MIRROR };
    },
    template: async (name) => read("templates", ...name.split("/")),
  };
}

/** Why a remote file cannot be read where nobody is asked but the mirrors. */
export const NO_MIRROR = "no mirror has it, and only --sources gitlab fetches remote files";

/** The text of the first mirror's file at a path; a path cannot lead out of its mirror. */
function firstFile(mirrors: readonly string[], path: readonly string[]): string | undefined {
  for (const mirror of mirrors) {
    const file = join(mirror, ...path);
    if (file.startsWith(mirror + sep) && existsSync(file) && statSync(file).isFile())
      return readFileSync(file, "utf8");
  }
  return undefined;
}
