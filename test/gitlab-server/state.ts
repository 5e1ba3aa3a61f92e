import type { GitlabServerOptions } from "./index.ts";
import type { ServerProject } from "./project.ts";
import { ServerPipeline, type Start } from "./runs.ts";

export interface ServerMergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly project: ServerProject;
  readonly source: string;
  readonly target: string;
  readonly title: string;
  state: string;
  readonly notes: { id: number; body: string; created_at: string }[];
}

/** Everything that the stand-in knows. */
export class ServerState {
  readonly root: string;
  readonly host: string;
  /** The server's address with its sub-path. */
  readonly url: string;
  readonly options: GitlabServerOptions;
  readonly projects: ServerProject[] = [];
  readonly pipelines: ServerPipeline[] = [];
  readonly mergeRequests: ServerMergeRequest[] = [];
  private readonly ids = new Map<string, number>();

  constructor(root: string, host: string, url: string, options: GitlabServerOptions) {
    this.root = root;
    this.host = host;
    this.url = url;
    this.options = options;
  }

  nextId(kind: string): number {
    const id = (this.ids.get(kind) ?? 0) + 1;
    this.ids.set(kind, id);
    return id;
  }

  startPipeline(start: Start): ServerPipeline | { errors: readonly string[] } {
    const pipeline = ServerPipeline.create(() => this.nextId("pipeline"), start, {
      host: this.host,
      root: this.root,
      runnerTags: this.options.runnerTags ?? [],
      projects: () => this.projects,
      nextJobId: () => this.nextId("job"),
    });
    if (pipeline instanceof ServerPipeline) this.pipelines.push(pipeline);
    return pipeline;
  }

  /** What a push does on GitLab: a pipeline for the branch, and one for each open merge request from it. */
  afterPush(project: ServerProject, ref: string, tag = false): void {
    const start = { project, ref, tag, variables: [], inputs: {} };
    this.startPipeline({ ...start, source: "push" });
    for (const request of this.mergeRequests) {
      if (request.project === project && request.source === ref && request.state === "opened" && !tag) {
        this.startPipeline({ ...start, source: "merge_request_event" });
      }
    }
  }
}
