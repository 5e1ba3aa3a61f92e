import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { GitlabError, openGitlab, type RequestEvent } from "../../src/gitlab/index.ts";
import { type ScriptedAnswer, type SeenRequest, startScriptedServer } from "./scripted-server.ts";

const token = "glpat-Secret_Token-123";
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

describe("what goes out", () => {
  it("keeps the names of inputs and variables as they are", async () => {
    const { client, seen } = await serve(({ method }) =>
      method === "GET" ? { json: [] } : { json: { id: 7 } },
    );
    await client.pipelines.create("group/project", {
      ref: "main",
      inputs: { imageTag: "1", deploy_path: "/srv", "Upper-Case": true, nested: [{ someKey: 1 }] },
      variables: [{ key: "camelCase", value: "x", variable_type: "file" }],
    });
    const post = seen.find((each) => each.method === "POST");
    expect(post?.url).toBe("/api/v4/projects/group%2Fproject/pipeline");
    expect(JSON.parse(post?.body ?? "")).toEqual({
      ref: "main",
      inputs: { imageTag: "1", deploy_path: "/srv", "Upper-Case": true, nested: [{ someKey: 1 }] },
      variables: [{ key: "camelCase", value: "x", variable_type: "file" }],
    });
  });

  it("writes GitLab's own attributes in snake_case and lists as name[]", async () => {
    const { client, seen } = await serve(() => ({ json: { id: "abc", message: "Try" } }));
    await client.repository.commit(1, {
      branch: "smoke/1",
      start: { branch: "main" },
      message: "Try",
      actions: [{ action: "create", file_path: "a.txt", content: "camelCase: kept" }],
    });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      branch: "smoke/1",
      start_branch: "main",
      commit_message: "Try",
      actions: [{ action: "create", file_path: "a.txt", content: "camelCase: kept" }],
    });
  });

  it("reaches an instance below a sub-path", async () => {
    const { client, seen } = await serve(() => ({ json: { data: { ciCatalogResource: null } } }), "/gitlab/");
    await client.catalog.versions("group/project");
    await client.projects.get("group/project");
    expect(seen.map((each) => each.url)).toEqual([
      "/gitlab/api/graphql",
      "/gitlab/api/v4/projects/group%2Fproject",
    ]);
  });
});

describe("repeating", () => {
  it("tries again soon after a failure that tells when a limit begins anew, which is not used up", async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 60);
    const headers = { "ratelimit-remaining": "1999", "ratelimit-reset": reset };
    const events: RequestEvent[] = [];
    const { client } = await serve(
      (_, count) => (count === 1 ? { status: 502, headers } : { json: { id: 1 } }),
      "",
      { observe: (event) => events.push(event) },
    );
    await client.projects.get(1);
    expect(events[0]?.again?.after).toBeLessThan(5_000);
  });

  it("never sends the request for a pipeline twice, but finds the one whose answer was lost", async () => {
    let made = false;
    const { client, seen } = await serve(({ method }) => {
      if (method === "POST") {
        made = true;
        return "reset";
      }
      return { json: made ? [{ id: 12 }] : [{ id: 11 }] };
    });
    expect((await client.pipelines.create(1, { ref: "smoke/1" })).id).toBe(12);
    expect(seen.filter((each) => each.method === "POST")).toHaveLength(1);
  });

  it.each<[string, ScriptedAnswer]>([
    ["a broken connection", "reset"],
    ["502", { status: 502, text: "Bad Gateway" }],
    [
      "a success that is cut off",
      { status: 201, headers: { "content-type": "application/json" }, text: '{"id":' },
    ],
  ])("asks again after %s only when GitLab must have given the first request up, and in the end says that it is uncertain", async (_, answer) => {
    const times: number[] = [];
    const { client } = await serve(
      ({ method }) => {
        if (method !== "POST") return { json: [{ id: 11 }] };
        times.push(Date.now());
        return answer;
      },
      "",
      { horizon: 100 },
    );
    const begun = Date.now();
    const error = await failure(client.pipelines.create(1, { ref: "smoke/1" }));
    expect(error.kind).toBe("uncertain");
    expect(error.message).toMatch(/^the answer to POST projects\/1\/pipeline was lost/);
    expect(times).toHaveLength(5);
    // From the beginning, not from one arrival to the next: a busy machine delays arrivals, and never brings one forward (timers may be 1 ms early).
    for (const [index, time] of times.entries()) expect(time - begun).toBeGreaterThanOrEqual(index * 99);
  });

  it("waits so long that GitLab must have ended a request by itself", async () => {
    const { client, seen } = await serve(({ method }) => (method === "POST" ? "reset" : { json: [] }));
    const cleared = new AbortController();
    setTimeout(() => cleared.abort(), 1_500);
    const error = await failure(client.withSignal(cleared.signal).pipelines.create(1, { ref: "smoke/1" }));
    expect(error.kind).toBe("aborted");
    expect(seen.filter((each) => each.method === "POST")).toHaveLength(1);
  });

  it("repeats a POST after 429, when its time has come and not before", async () => {
    let posts = 0;
    const { client, seen } = await serve(({ method }) => {
      if (method !== "POST") return { json: [] };
      posts += 1;
      return posts === 1
        ? { status: 429, headers: { "retry-after": "1" }, text: "Retry later" }
        : { status: 201, json: { id: 5 } };
    });
    expect((await client.pipelines.create(1, { ref: "main" })).id).toBe(5);
    const [first, second] = seen.filter((each) => each.method === "POST");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(950);
  });

  it("holds every request back when an answer says that the limit is used up", async () => {
    let reset = 0;
    const { client, seen } = await serve(({ at }, count) => {
      if (count > 1) return { json: { id: 2 } };
      reset = Math.floor(at / 1000) + 2;
      return {
        headers: { "ratelimit-remaining": "0", "ratelimit-reset": String(reset) },
        json: { id: 1 },
      };
    });
    await client.projects.get("group/one");
    await client.projects.get("group/two");
    // A timer may come a few milliseconds before its time.
    expect(seen[1]?.at).toBeGreaterThanOrEqual(reset * 1000 - 20);
  });

  it("gives up on 429 when it would have to wait for too long", async () => {
    const { client, seen } = await serve(() => ({
      status: 429,
      headers: { "retry-after": "3600" },
      text: "Retry later",
    }));
    const error = await failure(client.projects.get(1));
    expect(error).toMatchObject({ kind: "rate-limited", status: 429 });
    expect(seen).toHaveLength(1);
  });

  it("repeats a GET after 5xx and after a broken connection", async () => {
    const { client, seen } = await serve((_, count) =>
      count === 1 ? "reset" : count === 2 ? { status: 503, text: "" } : { json: { id: 1 } },
    );
    expect((await client.projects.get(1)).id).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it("stops repeating after so many attempts", async () => {
    const { client, seen } = await serve(() => ({ status: 502, text: "" }));
    expect((await failure(client.projects.get(1))).kind).toBe("unavailable");
    expect(seen).toHaveLength(4);
  });

  it("takes 404 on a repeated DELETE for done", async () => {
    const { client, seen } = await serve((_, count) =>
      count === 1 ? "reset" : { status: 404, json: { message: "404" } },
    );
    await client.repository.removeBranch(1, "smoke/1");
    expect(seen.map((each) => each.method)).toEqual(["DELETE", "DELETE"]);
  });

  it("repeats the linting and cancelling POSTs, which change nothing the second time", async () => {
    const { client, seen } = await serve((_, count) =>
      count % 2 === 1 ? "reset" : { json: { valid: true } },
    );
    await client.pipelines.lint(1, "a: {script: b}");
    await client.pipelines.cancel(1, 2);
    expect(seen).toHaveLength(4);
  });

  it("finds a commit whose answer was lost by the branch's head", async () => {
    let made = false;
    const { client, seen } = await serve(({ method }) => {
      if (method === "POST") {
        made = true;
        return "reset";
      }
      return made ? { json: { commit: { id: "abc", message: "Try\n" } } } : { status: 404, json: {} };
    });
    const start = { branch: "main" };
    expect((await client.repository.commit(1, { branch: "b", start, message: "Try", actions: [] })).id).toBe(
      "abc",
    );
    expect(seen.filter((each) => each.method === "POST")).toHaveLength(1);
  });

  it("plays a job again where the lost request did not reach it", async () => {
    const { client, seen } = await serve(({ method }, count) =>
      method === "GET"
        ? { json: { id: 3, status: "manual" } }
        : count === 1
          ? "reset"
          : { json: { id: 3, status: "pending" } },
    );
    expect((await client.jobs.play(1, 3)).status).toBe("pending");
    expect(seen.map((each) => each.method)).toEqual(["POST", "GET", "POST"]);
  });
});

describe("errors, one line each", () => {
  it.each<[number, unknown, string, RegExp]>([
    [401, { message: "401 Unauthorized" }, "unauthorized", /expired or revoked: set GITLAB_TOKEN/],
    [403, { message: "403 Forbidden" }, "forbidden", /needs a higher role/],
    [403, { error: "insufficient_scope", scope: "api" }, "forbidden", /lacks the scope "api"/],
    [
      404,
      { message: "404 Project Not Found" },
      "not-found",
      /404 Project Not Found; it does not exist or the token cannot/,
    ],
    [409, { message: "already exists" }, "conflict", /409 to GET projects\/1: already exists/],
    [
      400,
      { message: { base: ["Missing CI config file"] } },
      "invalid",
      /400 to GET projects\/1: Missing CI config file$/,
    ],
    [400, { message: { title: ["can't be blank"] } }, "invalid", /title can't be blank/],
    [500, { message: "500 Internal Server Error" }, "unavailable", /try again later/],
  ])("%i %j", async (status, json, kind, message) => {
    const { client } = await serve(() => ({ status, json }));
    const error = await failure(client.projects.get(1));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n/);
  });

  it("says that nobody listens at the address", async () => {
    const { client, stop } = await serve(() => ({ json: {} }));
    await stop();
    open.pop();
    const error = await failure(client.projects.get(1));
    expect(error.message).toMatch(
      /^cannot connect to http:\/\/127.0.0.1:\d+ \(ECONNREFUSED\): check GITLAB_URL/,
    );
  });

  it("tells a web page from the API", async () => {
    const { client } = await serve(() => ({
      headers: { "content-type": "text/html" },
      text: "<html>Sign in",
    }));
    expect((await failure(client.projects.get(1))).message).toMatch(
      /web page where GitLab's API was expected/,
    );
  });

  it("does not turn a redirected POST into a GET", async () => {
    const { client, seen } = await serve(() => ({ status: 301, headers: { location: "/elsewhere" } }));
    const error = await failure(client.pipelines.lint(1, ""));
    expect(error.message).toMatch(/redirect to .*\/elsewhere: set GITLAB_URL/);
    expect(seen).toHaveLength(1);
  });

  it("gives up on a silent server, and stops at the signal", async () => {
    const controller = new AbortController();
    const { client } = await serve(() => "hang");
    setTimeout(() => controller.abort(), 50);
    expect((await failure(client.withSignal(controller.signal).projects.get(1))).kind).toBe("aborted");
  });

  it("reports GraphQL's errors, which come with status 200", async () => {
    const { client } = await serve(() => ({ json: { errors: [{ message: "Field 'x' doesn't exist" }] } }));
    expect((await failure(client.catalog.resources())).message).toMatch(/Field 'x' doesn't exist/);
  });
});

describe("the token", () => {
  it("is in no error, no event and no cause, even where the server or the address repeats it", async () => {
    const events: RequestEvent[] = [];
    const { client } = await serve(() => ({ status: 400, json: { message: `bad token ${token}` } }), "", {
      observe: (event) => events.push(event),
    });
    const error = await failure(client.projects.get(token));
    const everything = JSON.stringify([
      error,
      error.message,
      error.stack,
      error.cause,
      error.reasons,
      events,
    ]);
    expect(everything).toContain("[token]");
    expect(everything).not.toContain(token);
  });

  it("is not sent to another host that an answer redirects to", async () => {
    const store = await startScriptedServer(() => ({ text: "archive" }));
    open.push(store);
    const { client } = await serve(() => ({
      status: 302,
      headers: { location: `${store.address}/bucket/a.zip?signature=1` },
    }));
    const folder = await mkdtemp(join(tmpdir(), "berth-test-"));
    expect(await client.jobs.downloadArtifacts(1, 2, join(folder, "artifacts.zip"))).toBe(true);
    expect(await readFile(join(folder, "artifacts.zip"), "utf8")).toBe("archive");
    expect(await readdir(folder)).toEqual(["artifacts.zip"]);
    await rm(folder, { recursive: true });
    expect(store.seen[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    [{}, /^no GitLab token: set GITLAB_TOKEN to an access token with the scope api/],
    [{ GITLAB_TOKEN: " " }, /^no GitLab token/],
    [{ GITLAB_TOKEN: "a b" }, /white space/],
    [{ GITLAB_TOKEN: "a", GITLAB_URL: "https://user:pass@example.com" }, /has a user or password/],
    [{ GITLAB_TOKEN: "a", GITLAB_URL: "ftp://example.com" }, /must be an address like/],
  ])("is read from the environment: %j", (env, message) => {
    expect(() => openGitlab({ env })).toThrow(message);
  });

  it.each([
    [{ GITLAB_URL: "gitlab.example.com" }, "https://gitlab.example.com"],
    [{ GITLAB_URL: "https://example.com/gitlab/" }, "https://example.com/gitlab"],
    [{ GITLAB_URL: "https://example.com/gitlab/api/v4/" }, "https://example.com/gitlab"],
    [{ CI_SERVER_URL: "http://ci.example.com:8080" }, "http://ci.example.com:8080"],
    [{}, "https://gitlab.com"],
  ])("goes to the address of %j", (env, address) => {
    expect(openGitlab({ env: { GITLAB_TOKEN: "a", ...env } }).address).toBe(address);
  });

  it("refuses an authority file that is none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-test-"));
    await writeFile(join(folder, "ca.pem"), "not a certificate");
    const env = {
      GITLAB_TOKEN: "a",
      GITLAB_URL: "https://127.0.0.1:1",
      GITLAB_CA_FILE: join(folder, "ca.pem"),
    };
    await expect(openGitlab({ env }).projects.get(1)).rejects.toThrow(/holds no certificate in PEM form/);
    await rm(folder, { recursive: true });
  });
});

describe("pages", () => {
  const numbers = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: from + index }));

  it("follow the next link, of whose host only the query is believed", async () => {
    const { client, seen } = await serve(({ url }) =>
      url.includes("cursor=two")
        ? {
            json: numbers(100, 5),
            headers: { link: '<https://internal.example/api?cursor=first>; rel="first"' },
          }
        : {
            json: numbers(0, 100),
            headers: { link: '<https://internal.example/other/jobs?per_page=100&cursor=two>; rel="next"' },
          },
    );
    expect(await client.pipelines.jobs(1, 2)).toHaveLength(105);
    expect(seen[1]?.url).toBe("/api/v4/projects/1/pipelines/2/jobs?per_page=100&cursor=two");
  });

  it("go on by number without a link, and without any header while pages are full", async () => {
    const { client } = await serve(({ url }, count) => {
      const page = Number(/[?&]page=(\d+)/.exec(url)?.[1] ?? 1);
      const headers: Record<string, string> = count <= 1 ? { "x-next-page": "2" } : {};
      return { json: page < 3 ? numbers(page * 100, 100) : numbers(300, 1), headers };
    });
    expect(await client.pipelines.jobs(1, 2)).toHaveLength(201);
  });

  it("count an item once that moved to the next page meanwhile", async () => {
    const { client } = await serve((_, count) =>
      count === 1
        ? { json: numbers(0, 100), headers: { "x-next-page": "2" } }
        : { json: numbers(98, 10), headers: { "x-next-page": "" } },
    );
    expect(await client.pipelines.jobs(1, 2)).toHaveLength(108);
  });

  it("are not read for ever where they go round in a circle", async () => {
    const { client } = await serve(() => ({
      json: numbers(0, 1),
      headers: { link: '<http://h/?page=2>; rel="next"' },
    }));
    expect((await failure(client.pipelines.jobs(1, 2))).message).toMatch(/circle/);
  });
});

describe("traces", () => {
  it("are given bit by bit, whole characters only, also where an answer is shorter than the one before", async () => {
    const bodies = ["one\n", "one\n\u{1f680}".slice(0, 4), "", "one\ntwo €\n"];
    let turn = 0;
    const { client } = await serve(() => ({ text: bodies[Math.min(turn, bodies.length - 1)] ?? "" }));
    const reader = client.jobs.traceReader(1, 2);
    const read: string[] = [];
    for (; turn < bodies.length; turn += 1) read.push(await reader.read());
    expect(read).toEqual(["one\n", "", "", "two €\n"]);
  });
});

async function serve(
  script: (request: SeenRequest, count: number) => ScriptedAnswer,
  subPath = "",
  options: { observe?: (event: RequestEvent) => void; horizon?: number } = {},
) {
  const server = await startScriptedServer(script);
  open.push(server);
  const env = { GITLAB_TOKEN: token, GITLAB_URL: server.address + subPath };
  const client = openGitlab({ env, pause: 1, attempts: 4, perSecond: 1000, ...options });
  return { ...server, client };
}

async function failure(promise: Promise<unknown>): Promise<GitlabError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GitlabError);
  return error as GitlabError;
}
