import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gitlabRoutes } from "../../src/build/gitlab-routes.ts";
import { type GitlabClient, isGitlabError, openGitlab } from "../../src/gitlab/index.ts";
import { type GitlabServer, type ServerProject, startGitlabServer, tokens } from "../gitlab-server/index.ts";

let server: GitlabServer;
let project: ServerProject;
let folder: string;
/** Names of the client's operations that a call has used. */
const used = new Set<string>();
const path = "group/app";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-routes-"));
  server = await startGitlabServer({ backgroundDelay: 0 });
  const byHand = "by_hand: { script: [ls], when: manual }\n";
  project = server.addProject(path, { ".gitlab-ci.yml": `a: { script: [ls] }\n${byHand}` });
  project.releases.push({ tag_name: "1.0.0", name: "1.0.0", description: "", released_at: "2026-01-01" });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What a call needs of what is there: each call has a branch, a merge request and a pipeline of its own. */
interface Given {
  readonly branch: string;
  readonly pipeline: number;
  readonly job: number;
  readonly byHand: number;
  readonly iid: number;
}

type Call = (client: GitlabClient, given: Given) => Promise<unknown>;
const action = { action: "create", file_path: "x", content: "x" } as const;
const start = { branch: "main" };

/** No job of the project is for merge requests: that GitLab says so is all that is wanted. */
const isNoPipeline = (error: unknown) => {
  if (!isGitlabError(error, "invalid")) throw error;
};

/** The call of the client that sends each request, at least; some are sent only where an answer got lost. */
const calls: Readonly<Record<string, Call>> = {
  "GET /metadata": (client) => client.projects.version(),
  "GET /personal_access_tokens/self": (client) => client.projects.token(),
  "GET /projects/:id": (client) => client.projects.get(path),
  "GET /groups/:id/projects": (client) => client.projects.ofGroup("group").next(),
  "GET /projects/:id/runners": (client) => client.projects.runners(path),
  "GET /runners/:id": (client) => client.projects.runners(path),
  "GET /projects/:id/repository/tree": (client) => client.repository.tree(path),
  "GET /projects/:id/repository/files/:path": (client) => client.repository.file(path, ".gitlab-ci.yml"),
  "GET /projects/:id/repository/commits/:ref": (client) => client.repository.commitAt(path, "main"),
  "POST /projects/:id/repository/commits": (client, { branch }) =>
    client.repository.commit(path, { branch: `${branch}-new`, start, message: "New", actions: [action] }),
  "GET /projects/:id/repository/branches": (client) => client.repository.branches(path),
  "GET /projects/:id/repository/branches/:branch": (client) => client.repository.branch(path, "main"),
  "DELETE /projects/:id/repository/branches/:branch": (client, { branch }) =>
    client.repository.removeBranch(path, branch),
  "GET /projects/:id/repository/tags": (client) => client.repository.tags(path),
  "GET /projects/:id/repository/tags/:tag": (client, { branch }) => {
    server.faults = loseFirst(/POST .*\/tags$/);
    return client.repository.createTag(path, `lost-${branch}`, "main");
  },
  "POST /projects/:id/repository/tags": (client, { branch }) =>
    client.repository.createTag(path, branch, "main"),
  "GET /projects/:id/protected_tags": (client) => client.projects.protectedTags(path),
  "GET /projects/:id/releases": (client) => client.projects.releases(path),
  "GET /projects/:id/releases/:tag": (client) => client.projects.release(path, "1.0.0"),
  "GET /projects/:id/ci/lint": (client) => client.pipelines.lintCommit(path, "main"),
  "POST /projects/:id/ci/lint": (client) => client.pipelines.lint(path, "a: { script: [ls] }"),
  "POST /projects/:id/pipeline": (client, { branch }) => client.pipelines.create(path, { ref: branch }),
  "GET /projects/:id/pipelines": (client) => client.pipelines.list(path, {}),
  "GET /projects/:id/pipelines/:pipeline": (client, { pipeline }) => client.pipelines.get(path, pipeline),
  "POST /projects/:id/pipelines/:pipeline/cancel": (client, { pipeline }) =>
    client.pipelines.cancel(path, pipeline),
  "GET /projects/:id/pipelines/:pipeline/jobs": async (client, { pipeline }) => {
    await client.pipelines.attempts(path, pipeline);
    return client.pipelines.jobs(path, pipeline);
  },
  "GET /projects/:id/pipelines/:pipeline/trigger_jobs": (client, { pipeline }) =>
    client.pipelines.triggerJobs(path, pipeline),
  "GET /projects/:id/pipelines/:pipeline/bridges": (client, { pipeline }) => {
    server.faults = ({ path: asked }) =>
      asked.endsWith("/trigger_jobs") ? { kind: "answer", answer: { status: 404, json: {} } } : undefined;
    return client.pipelines.triggerJobs(path, pipeline);
  },
  "GET /projects/:id/pipelines/:pipeline/test_report": (client, { pipeline }) =>
    client.pipelines.testReport(path, pipeline),
  "GET /projects/:id/jobs/:job": (client, { job }) => client.jobs.get(path, job),
  "GET /projects/:id/jobs/:job/trace": (client, { job }) => client.jobs.traceReader(path, job).read(),
  "GET /projects/:id/jobs/:job/artifacts": (client, { job }) =>
    client.jobs.downloadArtifacts(path, job, join(folder, "artifacts.zip")),
  "POST /projects/:id/jobs/:job/play": (client, { byHand }) => client.jobs.play(path, byHand),
  "GET /projects/:id/merge_requests": (client, { branch }) => {
    server.faults = loseFirst(/POST .*\/merge_requests$/);
    project.commit(`${branch}-lost`, "Change", [action], "main");
    return client.projects.createMergeRequest(path, { source: `${branch}-lost`, target: "main", title: "x" });
  },
  "POST /projects/:id/merge_requests": (client, { branch }) => {
    project.commit(`${branch}-mr`, "Change", [action], "main");
    return client.projects.createMergeRequest(path, { source: `${branch}-mr`, target: "main", title: "x" });
  },
  "GET /projects/:id/merge_requests/:iid": (client, { iid }) => client.projects.mergeRequest(path, iid),
  "PUT /projects/:id/merge_requests/:iid": (client, { iid }) => client.projects.closeMergeRequest(path, iid),
  "GET /projects/:id/merge_requests/:iid/pipelines": (client, { iid }) =>
    client.projects.mergeRequestPipelines(path, iid),
  "POST /projects/:id/merge_requests/:iid/pipelines": (client, { iid }) =>
    client.projects.createMergeRequestPipeline(path, iid).catch(isNoPipeline),
  "GET /projects/:id/merge_requests/:iid/notes": (client, { iid }) =>
    client.projects.note(path, iid, "a", "marker"),
  "POST /projects/:id/merge_requests/:iid/notes": (client, { iid }) => client.projects.note(path, iid, "b"),
  "PUT /projects/:id/merge_requests/:iid/notes/:note": async (client, { iid }) => {
    await client.projects.note(path, iid, "c");
    return client.projects.note(path, iid, "c again", "c");
  },
  "GET /templates/gitlab_ci_ymls/:name": (client) => client.projects.template("Bash"),
  "GraphQL ciCatalogResources": (client) => client.catalog.resources(),
  "GraphQL ciCatalogResource": (client) => client.catalog.versions(path),
};

const roleTokens = {
  any: tokens.reporter,
  Reporter: tokens.reporter,
  Developer: tokens.developer,
  Maintainer: tokens.maintainer,
};
const tokenBelow = { Developer: tokens.reporter, Maintainer: tokens.developer } as const;

it("each row has a call, and each call a row", () => {
  expect(Object.keys(calls).toSorted()).toEqual(gitlabRoutes.map(({ route }) => route).toSorted());
});

it.each(gitlabRoutes.map((row) => [row.route, row] as const))("%s", async (route, { role }) => {
  const request = await sentBy(route);
  expect(request).toBeDefined();
  expect([401, 403]).not.toContain(await statusFor(roleTokens[role].value, request));
  if (role === "Developer" || role === "Maintainer")
    expect(await statusFor(tokenBelow[role].value, request)).toBe(403);
  expect(await statusFor("wrong", request)).toBe(401);
});

it("the calls use every operation of the client, and send nothing that has no row", () => {
  const client = openGitlab({ env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.token } });
  const inside = ["constructor", "latest", "download", "startMergeRequestPipeline"];
  const all = Object.entries(client).flatMap(([name, area]) =>
    typeof area !== "object"
      ? []
      : Object.getOwnPropertyNames(Object.getPrototypeOf(area))
          .filter((each) => !inside.includes(each))
          .map((each) => `${name}.${each}`),
  );
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter((each) => !used.has(each))).toEqual([]);
  expect(server.requests.filter(({ request }) => routesOf(request).length === 0)).toEqual([]);
});

interface Sent {
  readonly request: string;
  readonly body: string;
}

/** Lets the client send a row's request, as a Maintainer. Returns that request. */
async function sentBy(route: string): Promise<Sent | undefined> {
  const given = await fresh();
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  const client = recording(openGitlab({ env, perSecond: 1_000, pause: 1, horizon: 50 }));
  const before = server.requests.length;
  await calls[route]?.(client, given);
  server.faults = undefined;
  return server.requests.slice(before).find(({ request }) => routesOf(request).includes(route));
}

/** The status that the same request gets with another token. */
async function statusFor(token: string, sent: Sent | undefined): Promise<number> {
  const [method = "", path = ""] = (sent?.request ?? "").split(" ");
  const answer = await fetch(`${server.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    redirect: "manual",
    ...(sent?.body && { body: sent.body }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The rows that a request (`GET /api/v4/…?…`) is one of: the most exact one, or those of GraphQL. */
function routesOf(request: string): string[] {
  const [method = "", target = ""] = request.split(" ");
  const asked = target.replace(/\?.*/, "");
  if (asked === "/api/graphql") return ["GraphQL ciCatalogResources", "GraphQL ciCatalogResource"];
  return gitlabRoutes
    .map(({ route }) => route)
    .filter((route) => {
      const [wanted, pattern = ""] = route.split(" ");
      const expression = new RegExp(`^/api/v4${pattern.replaceAll(/:\w+/g, "[^/]+")}$`);
      return wanted === method && expression.test(asked);
    });
}

let number = 0;

async function fresh(): Promise<Given> {
  number += 1;
  const branch = `try-${number}`;
  project.commit(branch, "Change", [{ ...action, content: String(number) }], "main");
  const made = server.start({ project, ref: branch });
  if ("errors" in made) throw new Error(made.errors.join("; "));
  await made.rest();
  const [job, byHand] = made.jobs;
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  const client = openGitlab({ env, perSecond: 1_000 });
  const { iid } = await client.projects.createMergeRequest(path, {
    source: branch,
    target: "main",
    title: "x",
  });
  return { branch, pipeline: made.id, job: job?.id ?? 0, byHand: byHand?.id ?? 0, iid };
}

/** The client, with the name of each operation that is called written down. */
function recording(client: GitlabClient): GitlabClient {
  const watched = (name: string, area: object) =>
    new Proxy(area, {
      get: (target, key) => {
        used.add(`${name}.${String(key)}`);
        const value = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const areas = Object.entries(client).map(([name, area]) => [
    name,
    typeof area === "object" ? watched(name, area) : area,
  ]);
  return Object.fromEntries(areas);
}

/** Loses the answer of the first such request. */
function loseFirst(pattern: RegExp): GitlabServer["faults"] {
  let left = 1;
  return ({ method, path: asked }) =>
    pattern.test(`${method} ${asked}`) && left-- > 0 ? { kind: "reset", when: "after" } : undefined;
}
