import { spawn } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { basename, dirname } from "node:path";
import { git } from "./git.ts";
import type { ServerProject } from "./project.ts";
import type { Answer } from "./routes/index.ts";
import type { ServerState } from "./state.ts";
import { roles, tokenOf } from "./tokens.ts";

/** The repository's part of a path for git: `/group/app.git/info/refs`. Undefined for all other paths. */
export function gitPath(path: string): { readonly project: string; readonly rest: string } | undefined {
  const match = /^\/(.+?)\.git(\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD))$/.exec(path);
  return match?.[1] && match[2] ? { project: match[1], rest: match[2] } : undefined;
}

/**
 * Git's own server for HTTP over a project's repository (git docs, git-http-backend), let in as GitLab does: by a token as the
 * password of any user; pushes need the role Developer. A job token may read. What a push changes starts pipelines.
 */
export async function answerGit(
  state: ServerState,
  { project: path, rest }: { readonly project: string; readonly rest: string },
  incoming: IncomingMessage,
  url: URL,
  body: Buffer,
): Promise<Answer> {
  const token = tokenOf(incoming.headers);
  const reads =
    token && (token.kind === "job" || token.scopes.some((scope) => ["api", "granular"].includes(scope)));
  if (!reads)
    return {
      status: 401,
      text: "HTTP Basic: Access denied.\n",
      headers: { "www-authenticate": 'Basic realm="GitLab"' },
    };
  const project = state.projects.find((each) => each.path === path && !each.hidden);
  if (!project) return { status: 404, text: "The project you were looking for could not be found.\n" };
  const pushes = rest === "/git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const role = project.readOnly ? roles.reporter : token.role;
  if (pushes && (role < roles.developer || token.kind === "job" || project.archived))
    return { status: 403, text: "You are not allowed to push code to this project.\n" };
  const before = refsOf(project);
  const answer = await backend(project, rest, incoming, url, body);
  if (rest === "/git-receive-pack") tellPush(state, project, before);
  return answer;
}

/** What GitLab does after a push: for each branch and tag that is new or moved. */
function tellPush(state: ServerState, project: ServerProject, before: ReadonlyMap<string, string>): void {
  for (const [ref, sha] of refsOf(project)) {
    const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
    if (name !== undefined && before.get(ref) !== sha) state.afterPush(project, name, kind === "tags");
  }
}

function refsOf({ folder }: ServerProject): Map<string, string> {
  const lines = git(folder, ["for-each-ref", "--format=%(refname) %(objectname)"]).split("\n");
  return new Map(lines.filter(Boolean).map((line) => line.split(" ") as [string, string]));
}

/** One run of the CGI program: headers, an empty line, the body. */
async function backend(
  project: ServerProject,
  rest: string,
  { method = "GET", headers }: IncomingMessage,
  url: URL,
  body: Buffer,
): Promise<Answer> {
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...{
        PATH: process.env.PATH,
        LC_ALL: "C.UTF-8",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
      },
      ...{ GIT_PROJECT_ROOT: dirname(project.folder), GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: "root" },
      PATH_INFO: `/${basename(project.folder)}${rest}`,
      REQUEST_METHOD: method,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers["content-type"] ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    },
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const output = Buffer.concat(chunks);
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString("latin1").split("\r\n");
  const given = Object.fromEntries(
    lines.map((line) => [line.split(": ")[0]?.toLowerCase() ?? "", line.replace(/^[^:]*: /, "")]),
  );
  const { status = "200", ...others } = given;
  return { status: Number.parseInt(status, 10), bytes: output.subarray(end + 4), headers: others };
}
