import { type DocumentedComponent, isRecord, type JobRecord } from "./component.ts";
import { code, table } from "./markdown.ts";
import type { Words } from "./words.ts";

/** The table of what a component's jobs leave behind: artifacts, reports, variables, environments, coverage. */
export function outputsTable({ jobs }: DocumentedComponent, words: Words): string {
  const { job, stage, gives, nothing } = words.headings;
  return table(
    [job, stage, gives],
    [...jobs()].map(([name, keywords]) => [
      code(name),
      code(String(keywords.stage ?? "test")),
      outputsOf(keywords, words).join("; ") || nothing,
    ]),
  );
}

function outputsOf(job: JobRecord, { headings }: Words): string[] {
  const artifacts = isRecord(job.artifacts) ? job.artifacts : {};
  const reports = isRecord(artifacts.reports) ? artifacts.reports : {};
  const outputs = texts(artifacts.paths).map((path) => `${headings.file} ${code(path)}`);
  for (const [kind, value] of Object.entries(reports)) {
    const name =
      kind === "dotenv"
        ? headings.variables
        : `${headings.report} ${kind.replace(/_report$/, "").replaceAll("_", " ")}`;
    outputs.push(`${name} ${reportFiles(value).map(code).join(", ")}`);
  }
  if (outputs.length > 0 && typeof artifacts.expire_in === "string")
    outputs[outputs.length - 1] += `, ${headings.kept} ${artifacts.expire_in}`;
  if (job.coverage !== undefined) outputs.push(headings.coverage);
  const environment = environmentOf(job.environment);
  if (environment) outputs.push(`${headings.environment} ${environment}`);
  return outputs;
}

/** Only a job that starts or stops an environment makes one (https://docs.gitlab.com/ci/yaml/#environmentaction). */
function environmentOf(value: unknown): string | undefined {
  if (typeof value === "string") return code(value);
  if (!isRecord(value) || typeof value.name !== "string") return undefined;
  if (!["start", "stop", undefined].includes(value.action as string | undefined)) return undefined;
  return typeof value.url === "string" ? `${code(value.name)} (${code(value.url)})` : code(value.name);
}

function reportFiles(value: unknown): string[] {
  return isRecord(value) ? texts(value.path) : texts(value);
}

function texts(value: unknown): string[] {
  return [value].flat().filter((each): each is string => typeof each === "string");
}
