import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { Repository } from "../git/repository.ts";
import type { PipelineUser, ProjectIdentity } from "../pipelines/predefined.ts";

/** The project that somebody works on, as it lies on this machine. It is read, never written. */
export interface WorkTree {
  /** Its top folder. */
  readonly folder: string;
  /** A short name that no other folder has; safe as the name of a file. */
  readonly key: string;
  /** Undefined where the folder is in no git repository. */
  readonly repository: Repository | undefined;
  /** SHA of HEAD; undefined before the first commit. */
  readonly head: string | undefined;
  /** The branch that is checked out. */
  readonly branch: string | undefined;
  readonly defaultBranch: string;
  /** Where `origin` leads, as a project on a server. */
  readonly origin: ProjectIdentity | undefined;
  readonly user: PipelineUser;
}

/** Servers that have many projects and no GitLab. */
const otherServers = ["github.com", "bitbucket.org", "codeberg.org"];

/** Looks at the project around a folder. */
export async function openWorkTree(cwd: string): Promise<WorkTree> {
  const found = new Repository(cwd);
  const root = await found.root().catch(() => undefined);
  const folder = root ?? (await realpath(cwd));
  const repository = root === undefined ? undefined : new Repository(root);
  const [head, branch, remote] = await Promise.all([
    repository?.commit().catch(() => undefined),
    repository?.branch(),
    repository?.remote(),
  ]);
  return {
    folder,
    key: keyOf(folder),
    repository,
    head,
    branch,
    defaultBranch: await defaultBranchOf(repository, branch),
    origin: remote === undefined ? undefined : projectAt(remote),
    user: await userOf(repository),
  };
}

/** The project that an address of git leads to; undefined for a folder. `git@host:group/app.git`, `https://host/group/app`, `ssh://…`. */
export function projectAt(address: string): ProjectIdentity | undefined {
  const scp = /^(?:[^@/:]+@)?(?<host>[^/:]+):(?!\/\/)(?<path>[^/].*)$/.exec(address);
  const url = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(?<host>[^/:]+)(?::\d+)?\/(?<path>.+)$/.exec(address);
  const { host, path } = (url ?? scp)?.groups ?? {};
  const full = path?.replace(/\/+$/, "").replace(/\.git$/, "");
  if (host === undefined || full === undefined || !full.includes("/")) return undefined;
  return { path: full, server: otherServers.includes(host) ? "gitlab.com" : host };
}

async function defaultBranchOf(
  repository: Repository | undefined,
  branch: string | undefined,
): Promise<string> {
  const known = await repository?.defaultBranchOfOrigin();
  if (known !== undefined) return known;
  const names = new Set((await repository?.references())?.map(({ name }) => name));
  const usual = ["main", "master"].find((name) => names.has(`refs/heads/${name}`));
  return usual ?? branch ?? "main";
}

async function userOf(repository: Repository | undefined): Promise<PipelineUser> {
  const name = (await repository?.setting("user.name")) ?? "Berth";
  const email = (await repository?.setting("user.email")) ?? "berth@example.com";
  return { name, email, login: email.split("@")[0] ?? "berth" };
}

function keyOf(folder: string): string {
  const name = basename(folder).replace(/[^A-Za-z0-9._-]+/g, "_") || "project";
  return `${name.slice(0, 60)}-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
}
