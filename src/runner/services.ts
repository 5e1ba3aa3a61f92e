import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunnerImage } from "./job.ts";
import type { JobVariables } from "./variables.ts";

/** What services are started with. */
export interface ServicesRequest {
  readonly network: string;
  readonly variables: JobVariables;
  readonly say: (line: string) => void;
  /** Runs a command of the container engine. */
  readonly engine: (args: readonly string[]) => Promise<string>;
  /** Told before a container is made. */
  readonly onContainer: (name: string) => void;
}

/**
 * Starts the services of a job, one after the other. Returns `name:address` for each name that GitLab gives them (alias and image): not every
 * engine resolves names by itself.
 */
export async function startServices(
  services: readonly RunnerImage[],
  request: ServicesRequest,
): Promise<string[]> {
  const hosts: string[] = [];
  for (const service of services) hosts.push(...(await startService(service, hosts, request)));
  return hosts;
}

async function startService(
  { name, alias, entrypoint, command = [], variables: own = [] }: RunnerImage,
  hosts: readonly string[],
  { network, variables, say, engine, onContainer }: ServicesRequest,
): Promise<string[]> {
  const image = variables.expand(name);
  say(`Starting service ${image} ...`);
  const container = `berth-service-${randomBytes(8).toString("hex")}`;
  onContainer(container);
  const names = [...new Set([...(alias ?? "").split(/[\s,]+/), ...aliasesOf(image)])].filter(Boolean);
  const [first, ...more] = entrypoint ?? [];
  const values = own.map(({ key, value }) => `${key}=${variables.expand(value)}\n`).join("");
  await withFile(publicVariables(variables) + values, (file) =>
    engine([
      ...["run", "--detach", "--name", container, "--label", "berth-job", "--network", network],
      ...names.flatMap((each) => ["--network-alias", each]),
      ...hosts.flatMap((each) => ["--add-host", each]),
      ...["--env-file", file],
      ...(first === undefined ? [] : ["--entrypoint", first]),
      ...[image, ...more, ...command],
    ]),
  );
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const address = (await engine(["inspect", "--format", format, container])).trim();
  return address === "" ? [] : names.map((each) => `${each}:${address}`);
}

/** A file that nobody else can read, as long as it is used: in arguments everybody could. */
async function withFile(text: string, use: (path: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "berth-service-"));
  try {
    await writeFile(join(folder, "variables"), text, { mode: 0o600 });
    await use(join(folder, "variables"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Values of several lines have no form in a file of variables; a service gets none of them. */
function publicVariables({ all }: JobVariables): string {
  return all
    .filter(({ value, file, masked }) => !file && !masked && !value.includes("\n"))
    .map(({ key, value }) => `${key}=${value}\n`)
    .join("");
}

/** Docs, ci/services "Accessing the services": without tag, `/` as `__` and as `-`. */
export function aliasesOf(image: string): string[] {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const withoutPort = name.replace(/^([^/:]+):\d+\//, "$1/");
  return [withoutPort.replaceAll("/", "__"), withoutPort.replaceAll("/", "-")];
}
