import type { ThrowawayHost } from "../../src/host/index.ts";
import { NotProved } from "./tell.ts";

/** What the deployed application says of itself. */
export interface Health {
  readonly version: string;
  readonly tickets: number;
}

/** A server that runs programs, and on which the application listens. */
export type Server = Pick<ThrowawayHost, "run">;

/** Where the application of the example listens on its server. */
const usualAddress = "http://127.0.0.1:8000";

/** Returns the answer of `/healthz` on the server. @throws NotProved where it does not answer so. */
export async function health(server: Server, address = usualAddress): Promise<Health> {
  const answer = await curl(server, `${address}/healthz`);
  try {
    const { version, tickets } = JSON.parse(answer) as Partial<Health>;
    if (typeof version === "string" && typeof tickets === "number") return { version, tickets };
  } catch {
    // No JSON: said below, with what came instead.
  }
  throw new NotProved(`the application's answer to /healthz is not as expected: ${answer.slice(0, 200)}`);
}

/** Opens a ticket as the form does. @throws NotProved where the application does not answer. */
export async function openTicket(server: Server, subject: string): Promise<void> {
  const fields = [`subject=${subject}`, "requester=Ada", "description=Please bring water."];
  await curl(server, ...fields.flatMap((field) => ["--data-urlencode", field]), `${usualAddress}/tickets`);
}

/** Returns the page that lists the tickets. @throws NotProved where the application does not answer. */
export function ticketsShown(server: Server): Promise<string> {
  return curl(server, `${usualAddress}/`);
}

async function curl(server: Server, ...args: readonly string[]): Promise<string> {
  const command = ["curl", "--silent", "--show-error", "--fail", "--location", "--max-time", "10", ...args];
  const { code, stdout, stderr } = await server.run(command);
  if (code !== 0) throw new NotProved(`the application does not answer: ${stderr.trim()}`);
  return stdout;
}
