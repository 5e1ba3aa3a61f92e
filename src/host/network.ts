import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { UsageError } from "../base/usage-error.ts";
import { kernelNames } from "./record.ts";
import { mustRun } from "./subprocess.ts";

/**
 * The two addresses of a host's own network of four (198.18.0.0/15 is set aside for tests by RFC 2544): `gateway` is
 * this machine's end, `guest` the host's. There is no way from the guest to anywhere else.
 */
export function addressesOf(number: number): { readonly gateway: string; readonly guest: string } {
  const prefix = `198.18.${number >> 6}`;
  const first = (number & 63) * 4;
  return { gateway: `${prefix}.${first + 1}`, guest: `${prefix}.${first + 2}` };
}

const numbers = 16_384;

/**
 * A number that no host of this machine has; by chance, so that addresses are not used again at once. To be called, and
 * used, under the lock "hosts".
 */
export function freeNumber(taken: ReadonlySet<number>): number {
  const first = randomInt(numbers);
  for (let step = 0; step < numbers; step += 1) {
    const number = (first + step) % numbers;
    if (!taken.has(number) && !existsSync(`/run/netns/${kernelNames(number).namespace}`)) return number;
  }
  throw new UsageError(`all ${numbers} host networks are in use; remove some with: berth host reset`);
}

/** Makes the namespace of a host, and the bridge and the cable that lead into it. */
export async function connect(number: number): Promise<void> {
  const { namespace, bridge, port } = kernelNames(number);
  const { gateway, guest } = addressesOf(number);
  const script = [
    `link add ${bridge} type bridge`,
    `link add ${port} type veth peer name host0 netns ${namespace}`,
    `link set ${port} master ${bridge} up`,
    `addr add ${gateway}/30 dev ${bridge}`,
    `link set ${bridge} up`,
  ];
  const inside = [`addr add ${guest}/30 dev host0`, "link set host0 up", "link set lo up"];
  await mustRun(["ip", "netns", "add", namespace]);
  await mustRun(["ip", "-batch", "-"], { input: `${script.join("\n")}\n` });
  await mustRun(["ip", "-netns", namespace, "-batch", "-"], { input: `${inside.join("\n")}\n` });
}

/** Pulls the cable out: addresses and routes stay on both sides, packets vanish. */
export async function pullCable(number: number): Promise<void> {
  await mustRun(["ip", "link", "set", kernelNames(number).port, "down"]);
}

/** Puts the cable in again, and lets both sides forget that the other one did not answer. */
export async function plugCable(number: number): Promise<void> {
  const { namespace, bridge, port } = kernelNames(number);
  await mustRun(["ip", "link", "set", port, "up"]);
  await mustRun(["ip", "neigh", "flush", "dev", bridge]);
  await mustRun(["ip", "-netns", namespace, "neigh", "flush", "dev", "host0"]);
}
