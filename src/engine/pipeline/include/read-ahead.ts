import type { FileTree, ProjectAt, RemoteAnswer, Sources, VersionProblem } from "./sources.ts";

/** The files of one project at one commit, read through promises. */
export interface SlowTree {
  read(path: string): Promise<string | undefined>;
  paths(): Promise<readonly string[]>;
}

/** A project at a commit, read through promises. */
export interface SlowProject {
  readonly sha: string;
  readonly tree: SlowTree;
  /** The version in the catalog, null or missing for branches, SHAs and projects outside it. */
  readonly version?: string | null;
}

/** What `include` may reach, where reaching takes time: git, a server. Every function answers undefined for what is not there. */
export interface SlowSources {
  readonly project?: (path: string, ref: string) => Promise<SlowProject | "missing_ref" | undefined>;
  readonly component?: (
    project: string,
    version: string,
  ) => Promise<SlowProject | VersionProblem | undefined>;
  readonly remote?: (url: string) => Promise<RemoteAnswer>;
  readonly changesSince?: (ref: string) => Promise<readonly string[] | "missing_ref" | undefined>;
  readonly template?: (name: string) => Promise<string | undefined>;
}

/**
 * Runs work of the engine, which cannot wait, over sources that take time. Whenever it meets an answer that is not there yet,
 * it is stopped, the answer is fetched, and it is run again: each answer is fetched once.
 */
export function withSlowSources<Result>(
  local: ProjectAt,
  slow: SlowSources,
  work: (sources: Sources) => Result,
): Promise<Result> {
  return workerOver(local, slow)(work);
}

/** The same for several pieces of work: what one has fetched, the next ones have at once. */
export function workerOver(
  local: ProjectAt,
  slow: SlowSources,
): <Result>(work: (sources: Sources) => Result) => Promise<Result> {
  const sources = new Answers().sources(local, slow);
  return async (work) => {
    for (;;) {
      try {
        return work(sources);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        await error.fetch();
      }
    }
  };
}

/** Thrown through the engine: an answer is needed that was not fetched yet. */
class Missing extends Error {
  readonly fetch: () => Promise<void>;
  constructor(fetch: () => Promise<void>) {
    super("an answer is not there yet");
    this.fetch = fetch;
  }
}

class Answers {
  readonly #known = new Map<string, unknown>();
  readonly #trees = new Map<SlowTree, FileTree>();

  sources(local: ProjectAt, slow: SlowSources): Sources {
    const { project, component, remote, changesSince, template } = slow;
    return {
      local,
      ...(project && {
        project: (path: string, ref: string) => {
          const found = this.#get(`project ${path} ${ref}`, () => project(path, ref));
          return typeof found === "object" ? this.#fast(path, found) : found;
        },
      }),
      ...(component && {
        component: (path: string, version: string) => {
          const found = this.#get(`component ${path} ${version}`, () => component(path, version));
          if (typeof found !== "object") return found;
          return { ...this.#fast(path, found), version: found.version ?? null };
        },
      }),
      ...(remote && { remote: (url: string) => this.#get(`remote ${url}`, () => remote(url)) }),
      ...(changesSince && {
        changesSince: (ref: string) => this.#get(`changes ${ref}`, () => changesSince(ref)),
      }),
      ...(template && { template: (name: string) => this.#get(`template ${name}`, () => template(name)) }),
    };
  }

  #fast(project: string, { sha, tree }: SlowProject): ProjectAt {
    let fast = this.#trees.get(tree);
    if (fast === undefined) {
      const prefix = `${project} ${sha}`;
      fast = {
        read: (path) => this.#get(`file ${prefix} ${path}`, () => tree.read(path)),
        paths: () => this.#get(`paths ${prefix}`, () => tree.paths()),
      };
      this.#trees.set(tree, fast);
    }
    return { project, sha, tree: fast };
  }

  #get<Value>(key: string, fetch: () => Promise<Value>): Value {
    if (this.#known.has(key)) return this.#known.get(key) as Value;
    throw new Missing(async () => {
      this.#known.set(key, await fetch());
    });
  }
}
