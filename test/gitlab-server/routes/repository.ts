import { publish } from "../catalog.ts";
import type { FileAction } from "../file-action.ts";
import { git } from "../git.ts";
import { branchRecord, commitDetails, releaseRecord, tagRecord } from "../records/index.ts";
import { roles } from "../tokens.ts";
import { paged, projectOf, Refusal, type Route, requireRole, route, writable } from "./request.ts";

/** Who a protection names beside a role. */
const nobody = { deploy_key_id: null, user_id: null, group_id: null };

/** Branches, commits, files, tags and releases. */
export const repository: readonly Route[] = [
  route("GET", "/projects/:id/repository/branches", (request, id) => {
    const project = projectOf(request, id);
    const search = request.query.get("search") ?? "";
    const names = project
      .branches()
      .filter((each) => (search.startsWith("^") ? each.startsWith(search.slice(1)) : each.includes(search)));
    return paged(
      request,
      names.map((each) => branchRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/repository/branches/:branch", (request, id, name) => {
    const project = projectOf(request, id);
    if (!project.branches().includes(name!)) throw new Refusal(404, { message: "404 Branch Not Found" });
    return { json: branchRecord(request.state, project, name!) };
  }),
  route("DELETE", "/projects/:id/repository/branches/:branch", (request, id, name) => {
    const project = writable(request, id);
    if (!project.branches().includes(name!)) throw new Refusal(404, { message: "404 Branch Not Found" });
    if (name === project.defaultBranch)
      throw new Refusal(400, { message: "The default branch of a project cannot be deleted." });
    git(project.folder, ["update-ref", "-d", `refs/heads/${name}`]);
    return { status: 204 };
  }),
  route("POST", "/projects/:id/repository/commits", (request, id) => {
    const project = writable(request, id);
    const { branch, commit_message: message, start_branch, start_sha, actions = [] } = request.body;
    const missing = ["branch", "commit_message", "actions"].filter(
      (each) => request.body[each] === undefined,
    );
    if (missing.length > 0)
      throw new Refusal(400, { error: missing.map((each) => `${each} is missing`).join(", ") });
    try {
      const sha = project.commit(branch, message, actions as FileAction[], start_sha ?? start_branch);
      // A commit with this in its message starts no pipeline by being pushed (docs, ci/pipelines "Skip a pipeline").
      if (!/\[(ci[ _-]skip|skip[ _-]ci)\]/i.test(message)) request.state.afterPush(project, branch);
      return { status: 201, json: commitDetails(request.state, project, sha) };
    } catch (error) {
      throw new Refusal(400, { message: (error as Error).message });
    }
  }),
  route("GET", "/projects/:id/repository/commits/:sha", (request, id, ref) => {
    const project = projectOf(request, id);
    const sha = project.resolve(ref!);
    if (!sha) throw new Refusal(404, { message: "404 Commit Not Found" });
    return { json: commitDetails(request.state, project, sha) };
  }),
  route("GET", "/projects/:id/repository/tree", (request, id) => {
    const project = projectOf(request, id);
    const entries = project.tree(
      request.query.get("ref") ?? "HEAD",
      request.query.get("path") ?? "",
      request.query.get("recursive") === "true",
    );
    if (!entries) throw new Refusal(404, { message: "404 invalid revision or path Not Found" });
    return paged(
      request,
      entries.map((each) => ({
        id: each.id,
        name: each.path.split("/").at(-1),
        type: each.type,
        path: each.path,
        mode: each.mode,
      })),
    );
  }),
  route("GET", "/projects/:id/repository/files/:path", (request, id, path) => {
    const project = projectOf(request, id);
    const ref = request.query.get("ref");
    if (!ref) throw new Refusal(400, { error: "ref is missing" });
    const content = project.read(ref, path!);
    if (!content) throw new Refusal(404, { message: "404 File Not Found" });
    const sha = project.resolve(ref)!;
    const blob = project.blobId(sha, path!);
    return {
      json: {
        file_name: path!.split("/").at(-1),
        file_path: path,
        size: content.length,
        encoding: "base64",
        content_sha256: "",
        ref,
        blob_id: blob,
        commit_id: sha,
        last_commit_id: sha,
        execute_filemode: false,
        content: content.toString("base64"),
      },
    };
  }),
  route("GET", "/projects/:id/repository/tags", (request, id) => {
    const project = projectOf(request, id);
    return paged(
      request,
      project.tags().map((each) => tagRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/repository/tags/:tag", (request, id, tag) => {
    const project = projectOf(request, id);
    if (!project.tags().includes(tag!)) throw new Refusal(404, { message: "404 Tag Not Found" });
    return { json: tagRecord(request.state, project, tag!) };
  }),
  route("POST", "/projects/:id/repository/tags", (request, id) => {
    const project = writable(request, id);
    const { tag_name: tag, ref } = { ...Object.fromEntries(request.query), ...request.body };
    if (project.tags().includes(tag)) throw new Refusal(400, { message: `Tag ${tag} already exists` });
    const sha = project.resolve(ref);
    if (!sha) throw new Refusal(400, { message: `Target ${ref} is invalid` });
    const message: string = request.body.message ?? "";
    git(
      project.folder,
      message === "" ? ["tag", tag, sha] : ["tag", "--annotate", "--message", message, tag, sha],
    );
    request.state.afterPush(project, tag, true);
    return { status: 201, json: tagRecord(request.state, project, tag) };
  }),
  route("GET", "/projects/:id/protected_tags", (request, id) => {
    const project = projectOf(request, id);
    requireRole(request, project, roles.maintainer);
    const levels = [
      { id: 1, access_level: roles.maintainer, access_level_description: "Maintainers", ...nobody },
    ];
    return paged(
      request,
      project.protectedTags.map((name) => ({ name, create_access_levels: levels })),
    );
  }),
  route("POST", "/projects/:id/repository/branches", (request, id) => {
    const project = writable(request, id);
    const { branch, ref } = { ...Object.fromEntries(request.query), ...request.body };
    if (!branch || !ref)
      throw new Refusal(400, {
        error: [branch ? "" : "branch is missing", ref ? "" : "ref is missing"].filter(Boolean).join(", "),
      });
    if (project.branches().includes(branch)) throw new Refusal(400, { message: "Branch already exists" });
    const sha = project.resolve(ref);
    if (!sha) throw new Refusal(400, { message: `Invalid reference name: ${ref}` });
    git(project.folder, ["update-ref", `refs/heads/${branch}`, sha]);
    request.state.afterPush(project, branch);
    return { status: 201, json: branchRecord(request.state, project, branch) };
  }),
  route("POST", "/projects/:id/releases", (request, id) => {
    const project = writable(request, id);
    const { tag_name: tag, name, description = "", ref } = request.body;
    if (!tag) throw new Refusal(400, { error: "tag_name is missing" });
    if (project.releases.some((each) => each.tag_name === tag))
      throw new Refusal(409, { message: "Release already exists" });
    if (!project.tags().includes(tag)) {
      const sha = project.resolve(ref ?? "");
      if (!sha) throw new Refusal(422, { message: "Ref is not specified" });
      git(project.folder, ["tag", tag, sha]);
    }
    // A release of the API is none of the catalog's: that takes the keyword of a job.
    const release = { tag_name: tag, name: name ?? tag, description, released_at: new Date().toISOString() };
    project.releases.unshift(release);
    return { status: 201, json: releaseRecord(request.state, project, release) };
  }),
  route("POST", "/projects/:id/catalog/publish", (request, id) => {
    const project = writable(request, id);
    const { version, metadata } = request.body;
    if (!version || !metadata)
      throw new Refusal(400, { error: version ? "metadata is missing" : "version is missing" });
    if (request.token.kind !== "job") throw new Refusal(403, { message: "403 Forbidden" });
    if (!project.releases.some((each) => each.tag_name === version))
      throw new Refusal(404, { message: "404 Release Not Found" });
    if (!publish(project, version)) throw new Refusal(422, { message: "Validation failed" });
    return { status: 201, json: { catalog_url: `${request.state.url}/explore/catalog/${project.path}` } };
  }),
  route("GET", "/projects/:id/releases", (request, id) => {
    const project = projectOf(request, id);
    return paged(
      request,
      project.releases.map((each) => releaseRecord(request.state, project, each)),
    );
  }),
  route("GET", "/projects/:id/releases/:tag", (request, id, tag) => {
    const project = projectOf(request, id);
    const release = project.releases.find((each) => each.tag_name === tag);
    if (!release) throw new Refusal(404, { message: "404 Not Found" });
    return { json: releaseRecord(request.state, project, release) };
  }),
];
