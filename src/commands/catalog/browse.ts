import { UsageError } from "../../base/usage-error.ts";
import {
  type CatalogResource,
  type CatalogVersion,
  type GitlabClient,
  openGitlab,
} from "../../gitlab/index.ts";
import type { ExitCode, Surroundings } from "../command.ts";

interface BrowseOptions {
  readonly search?: string;
  readonly json?: boolean;
}

/** A project of the catalog; with the versions where they were asked for. */
interface Browsed extends CatalogResource {
  readonly versions?: readonly CatalogVersion[];
}

/** Prints the catalog's projects, the components of a group, or the versions and inputs of a project. */
export async function browse(
  path: string | undefined,
  options: BrowseOptions,
  { env, signal, stdout, stderr }: Surroundings,
): Promise<ExitCode> {
  const gitlab = openGitlab({ env, signal });
  const wanted = path?.replace(/^\/+|\/+$/g, "");
  const found = (await gitlab.catalog.resources(options.search)).filter(({ fullPath }) =>
    isWithin(fullPath, wanted),
  );
  if (found.length === 0) throw new UsageError(nothingFound(wanted, options, gitlab));
  const projects: Browsed[] = [];
  for (const [index, each] of found.entries()) {
    // GitLab resolves versions for one project a request, so they are asked for only where a group or a project is named.
    projects.push(
      wanted === undefined
        ? each
        : { ...each, versions: (await gitlab.catalog.versions(each.fullPath)) ?? [] },
    );
    if (stderr.isTTY && wanted !== undefined) stderr.write(`\r${index + 1} of ${found.length} projects`);
  }
  if (stderr.isTTY && wanted !== undefined) stderr.write("\r\u001b[K");
  const isOne = projects.length === 1 && projects[0]?.fullPath.toLowerCase() === wanted?.toLowerCase();
  if (options.json) stdout.write(`${JSON.stringify({ version: 1, projects }, undefined, 2)}\n`);
  else stdout.write(`${projects.map((each) => (isOne ? describe(each) : summarize(each))).join("\n")}\n`);
  return 0;
}

/** Paths on GitLab do not care about case. */
function isWithin(fullPath: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const [path, group] = [fullPath.toLowerCase(), wanted.toLowerCase()];
  return path === group || path.startsWith(`${group}/`);
}

function nothingFound(
  wanted: string | undefined,
  { search }: BrowseOptions,
  { address }: GitlabClient,
): string {
  const where = wanted === undefined ? address : `"${wanted}" on ${address}`;
  const what = search === undefined ? "" : ` for "${search}"`;
  return `the CI/CD Catalog has nothing${what} in ${where}: either nothing is published there, or the token does not see it`;
}

/** One line for a project, and one for each component of its newest version. */
function summarize({ fullPath, description, latestReleasedAt, versions }: Browsed): string {
  const [newest] = versions ?? [];
  const release = [newest?.name, latestReleasedAt?.slice(0, 10)].filter(Boolean).join(", ") || "no release";
  const head = `${fullPath}  (${release})${description ? `  ${oneLine(description)}` : ""}`;
  return [
    head,
    ...(newest?.components ?? []).map((each) => `  ${each.name}  ${countInputs(each.inputs)}`),
  ].join("\n");
}

type Component = CatalogVersion["components"][number];

function countInputs(inputs: Component["inputs"]): string {
  const required = inputs.filter((each) => each.required).map((each) => each.name);
  const count = inputs.length === 1 ? "1 input" : `${inputs.length} inputs`;
  return required.length === 0 ? count : `${count}, required: ${required.join(", ")}`;
}

/** A project's versions, and each component of the newest one with its inputs. */
function describe({ fullPath, description, versions = [] }: Browsed): string {
  const lines = [fullPath, ...(description ? [oneLine(description)] : [])];
  lines.push(`versions: ${versions.map((each) => each.name).join(", ") || "none"}`);
  for (const { name, includePath, inputs } of versions[0]?.components ?? []) {
    lines.push("", `${name}  ${includePath}`, ...tableOf(inputs));
  }
  return lines.join("\n");
}

function tableOf(inputs: Component["inputs"]): string[] {
  const rows = inputs.map((each) => [
    each.name,
    each.type.toLowerCase(),
    each.required ? "required" : `= ${JSON.stringify(each.default)}`,
    oneLine(each.description ?? ""),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}

/** Descriptions are other people's: control characters could play tricks with a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}
