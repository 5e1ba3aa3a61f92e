import { UsageError } from "../base/usage-error.ts";
import { ensureBaseSystem, type Suite } from "./base-system.ts";
import { addressesOf } from "./network.ts";
import { allRecords, isRunning, readRecord } from "./record.ts";
import { hostOf, type ThrowawayHost } from "./throw-away-host.ts";

/** The host `name` that was booted earlier (with `keep`). @throws UsageError when there is none. */
export async function findHost(name: string): Promise<ThrowawayHost> {
  const record = readRecord(name);
  if (record === undefined) throw new UsageError(`no host is called "${name}"; ${namesOfHosts()}`);
  return hostOf(record, await ensureBaseSystem(record.suite, { say: () => undefined }));
}

/** Hosts of this user, whether their power is on, and their address. */
export function listHosts(): {
  name: string;
  suite: Suite;
  address: string;
  running: boolean;
  kept: boolean;
}[] {
  return allRecords().map((record) => ({
    name: record.name,
    suite: record.suite,
    address: addressesOf(record.number).guest,
    running: isRunning(record.container?.init),
    kept: record.owner === undefined,
  }));
}

function namesOfHosts(): string {
  const names = listHosts().map(({ name }) => name);
  return names.length === 0 ? "boot one with: berth host up" : `there are: ${names.join(", ")}`;
}
