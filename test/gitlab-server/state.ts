import type { GitlabServerOptions } from "./index.ts";
import type { ServerProject } from "./project.ts";
import { type RunnerSetting, ServerPipeline, type Start } from "./runs.ts";

export interface ServerMergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly project: ServerProject;
  readonly source: string;
  readonly target: string;
  title: string;
  state: string;
  preparedAt: string | null;
  readonly notes: { id: number; body: string; created_at: string }[];
}

/** Milliseconds until the pipeline of a push or of a merge request is there, which it never is at once. */
const usualDelay = 15;

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
  /** What the object store holds, by key. */
  readonly stored = new Map<string, Buffer>();
  /** Of what is still to be done in the background. */
  readonly timers = new Set<NodeJS.Timeout>();
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
    const pipeline = ServerPipeline.create(() => this.nextId("pipeline"), this.known(start), this.setting);
    if (pipeline instanceof ServerPipeline) this.pipelines.push(pipeline);
    return pipeline;
  }

  /** What linting says of a commit's configuration: as it stands, or as a pipeline for this start would fare. */
  judge(start: Start, sha: string, asPipeline: boolean) {
    const planned = ServerPipeline.plan(0, this.known(start), sha, this.setting);
    const { expansion } = planned;
    const ofPipeline = "errors" in planned ? planned.errors : [];
    const errors = asPipeline || !expansion ? ofPipeline : expansion.errors;
    return { expansion, errors, warnings: planned.warnings };
  }

  /** With the project's own variables. */
  private known(start: Start): Start {
    return { ...start, variables: [...start.project.variables, ...start.variables] };
  }

  private get setting(): RunnerSetting {
    return {
      host: this.host,
      root: this.root,
      runnerTags: this.options.runnerTags ?? [],
      projects: () => this.projects,
      nextJobId: () => this.nextId("job"),
      start: (start) => this.startPipeline(start),
    };
  }

  /** Runs what GitLab leaves to its background jobs: soon, or after the delay that a test wants. */
  private later(work: () => void): void {
    const { background, backgroundDelay = usualDelay } = this.options;
    if (background || backgroundDelay === 0) {
      if (background) background(work);
      else work();
      return;
    }
    const timer = setTimeout(work, backgroundDelay);
    this.timers.add(timer);
  }

  /** What opening a merge request does on GitLab: its pipeline, then it is prepared. */
  afterOpening(request: ServerMergeRequest): void {
    this.later(() => {
      const { project, source } = request;
      this.startPipeline({
        project,
        ref: source,
        tag: false,
        mergeRequest: request.iid,
        source: "merge_request_event",
        variables: [],
        inputs: {},
      });
      request.preparedAt = new Date().toISOString();
    });
  }

  /** What a push does on GitLab: a pipeline for the branch, and one for each open merge request from it. */
  afterPush(project: ServerProject, ref: string, tag = false): void {
    const start = { project, ref, tag, variables: [], inputs: {} };
    this.later(() => {
      this.startPipeline({ ...start, source: "push" });
      for (const request of this.mergeRequests) {
        if (request.project === project && request.source === ref && request.preparedAt !== null && !tag) {
          if (request.state === "opened")
            this.startPipeline({ ...start, source: "merge_request_event", mergeRequest: request.iid });
        }
      }
    });
  }
}
