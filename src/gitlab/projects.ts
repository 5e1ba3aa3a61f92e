import {
  MergeRequestNotes,
  MergeRequests,
  PersonalAccessTokens,
  ProjectReleases,
  Projects,
  Runners,
} from "@gitbeaker/rest";
import type { Area } from "./area.ts";
import { GitlabError, isGitlabError } from "./errors.ts";
import { listOf, type Page, pagesOf } from "./pages.ts";
import { untilPassed } from "./passing.ts";
import type { MergeRequest, Note, Pipeline, Project, Release, Runner, Token } from "./records.ts";
import { absent } from "./repository.ts";
import { settle } from "./settle.ts";

/** The token, projects, groups, runners, merge requests and releases. */
export class ProjectOperations {
  private readonly area: Area;

  constructor(area: Area) {
    this.area = area;
  }

  /** The token in use: its scopes and its end. Undefined for tokens that GitLab tells nothing about (OAuth, job tokens). */
  async token(): Promise<Token | undefined> {
    try {
      return await absent(this.area.read<Token>(new PersonalAccessTokens(this.area.resource).show()));
    } catch (error) {
      // 400 for OAuth tokens, which glab leaves, and other kinds that are no access tokens; a fine-grained one may not ask (403).
      if (isGitlabError(error, "invalid", "forbidden")) return undefined;
      throw error;
    }
  }

  /** The version of this GitLab (`18.11.0-ee`). */
  async version(): Promise<string> {
    const { body } = await this.area.resource
      .requesterFn({ url: `${this.area.connection.address}/api/v4` })
      .get("metadata");
    return body.version;
  }

  /** The text of a CI/CD template that this GitLab ships, by its name without `.gitlab-ci.yml`; undefined where there is none. */
  async template(name: string): Promise<string | undefined> {
    const requester = this.area.resource.requesterFn({ url: `${this.area.connection.address}/api/v4` });
    const answer = await absent<{ body: { content: string } }>(
      requester.get(`templates/gitlab_ci_ymls/${encodeURIComponent(name)}`),
    );
    return answer?.body.content;
  }

  /** A project by its id or full path. */
  async get(project: string | number): Promise<Project> {
    return this.area.read(new Projects(this.area.resource).show(project));
  }

  /** The pages of all projects of a group and its subgroups, in the order of their ids; `from` goes on where one ended. */
  ofGroup(group: string | number, from?: string): AsyncGenerator<Page<Project>> {
    const query = { includeSubgroups: true, archived: false, orderBy: "id", sort: "asc" };
    return pagesOf(this.area.connection, `groups/${encodeURIComponent(group)}/projects`, query, from);
  }

  /**
   * The runners that a project may use, with their tags. One request for each runner that can take jobs. Undefined for a token that
   * may not list them: GitLab tells them to Maintainers only.
   */
  async runners(project: string | number): Promise<Runner[] | undefined> {
    const path = `projects/${encodeURIComponent(project)}/runners`;
    const runners = await listOf<Runner>(this.area.connection, path).catch((error: unknown) => {
      if (isGitlabError(error, "forbidden")) return undefined;
      throw error;
    });
    if (runners === undefined) return undefined;
    const detail = new Runners(this.area.resource);
    return Promise.all(
      runners.map(async (runner) => {
        // Instance runners' details are for administrators: without them the tags stay unknown.
        const whole = await this.area.read<Runner>(detail.show(runner.id)).catch(() => undefined);
        return whole ?? runner;
      }),
    );
  }

  async createMergeRequest(
    project: string | number,
    { source, target, title }: { source: string; target: string; title: string },
  ): Promise<MergeRequest> {
    const mergeRequests = new MergeRequests(this.area.resource);
    const path = `projects/${encodeURIComponent(project)}/merge_requests`;
    return settle<MergeRequest>(this.area.connection, {
      send: () => this.area.read(mergeRequests.create(project, source, target, title)),
      find: async () => {
        const query = { sourceBranch: source, targetBranch: target, state: "opened" };
        return (await listOf<MergeRequest>(this.area.connection, path, query))[0];
      },
      sendAgain: true,
    });
  }

  async mergeRequest(project: string | number, iid: number): Promise<MergeRequest> {
    return this.area.read(new MergeRequests(this.area.resource).show(project, iid));
  }

  async closeMergeRequest(project: string | number, iid: number): Promise<void> {
    await absent(
      this.area.read(new MergeRequests(this.area.resource).edit(project, iid, { stateEvent: "close" })),
    );
  }

  /** The pipelines of a merge request, newest first. */
  async mergeRequestPipelines(project: string | number, iid: number): Promise<Pipeline[]> {
    return listOf(
      this.area.connection,
      `projects/${encodeURIComponent(project)}/merge_requests/${iid}/pipelines`,
    );
  }

  /** Starts a pipeline for a merge request, once. @throws GitlabError `invalid` with a reason also where GitLab gives none (405) */
  async createMergeRequestPipeline(project: string | number, iid: number): Promise<Pipeline> {
    const newest = (await this.mergeRequestPipelines(project, iid))[0]?.id ?? 0;
    return untilPassed(this.area.connection, () => this.startMergeRequestPipeline(project, iid, newest));
  }

  private async startMergeRequestPipeline(project: string | number, iid: number, newest: number) {
    return settle<Pipeline>(this.area.connection, {
      send: () => this.area.read(new MergeRequests(this.area.resource).createPipeline(project, iid)),
      find: async () => (await this.mergeRequestPipelines(project, iid)).find((each) => each.id > newest),
      sendAgain: false,
    }).catch((error: unknown) => {
      if (!isGitlabError(error, "invalid") || error.status !== 405) throw error;
      const reason =
        "GitLab made no pipeline for the merge request (405): no job is for merge requests, or the project does not run their pipelines";
      throw new GitlabError("invalid", reason, 405, [reason]);
    });
  }

  /** Writes a note under a merge request; one that begins with `marker` is rewritten instead of written anew. */
  async note(project: string | number, iid: number, body: string, marker?: string): Promise<Note> {
    const notes = new MergeRequestNotes(this.area.resource);
    const path = `projects/${encodeURIComponent(project)}/merge_requests/${iid}/notes`;
    const written = async (start: string) =>
      (await listOf<Note>(this.area.connection, path)).find((each) => each.body.startsWith(start));
    const earlier = marker === undefined ? undefined : await written(marker);
    if (earlier) return this.area.read(notes.edit(project, iid, earlier.id, { body }));
    return settle<Note>(this.area.connection, {
      send: () => this.area.read(notes.create(project, iid, body)),
      find: () => written(body),
      sendAgain: false,
    });
  }

  /** The protected tags' names, with `*` for any text; undefined for a token that may not ask: GitLab tells Maintainers only. */
  async protectedTags(project: string | number): Promise<string[] | undefined> {
    const path = `projects/${encodeURIComponent(project)}/protected_tags`;
    try {
      return (await listOf<{ name: string }>(this.area.connection, path)).map(({ name }) => name);
    } catch (error) {
      if (isGitlabError(error, "forbidden")) return undefined;
      throw error;
    }
  }

  /** The releases, newest first. */
  async releases(project: string | number): Promise<Release[]> {
    return listOf(this.area.connection, `projects/${encodeURIComponent(project)}/releases`);
  }

  async release(project: string | number, tag: string): Promise<Release | undefined> {
    return absent(this.area.read<Release>(new ProjectReleases(this.area.resource).show(project, tag)));
  }
}
