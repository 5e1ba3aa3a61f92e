import { git } from "../git.ts";
import type { ServerProject, ServerRelease } from "../project.ts";
import type { ServerState } from "../state.ts";
import { pipelineBasics } from "./pipeline.ts";
import { user } from "./user.ts";

/** A commit as lists, branches, tags and jobs name it (GitLab docs, api/commits). */
export function commitRecord({ url }: ServerState, project: ServerProject, sha: string) {
  const { message, date, parents } = project.commitOf(sha);
  return {
    id: sha,
    short_id: sha.slice(0, 8),
    created_at: date,
    parent_ids: parents.split(" ").filter(Boolean),
    title: message.split("\n")[0],
    message: message.replace(/\n+$/, ""),
    author_name: "Administrator",
    author_email: "admin@example.com",
    authored_date: date,
    committer_name: "Administrator",
    committer_email: "admin@example.com",
    committed_date: date,
    trailers: {},
    extended_trailers: {},
    web_url: `${url}/${project.path}/-/commit/${sha}`,
  };
}

/** One commit in full, with its size and its last pipeline. */
export function commitDetails(state: ServerState, project: ServerProject, sha: string) {
  const last = state.pipelines.findLast((each) => each.start.project === project && each.sha === sha);
  return {
    ...commitRecord(state, project, sha),
    stats: sizeOf(project, sha),
    status: last?.status ?? null,
    project_id: project.id,
    last_pipeline: last ? pipelineBasics(state, last) : null,
  };
}

function sizeOf({ folder }: ServerProject, sha: string) {
  const lines = git(folder, ["diff-tree", "--root", "--no-commit-id", "--numstat", "-r", sha]).split("\n");
  const sum = (column: number) =>
    lines.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
  const [additions, deletions] = [sum(0), sum(1)];
  return { additions, deletions, total: additions + deletions };
}

export function branchRecord(state: ServerState, project: ServerProject, name: string) {
  const sha = git(project.folder, ["rev-parse", `refs/heads/${name}`]);
  return {
    name,
    commit: commitRecord(state, project, sha),
    merged: false,
    protected: project.isProtected(name, false),
    developers_can_push: false,
    developers_can_merge: false,
    can_push: true,
    default: name === project.defaultBranch,
    web_url: `${state.url}/${project.path}/-/tree/${name}`,
  };
}

/** A tag; one with a message is an object of its own, with a time. */
export function tagRecord(state: ServerState, project: ServerProject, name: string) {
  const format = "--format=%(objecttype)%00%(objectname)%00%(contents:subject)%00%(creatordate:iso-strict)";
  const fields = git(project.folder, ["for-each-ref", format, `refs/tags/${name}`]).split("\0");
  const [type, target = "", subject = "", date = ""] = fields;
  const sha = git(project.folder, ["rev-parse", `refs/tags/${name}^{commit}`]);
  const release = project.releases.find((each) => each.tag_name === name);
  return {
    name,
    message: type === "tag" ? subject : "",
    target,
    commit: commitRecord(state, project, sha),
    release: release ? { tag_name: name, description: release.description } : null,
    protected: project.isProtected(name, true),
    created_at: type === "tag" ? date : null,
  };
}

export function releaseRecord(state: ServerState, project: ServerProject, release: ServerRelease) {
  const { url } = state;
  const sha = project.resolve(`refs/tags/${release.tag_name}`) ?? project.resolve(release.tag_name);
  const pages = `${url}/${project.path}/-`;
  const ofRelease = (kind: string, scope: string) =>
    `${pages}/${kind}?release_tag=${release.tag_name}&scope=all&state=${scope}`;
  return {
    ...release,
    description_html: release.description,
    created_at: release.released_at,
    upcoming_release: false,
    author: user,
    ...(sha !== undefined && { commit: commitRecord(state, project, sha) }),
    commit_path: `/${project.path}/-/commit/${sha}`,
    tag_path: `/${project.path}/-/tags/${release.tag_name}`,
    assets: { count: 0, sources: [], links: [] },
    evidences: [],
    _links: {
      closed_issues_url: ofRelease("issues", "closed"),
      closed_merge_requests_url: ofRelease("merge_requests", "closed"),
      edit_url: `${pages}/releases/${release.tag_name}/edit`,
      merged_merge_requests_url: ofRelease("merge_requests", "merged"),
      opened_issues_url: ofRelease("issues", "opened"),
      opened_merge_requests_url: ofRelease("merge_requests", "opened"),
      self: `${pages}/releases/${release.tag_name}`,
    },
  };
}
