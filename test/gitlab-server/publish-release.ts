import { expandText } from "../../src/pipelines/variables.ts";
import { publish } from "./catalog.ts";
import { git } from "./git.ts";
import type { ServerProject } from "./project.ts";

/** What the `release` keyword does after a job's script: the tag where it lacks, the release, and the catalog's version. */
export function publishRelease(
  project: ServerProject,
  keyword: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  sha: string,
): void {
  const expand = (text = "") => expandText(text, (name) => variables[name] ?? "");
  const tag = expand(keyword.tag_name);
  if (!project.tags().includes(tag)) git(project.folder, ["tag", tag, sha]);
  project.releases.unshift({
    tag_name: tag,
    name: expand(keyword.name) || tag,
    description: expand(keyword.description),
    released_at: new Date().toISOString(),
  });
  publish(project, tag);
}
