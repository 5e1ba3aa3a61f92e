import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Jobs } from "@gitbeaker/rest";
import type { Response } from "undici";
import type { Area } from "./area.ts";
import { errorOfPage, isGitlabError } from "./errors.ts";
import type { Job } from "./records.ts";
import { settle } from "./settle.ts";

/** Jobs: their state, traces and artifacts. */
export class JobOperations {
  private readonly area: Area;

  constructor(area: Area) {
    this.area = area;
  }

  async get(project: string | number, id: number): Promise<Job> {
    return this.area.read(new Jobs(this.area.resource).show(project, id));
  }

  /** Starts a manual job, once; GitLab refuses to play one that was played. */
  async play(
    project: string | number,
    id: number,
    variables: readonly { key: string; value: string }[] = [],
  ): Promise<Job> {
    const jobs = new Jobs(this.area.resource);
    const options = variables.length > 0 ? { jobVariablesAttributes: variables } : {};
    return settle<Job>(this.area.connection, {
      send: () => this.area.read(jobs.play(project, id, options as never)),
      find: async () => {
        const job = await this.get(project, id);
        return job.status === "manual" ? undefined : job;
      },
      sendAgain: true,
    });
  }

  /** A reader that gives of a job's trace, each time, what was added since. */
  traceReader(project: string | number, id: number): TraceReader {
    return new TraceReader(this.area, `api/v4/projects/${encodeURIComponent(project)}/jobs/${id}/trace`);
  }

  /**
   * Downloads the job's artifacts archive (zip) to `file`, which appears only when it is whole.
   * Returns false where the job has none.
   */
  async downloadArtifacts(project: string | number, id: number, file: string): Promise<boolean> {
    return this.download(`api/v4/projects/${encodeURIComponent(project)}/jobs/${id}/artifacts`, file);
  }

  private async download(path: string, file: string): Promise<boolean> {
    const beside = `${file}.part`;
    try {
      await this.area.connection.send({ method: "GET", path, timeout: 600_000 }, async (answer) => {
        refusePage(answer);
        if (answer.body === null) return;
        await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(beside, { mode: 0o600 }));
      });
      await rename(beside, file);
      return true;
    } catch (error) {
      await rm(beside, { force: true });
      if (isGitlabError(error, "not-found")) return false;
      throw error;
    }
  }
}

/**
 * Reads a trace bit by bit. GitLab sends the whole trace each time and knows no ranges
 * (https://gitlab.com/gitlab-org/gitlab/-/issues/30391), so the reader remembers how many bytes it has given.
 */
export class TraceReader {
  private readonly area: Area;
  private readonly path: string;
  private readonly decoder = new TextDecoder();
  private given = 0;

  constructor(area: Area, path: string) {
    this.area = area;
    this.path = path;
  }

  /**
   * What was added since the last call. A character that is cut in two is given when it is whole. A trace that is
   * shorter than before (its end is still on its way to the object store) adds nothing.
   */
  async read(): Promise<string> {
    const bytes = await this.area.connection.send({ method: "GET", path: this.path }, async (answer) => {
      refusePage(answer);
      return Buffer.from(await answer.arrayBuffer());
    });
    const added = bytes.subarray(this.given);
    this.given += added.length;
    return this.decoder.decode(added, { stream: true });
  }
}

/** A page to sign in at, of a proxy or of GitLab itself, comes with the status of a success. @throws GitlabError */
function refusePage({ headers, url, status }: Response): void {
  if (headers.get("content-type")?.startsWith("text/html")) throw errorOfPage(url, status);
}
