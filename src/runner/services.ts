import { randomBytes } from "node:crypto";
import type { RunnerImage } from "./job.ts";
import type { JobVariables } from "./variables.ts";

/** What services are started with. */
export interface ServicesRequest {
  readonly network: string;
  readonly variables: JobVariables;
  readonly say: (line: string) => void;
  /** Runs a command of the container engine. */
  readonly engine: (args: readonly string[], input?: string) => Promise<string>;
  /** Told before a container is made. */
  readonly onContainer: (name: string) => void;
}

/** Starts the services of a job, each reachable by its alias and by the names that GitLab derives from its image. */
export async function startServices(
  services: readonly RunnerImage[],
  request: ServicesRequest,
): Promise<void> {
  for (const service of services) await startService(service, request);
}

async function startService(
  { name, alias, entrypoint, command = [], variables: own = [] }: RunnerImage,
  { network, variables, say, engine, onContainer }: ServicesRequest,
): Promise<void> {
  const image = variables.expand(name);
  say(`Starting service ${image} ...`);
  const container = `berth-service-${randomBytes(8).toString("hex")}`;
  onContainer(container);
  const names = [...new Set([...(alias ?? "").split(/[\s,]+/), ...aliasesOf(image)])].filter(Boolean);
  const [first, ...more] = entrypoint ?? [];
  const values = own.map(({ key, value }) => `${key}=${variables.expand(value)}\n`).join("");
  await engine(
    [
      ...["run", "--detach", "--name", container, "--label", "berth-job", "--network", network],
      ...names.flatMap((each) => ["--network-alias", each]),
      ...["--env-file", "/dev/stdin"],
      ...(first === undefined ? [] : ["--entrypoint", first]),
      ...[image, ...more, ...command],
    ],
    publicVariables(variables) + values,
  );
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
