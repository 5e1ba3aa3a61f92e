import { createHash } from "node:crypto";
import { parseAllDocuments } from "yaml";
import { embedTemplates } from "../embed/regions.ts";

/** One template of a commit, held against the scripts of the same commit. */
export interface VerifiedTemplate {
  readonly file: string;
  /** Of the template as it is in the commit. */
  readonly sha256: string;
  /** The scripts that its regions name; none where it has no region. */
  readonly scripts: readonly string[];
  /** Commands that are in no region, as `job: command`: they come from no script, so whoever trusts the template reads them. */
  readonly own: readonly string[];
  /** The first line, counted from 1, that is not as the scripts make it; undefined where every line is. */
  readonly differsAt?: number;
}

/** The files that a verdict needs: components' templates, and every text file of the commit by its path. */
export type CommitFiles = ReadonlyMap<string, string>;

/**
 * Makes the marked regions of a commit's templates anew from its scripts, and compares. Nothing of the commit is run.
 * @throws EmbedError with file and line where a region or a script cannot be read
 */
export function verifyTemplates(files: CommitFiles): VerifiedTemplate[] {
  const components = [...files.keys()].filter((path) =>
    /^templates\/([^/]+|[^/]+\/template)\.yml$/.test(path),
  );
  const templates = components.toSorted().map((file) => ({ file, text: files.get(file) ?? "" }));
  return embedTemplates(templates, (path) => files.get(path)).map(({ file, before, text, scripts }) => ({
    file,
    sha256: createHash("sha256").update(before).digest("hex"),
    scripts,
    own: commandsOutside(before),
    ...(before !== text && { differsAt: firstDifference(before, text) }),
  }));
}

function firstDifference(one: string, other: string): number {
  const [lines, others] = [one.split("\n"), other.split("\n")];
  const index = lines.findIndex((line, at) => line !== others[at]);
  return (index < 0 ? lines.length : index) + 1;
}

/** The commands of a template's jobs with the marked regions taken out. What YAML cannot read has none: GitLab cannot run it either. */
function commandsOutside(template: string): string[] {
  const text = template.replaceAll(/^( *# berth (?:embed: .*|parts)\n)[\s\S]*?^( *# berth end)/gm, "$1$2");
  const reference = { tag: "!reference", collection: "seq" as const };
  const body = parseAllDocuments(text, { logLevel: "silent", customTags: [reference] }).at(-1);
  // biome-ignore lint/suspicious/noExplicitAny: whatever a file holds
  const jobs: Readonly<Record<string, any>> | undefined = body && "toJS" in body ? body.toJS() : undefined;
  // The keywords also count at the top, and in `default`, which looks like a job.
  return [["", jobs] as const, ...Object.entries(jobs ?? {})].flatMap(([name, job]) =>
    [
      job?.before_script,
      job?.script,
      job?.after_script,
      job?.run,
      job?.hooks?.pre_get_sources_script,
    ].flatMap((commands: unknown) =>
      (commands === undefined || commands === null ? [] : [commands].flat(9)).map(
        (each) => `${name}: ${typeof each === "string" ? each : JSON.stringify(each)}`,
      ),
    ),
  );
}
