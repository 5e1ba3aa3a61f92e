import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { SlowSources } from "../../engine/pipeline/index.ts";
import { localSources } from "../../sources/local.ts";

/**
 * What includes may reach through mirrors on this machine: projects and components below their paths, remote files below their
 * server's name (`<mirror>/example.com/ci/shared.yml`), GitLab's templates below `templates`. A remote answer with `failure` says
 * that no mirror has the file.
 */
export function mirrorSources(mirrors: readonly string[], cwd: string): SlowSources {
  const folders = mirrors.map((each) => resolve(cwd, each));
  const read = (...path: string[]) => firstFile(folders, path);
  return {
    ...localSources({ workTrees: new Map(), mirrors: folders }),
    remote: async (url) => {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      const text = address && read(address.host, ...address.pathname.split("/"));
      return typeof text === "string" ? { text } : { failure: "no mirror has it" };
    },
    template: async (name) => read("templates", ...name.split("/")),
  };
}

/** The text of the first mirror's file at a path; a path cannot lead out of its mirror. */
function firstFile(mirrors: readonly string[], path: readonly string[]): string | undefined {
  for (const mirror of mirrors) {
    const file = join(mirror, ...path);
    if (file.startsWith(mirror + sep) && existsSync(file) && statSync(file).isFile())
      return readFileSync(file, "utf8");
  }
  return undefined;
}
