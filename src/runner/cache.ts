import { createHash, randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isKept } from "./artifacts.ts";
import { type CollectOptions, collectFiles } from "./collected-files.ts";
import { copyFiles, entriesBelow } from "./file-tree.ts";
import type { RunnerCache, RunnerJob } from "./job.ts";
import { colour, type OutputStream } from "./trace.ts";
import type { JobVariables } from "./variables.ts";

/** What a job's caches are kept with. */
export interface CacheRequest extends Omit<CollectOptions, "say" | "warn"> {
  readonly job: RunnerJob;
  readonly variables: JobVariables;
  /** The caches of the project: a folder for each key. */
  readonly folder: string;
  readonly output: OutputStream;
}

/** The caches of a job that name something. */
export function namedCaches({ cache = [] }: RunnerJob): readonly RunnerCache[] {
  return cache.filter(({ paths = [], untracked }) => paths.length > 0 || untracked === true);
}

/** Those that a job which ended so keeps. */
export function keptCaches(job: RunnerJob, passed: boolean): readonly RunnerCache[] {
  return namedCaches(job).filter(({ when }) => isKept(when, passed));
}

/** Brings the job's caches, each by its key, else by its fallback keys. A missing one is no failure. */
export async function restoreCaches(request: CacheRequest): Promise<void> {
  for (const cache of namedCaches(request.job)) await restoreOne(cache, request);
}

/** Keeps caches of a job, in place of what was kept under the same keys. */
export async function saveCaches(caches: readonly RunnerCache[], request: CacheRequest): Promise<void> {
  for (const cache of caches) await saveOne(cache, request);
}

async function restoreOne(cache: RunnerCache, request: CacheRequest): Promise<void> {
  const { variables, output, project } = request;
  const notice = noticeTo(output);
  const key = keyOf(cache, request);
  if (key === "") return notice("Skipping cache extraction due to empty cache key");
  if (!allows(cache, variables, "pull")) return notice(`Not downloading cache ${key} due to policy`);
  for (const each of [key, ...fallbackKeys(cache, variables)]) {
    notice(`Checking cache for ${each}...`);
    const kept = join(request.folder, folderName(each));
    if (await isThere(join(kept, "saved"))) {
      await copyFiles(await entriesBelow(join(kept, "files")), join(kept, "files"), project);
      return notice("Successfully extracted cache");
    }
    output.write(`${colour.yellow}WARNING: Cache file does not exist${colour.reset} \n`);
    output.write(`${colour.yellow}Failed to extract cache${colour.reset}\n`);
  }
}

function fallbackKeys(cache: RunnerCache, variables: JobVariables): string[] {
  const own = (cache.fallback_keys ?? []).map((each) => variables.expand(each));
  const general = variables.get("CACHE_FALLBACK_KEY").replace(/[ /\\.]+$/, "");
  // Reserved: caches of protected branches have keys that end so.
  return [...own, general.endsWith("-protected") ? "" : general].filter(Boolean);
}

async function saveOne(cache: RunnerCache, request: CacheRequest): Promise<void> {
  const { variables, output, project } = request;
  const notice = noticeTo(output);
  const key = keyOf(cache, request);
  if (key === "") return notice("Skipping cache archiving due to empty cache key");
  if (!allows(cache, variables, "push")) return notice(`Not uploading cache ${key} due to policy`);
  notice(`Creating cache ${key}...`);
  const say = (text: string) => output.write(`${text}${colour.reset} \n`);
  const files = await collectFiles(
    {
      paths: (cache.paths ?? []).map((each) => variables.expand(each)),
      exclude: [],
      untracked: cache.untracked ?? false,
    },
    { ...request, say, warn: (text) => say(`${colour.yellow}WARNING: ${text}`) },
  );
  const kept = join(request.folder, folderName(key));
  const savedMs = (await stat(join(kept, "saved")).catch(() => undefined))?.mtimeMs;
  if (savedMs !== undefined && files.every(({ modifiedMs }) => modifiedMs <= savedMs)) {
    say("Archive is up to date!");
    return notice("Created cache");
  }
  try {
    await replace(kept, (folder) => copyFiles(files, project, join(folder, "files")));
    notice("Created cache");
  } catch (error) {
    say(`${colour.red}ERROR: ${(error as Error).message}`);
    output.write(`${colour.yellow}Failed to create cache${colour.reset}\n`);
  }
}

/** Whole or not at all, whatever happens in between; the last of two jobs that save at the same time wins. */
async function replace(kept: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const fresh = `${kept}.${randomBytes(6).toString("hex")}`;
  const old = `${fresh}.old`;
  try {
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    await fill(fresh);
    await writeFile(join(fresh, "saved"), "");
    await rename(kept, old).catch(() => undefined);
    await rename(fresh, kept);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** The key with its variables; without one the job's name and ref. */
function keyOf({ key = "" }: RunnerCache, { job, variables }: CacheRequest): string {
  return key === "" ? `${job.job_info.name}/${job.git_info.ref}` : variables.expand(key);
}

/** A key as the name of a folder: no key leads out of the cache's folder, whatever is in it. */
function folderName(key: string): string {
  const name = encodeURIComponent(key).replace(/^\.+$/, (dots) => "%2E".repeat(dots.length));
  return name.length <= 200 ? name : createHash("sha256").update(key).digest("hex");
}

/** @throws Error in the runner's words where the policy is none. */
function allows({ policy = "" }: RunnerCache, variables: JobVariables, wanted: "pull" | "push"): boolean {
  const given = variables.expand(policy);
  if (given === "" || given === "pull-push") return true;
  if (given === "pull" || given === "push") return given === wanted;
  throw new Error(`unknown cache policy ${given}`);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function noticeTo(output: OutputStream): (text: string) => void {
  return (text) => output.write(`${colour.green}${text}${colour.reset}\n`);
}
