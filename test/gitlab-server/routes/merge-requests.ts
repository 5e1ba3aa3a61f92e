import { mergeRequestDetails, mergeRequestRecord, noteRecord, pipelineBasics } from "../records/index.ts";
import { created } from "./created.ts";
import {
  mergeRequestOf,
  paged,
  pipelinesOf,
  projectOf,
  Refusal,
  type Route,
  route,
  writable,
} from "./request.ts";

/** Merge requests, their pipelines and notes. */
export const mergeRequests: readonly Route[] = [
  route("GET", "/projects/:id/merge_requests", (request, id) => {
    const project = projectOf(request, id);
    const found = request.state.mergeRequests.filter(
      (each) =>
        each.project === project &&
        (!request.query.has("source_branch") || each.source === request.query.get("source_branch")) &&
        (!request.query.has("state") || each.state === request.query.get("state")),
    );
    return paged(
      request,
      found.map((each) => mergeRequestRecord(request.state, each)),
    );
  }),
  route("POST", "/projects/:id/merge_requests", (request, id) => {
    const project = writable(request, id);
    const { source_branch: source, target_branch: target, title } = request.body;
    const open = request.state.mergeRequests.find(
      (each) => each.project === project && each.source === source && each.state === "opened",
    );
    if (open)
      throw new Refusal(409, {
        message: [`Another open merge request already exists for this source branch: !${open.iid}`],
      });
    if (!project.branches().includes(source))
      throw new Refusal(400, { message: ["Source branch does not exist"] });
    const made = {
      id: request.state.nextId("merge request"),
      iid: request.state.nextId(`merge request of ${project.id}`),
      project,
      source,
      target,
      title,
      state: "opened",
      preparedAt: null,
      notes: [],
    };
    request.state.mergeRequests.push(made);
    request.state.afterOpening(made);
    return { status: 201, json: mergeRequestDetails(request.state, made) };
  }),
  route("GET", "/projects/:id/merge_requests/:iid", (request, id, iid) => ({
    json: mergeRequestDetails(request.state, mergeRequestOf(request, id, iid)),
  })),
  route("PUT", "/projects/:id/merge_requests/:iid", (request, id, iid) => {
    const found = mergeRequestOf(request, id, iid);
    writable(request, id);
    if (typeof request.body.title === "string") found.title = request.body.title;
    if (request.body.state_event === "close") found.state = "closed";
    return { json: mergeRequestDetails(request.state, found) };
  }),
  route("GET", "/projects/:id/merge_requests/:iid/pipelines", (request, id, iid) => {
    const { project } = mergeRequestOf(request, id, iid);
    const records = pipelinesOf(request.state, project).filter(
      (each) => each.start.source === "merge_request_event" && each.start.mergeRequest === Number(iid),
    );
    return paged(
      request,
      records.map((each) => pipelineBasics(request.state, each)),
    );
  }),
  route("POST", "/projects/:id/merge_requests/:iid/pipelines", (request, id, iid) => {
    const { project, source } = mergeRequestOf(request, id, iid);
    writable(request, id);
    const made = created(request, {
      project,
      ref: source,
      tag: false,
      source: "merge_request_event",
      variables: [],
      inputs: {},
      mergeRequest: Number(iid),
    });
    return { ...made, status: 200 };
  }),
  route("GET", "/projects/:id/merge_requests/:iid/notes", (request, id, iid) => {
    const found = mergeRequestOf(request, id, iid);
    return paged(
      request,
      found.notes.map((each) => noteRecord(found, each)),
    );
  }),
  route("POST", "/projects/:id/merge_requests/:iid/notes", (request, id, iid) => {
    const { body } = request.body;
    const note = { id: request.state.nextId("note"), body, created_at: new Date().toISOString() };
    const found = mergeRequestOf(request, id, iid);
    found.notes.unshift(note);
    return { status: 201, json: noteRecord(found, note) };
  }),
  route("PUT", "/projects/:id/merge_requests/:iid/notes/:note", (request, id, iid, number) => {
    const found = mergeRequestOf(request, id, iid);
    const note = found.notes.find((each) => each.id === Number(number));
    if (!note) throw new Refusal(404, { message: "404 Not found" });
    note.body = request.body.body;
    return { json: noteRecord(found, note) };
  }),
];
