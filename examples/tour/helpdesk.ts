import type { ThrowawayHost } from "../../src/host/index.ts";

/** What the deployed application says of itself. */
export interface Health {
  readonly version: string;
  readonly tickets: number;
}

const address = "http://127.0.0.1:8000";

/** Returns the answer of `/healthz` on the server. Throws where it does not answer. */
export async function health(host: ThrowawayHost): Promise<Health> {
  return JSON.parse(await curl(host, `${address}/healthz`)) as Health;
}

/** Opens a ticket as the form does. */
export async function openTicket(host: ThrowawayHost, subject: string): Promise<void> {
  const fields = [`subject=${subject}`, "requester=Ada", "description=Please bring water."];
  await curl(host, ...fields.flatMap((field) => ["--data-urlencode", field]), `${address}/tickets`);
}

/** Returns the page that lists the tickets. */
export function ticketsShown(host: ThrowawayHost): Promise<string> {
  return curl(host, `${address}/`);
}

async function curl(host: ThrowawayHost, ...args: readonly string[]): Promise<string> {
  const command = ["curl", "--silent", "--show-error", "--fail", "--location", "--max-time", "10", ...args];
  const { code, stdout, stderr } = await host.run(command);
  if (code !== 0) throw new Error(`the application does not answer: ${stderr.trim()}`);
  return stdout;
}
