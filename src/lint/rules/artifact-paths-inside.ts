import { type Entry, YamlMap } from "../../engine/yaml/index.ts";
import type { LintFile } from "../file.ts";
import { itemsOf } from "../jobs.ts";
import type { Rule } from "../rule.ts";

/** Paths that cannot be below the project's folder, wherever the runner puts that. */
const outside =
  /^(?:~|\.\.?\/\.\.|\.\.(?:\/|$)|\$\{?HOME\}?|\/(?:tmp|root|etc|usr|opt|var|home|dev|proc)(?:\/|$)|[A-Za-z]:[\\/])/;

export const rule: Rule = {
  id: "artifact-paths-inside",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "Artifacts and caches come from the project's folder, and what is excluded is files.",
  why: "The runner leaves out what is outside of the project's folder, with a warning in the log, and the next job misses it. An `exclude` of a folder drops the folder's own entry and keeps all files in it.",
  reference: "https://docs.gitlab.com/ci/yaml/#artifactsexclude",
  check(file, { report, project }) {
    for (const { entry, what } of pathLists(file, "paths")) {
      for (const { value, place } of itemsOf(entry)) {
        if (typeof value !== "string" || !outside.test(value) || value.includes("/builds/")) continue;
        report({
          at: place,
          message: `"${value}" is outside of the project's folder: the runner leaves it out`,
          hint: `copy it into the project's folder first, and keep it from there (${what} are relative to it)`,
        });
      }
    }
    for (const { entry } of pathLists(file, "exclude")) {
      for (const { value, place } of itemsOf(entry)) {
        if (typeof value !== "string" || /[*?[{$]/.test(value)) continue;
        const folder = value.replace(/^\.\//, "").replace(/\/$/, "");
        const isFolder =
          value.endsWith("/") ||
          project
            .tree(file.root)
            .paths()
            .some((path) => path.startsWith(`${folder}/`));
        if (!isFolder) continue;
        report({
          at: place,
          message: `"${value}" excludes the folder's entry, and keeps the files in it`,
          hint: `write "${folder}/**/*"`,
        });
      }
    }
  },
};

/** The lists of paths below `artifacts` and `cache`, of jobs, of `default` and of the file. */
function pathLists(file: LintFile, key: string): { entry: Entry; what: string }[] {
  const defaults = file.body?.get("default");
  const owners = [
    ...file.jobs.map(({ map }) => map),
    ...[file.body, defaults].filter((each) => each instanceof YamlMap),
  ];
  return owners.flatMap((owner) =>
    ["artifacts", "cache"].flatMap((keyword) =>
      itemsOf(owner.entry(keyword)).flatMap(({ value }) => {
        const entry = value instanceof YamlMap ? value.entry(key) : undefined;
        return entry === undefined ? [] : [{ entry, what: keyword === "cache" ? "caches" : "artifacts" }];
      }),
    ),
  );
}
