import { basename } from "node:path";
import { type CollectedFile, type CollectOptions, collectFiles } from "./collected-files.ts";
import type { KeptWhen, RunnerArtifact } from "./job.ts";
import { colour, type OutputStream } from "./trace.ts";
import type { JobVariables } from "./variables.ts";

/** One upload of a job: what it holds, still in the job's project. */
export interface Upload {
  /** `archive`, or the kind of report (`junit`, `dotenv`). */
  readonly type: string;
  readonly format: "zip" | "gzip" | "raw";
  readonly filename: string;
  readonly expireIn: string | undefined;
  /** Where the files are until the job ends. */
  readonly folder: string;
  readonly files: readonly CollectedFile[];
}

/** Takes an upload; throws in words where it is refused. */
export type Uploader = (upload: Upload) => Promise<void>;

/** What a job that ended so keeps. */
export function isKept(when: KeptWhen | undefined, passed: boolean): boolean {
  return when === "always" || (when === "on_failure") !== passed;
}

/** What the uploads of a job are made with. */
export interface UploadRequest extends Omit<CollectOptions, "say" | "warn"> {
  readonly variables: JobVariables;
  readonly upload: Uploader;
  readonly output: OutputStream;
}

/** The artifacts that a job which ended so uploads; those that name no files are none. */
export function wantedArtifacts(
  artifacts: readonly RunnerArtifact[] | undefined,
  passed: boolean,
): readonly RunnerArtifact[] {
  return (artifacts ?? []).filter(
    ({ when, paths = [], exclude = [], untracked }) =>
      isKept(when, passed) && (paths.length > 0 || exclude.length > 0 || untracked === true),
  );
}

/** Uploads artifacts one after the other. Returns false where one was refused: the job fails then. */
export async function uploadArtifacts(
  artifacts: readonly RunnerArtifact[],
  request: UploadRequest,
): Promise<boolean> {
  for (const artifact of artifacts) if (!(await uploadOne(artifact, request))) return false;
  return true;
}

async function uploadOne(artifact: RunnerArtifact, request: UploadRequest): Promise<boolean> {
  const { variables, output, upload, project } = request;
  const write = (text: string) => output.write(`${text}\n`);
  const say = (text: string) => write(`${text}${colour.reset} `);
  const warn = (text: string) => say(`${colour.yellow}WARNING: ${text}`);
  const expand = (texts: readonly string[] = []) => texts.map((each) => variables.expand(each));
  write(`${colour.green}Uploading artifacts...${colour.reset}`);
  const selection = {
    paths: expand(artifact.paths),
    exclude: expand(artifact.exclude),
    untracked: artifact.untracked ?? false,
  };
  const files = await collectFiles(selection, { ...request, say, warn });
  if (files.length === 0) {
    say(`${colour.red}ERROR: No files to upload`);
    return true;
  }
  if (files.some(({ path }) => path === ".git" || path.startsWith(".git/"))) {
    warn("Part of .git directory is on the list of files to archive");
    warn("This may introduce unexpected problems");
  }
  const type = artifact.artifact_type ?? "archive";
  const format = artifact.artifact_format ?? "zip";
  const filename = filenameOf(variables.expand(artifact.name ?? ""), format);
  try {
    refuseWhatHasNoForm(format, files);
    await upload({ type, format, filename, expireIn: artifact.expire_in, folder: project, files });
    write(`Uploading artifacts as "${type}" to coordinator... 201 Created${colour.reset}`);
    return true;
  } catch (error) {
    say(
      `${colour.red}ERROR: Uploading artifacts as "${type}" to coordinator... error: ${(error as Error).message}`,
    );
    return false;
  }
}

function filenameOf(name: string, format: Upload["format"]): string {
  const base = basename(name);
  const known = base === "" || base === "." ? "artifacts" : base;
  return `${known}${{ zip: ".zip", gzip: ".gz", raw: "" }[format]}`;
}

function refuseWhatHasNoForm(format: Upload["format"], files: readonly CollectedFile[]): void {
  if (format === "raw" && files.length > 1) throw new Error("only one file can be sent as raw");
  const odd = format === "gzip" ? files.find(({ kind }) => kind !== "file") : undefined;
  if (odd) throw new Error(`the "${odd.path}" is not a regular file`);
}
