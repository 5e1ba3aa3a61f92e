import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Planned, planPipeline } from "../../pipelines/plan-pipeline.ts";
import type { PipelineResult } from "../../pipelines/result.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";

/** A session for pipelines that are only expanded: files in memory, no repository, nothing to clean up. */
export class ExpansionSession implements SmokeSession {
  private readonly files: Record<string, string>;
  private readonly name: string;

  private constructor(files: Record<string, string>, name: string) {
    this.files = files;
    this.name = name;
  }

  /** The project's files with the component project's templates among them. */
  static async open(
    project: string | undefined,
    components: string,
    name: string,
  ): Promise<ExpansionSession> {
    const files = project === undefined ? {} : await readFiles(project);
    const templates = await readFiles(join(components, "templates"));
    for (const [path, text] of Object.entries(templates)) files[`templates/${path}`] = text;
    return new ExpansionSession(files, name);
  }

  async run({ changes = {}, ...request }: PipelineRequest): Promise<SmokePipeline> {
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) delete this.files[path];
      else this.files[path] = text;
    }
    const { source = "push", ref = "main", tag = false, variables = [], inputs } = request;
    const sha = "e".repeat(40);
    const identity = {
      project: { path: `smoke/${this.name}`, server: "gitlab.example.com" },
      trigger: { source, ref, tag, defaultBranch: "main" },
      commit: {
        sha,
        beforeSha: "0".repeat(40),
        timestamp: new Date().toISOString(),
        message: request.message ?? "Smoke run",
        author: "Smoke <smoke@example.com>",
      },
      pipelineId: 1,
    };
    return unrun(planPipeline({ identity, files: this.files, variables, inputs }), sha);
  }

  refName(ref: string | undefined): string {
    return ref ?? "main";
  }

  async close(): Promise<void> {
    // There is nothing to remove.
  }
}

/** As GitLab's linter sees it: whether rules would let a job into this very pipeline does not matter. */
export function unrun({ expansion, ...planned }: Planned, sha: string): SmokePipeline {
  const errors = expansion?.errors ?? ("errors" in planned ? planned.errors : []);
  const created = errors.length === 0;
  const result: PipelineResult = {
    created,
    errors,
    warnings: planned.warnings,
    state: created ? "expanded" : "refused",
    jobs: [],
    seconds: 0,
    config: expansion?.config,
  };
  return { result, sha, play: () => Promise.reject(new Error("nothing ran: there is nothing to play")) };
}

async function readFiles(folder: string): Promise<Record<string, string>> {
  const litter = [".git", "node_modules", "venv", ".venv", "__pycache__"];
  const files: Record<string, string> = {};
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (litter.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isFile()) files[entry.name] = await readFile(path, "utf8");
    if (!entry.isDirectory()) continue;
    for (const [name, text] of Object.entries(await readFiles(path))) files[`${entry.name}/${name}`] = text;
  }
  return files;
}
