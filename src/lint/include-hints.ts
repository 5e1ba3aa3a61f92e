import type { Problem } from "../engine/problem/index.ts";
import type { LintFile } from "./file.ts";
import { nearest } from "./nearest.ts";
import type { LintProject } from "./project.ts";

/** The way out of an include that leads nowhere; undefined where its message says all that is known. */
export function includeHint(problem: Problem, file: LintFile, project: LintProject): string | undefined {
  switch (problem.code) {
    case "local-file-missing": {
      const near = nearestPath(problem.facts.location, file, project);
      return near === undefined
        ? "the path begins at the project's root"
        : `did you mean "${near}", which is there?`;
    }
    case "include-extension":
      return "name a file that ends in .yml or .yaml";
    case "remote-address-invalid":
      return "write the whole address: https://…";
    case "template-name-invalid":
      return "templates of GitLab end in .gitlab-ci.yml";
    case "include-subkey-unknown":
    case "include-kind":
      return "write one of local:, component:, project: with file:, remote:, template:";
    case "included-file-empty":
    case "file-empty-or-missing":
    case "local-file-empty":
    case "component-missing":
      return isEmpty(file) ? "the file is empty: write at least one job with script:" : undefined;
    default:
      return undefined;
  }
}

/** A file of the project with nearly the same path, or the same name in another folder. */
function nearestPath(location: string, file: LintFile, project: LintProject): string | undefined {
  const wanted = location.replace(/^(?:\.?\/)+/, "");
  const paths = project
    .tree(file.root)
    .paths()
    .filter((path) => /\.ya?ml$/.test(path));
  if (paths.includes(wanted)) return wanted;
  const near = nearest(wanted, paths);
  if (near !== undefined) return near;
  const name = wanted.slice(wanted.lastIndexOf("/") + 1).replace(/\.ya?ml$/, "");
  const same = paths.filter((path) => path.slice(path.lastIndexOf("/") + 1).replace(/\.ya?ml$/, "") === name);
  return same.length === 1 ? same[0] : undefined;
}

function isEmpty({ text }: LintFile): boolean {
  return (
    text
      .replace(/^\s*#.*$/gm, "")
      .replace(/^---\s*$/gm, "")
      .trim() === ""
  );
}
