import { afterAll, beforeAll, expect, it } from "vitest";
import type { ThrowawayHost } from "../../../src/host/index.ts";
import { say, useHosts } from "../../host/hosts.ts";
import { faults } from "./faults.ts";
import { buildPackages, type Packages } from "./packages.ts";
import { Trial } from "./trial.ts";

/** A server of its own, prepared and with the first version on it, for the tests of this file or block. */
export function useTrial() {
  const hosts = useHosts();
  let host: ThrowawayHost;
  let packages: Packages;
  let trial: Trial;
  beforeAll(async () => {
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ sudo: "none" })]);
    trial = await Trial.begin(host, packages);
  });
  afterAll(() => packages?.remove());
  return {
    get host() {
      return host;
    },
    get packages() {
      return packages;
    },
    get trial() {
      return trial;
    },
  };
}

/** One test for each of these faults, before the step where it hurts most. `npm run faults` tries each before each step. */
export function testFaults(
  on: ReturnType<typeof useTrial>,
  chosen: readonly [fault: string, step: string][],
): void {
  it.each(
    chosen,
  )('%s before "%s": the old or the new version answers, no ticket is lost, nothing half-made stays', async (name, step) => {
    const fault = faults.find((each) => each.name === name);
    expect(await on.trial.faultAt(step, fault!)).toEqual([]);
  });
}
