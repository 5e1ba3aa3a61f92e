import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ThrowawayHost } from "../../src/host/index.ts";
import { say, useHosts, whereHostsBoot } from "../host/hosts.ts";
import { badDeploys } from "./server/bad-packages.ts";
import { faults } from "./server/faults.ts";
import { buildPackages, type Packages } from "./server/packages.ts";
import { Trial } from "./server/trial.ts";

/** A small part of `npm run faults`: each fault once, where it hurts most. */
const chosen: readonly [fault: string, step: string][] = [
  ["killed", "Watch"],
  ["killed with its guard", "Switch"],
  ["power loss", "Watch"],
  ["network cut for 3 s", "Make the virtual environment"],
  ["disk full", "Make the virtual environment"],
  ["read-only", "Write the environment file"],
];

describe("a deploy", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let host: ThrowawayHost;
  let packages: Packages;
  let trial: Trial;
  beforeAll(async () => {
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ sudo: "none" })]);
    trial = await Trial.begin(host, packages);
  });
  afterAll(() => packages?.remove());

  it("leaves the server with units that can start in their order", async () => {
    const { stdout, stderr } = await host.run(["systemd-analyze", "verify", "default.target"]);
    expect(`${stdout}${stderr}`).not.toMatch(/cycle|flask-helpdesk/);
  });

  it.each(
    chosen,
  )('%s before "%s": the old or the new version answers, no ticket is lost, nothing half-made stays', async (name, step) => {
    const fault = faults.find((each) => each.name === name);
    expect(await trial.faultAt(step, fault!)).toEqual([]);
  });

  it.each([
    "the application crashes when it is imported",
    "a wheel is not the one that was built",
  ])("is refused, and nobody notices, when %s", async (name) => {
    const { make, cause, options } = badDeploys.find((each) => each.name === name)!;
    expect(await trial.refused(make(packages, "9.0.0"), cause, options)).toEqual([]);
  });
});
