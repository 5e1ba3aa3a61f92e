import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootHost, type ThrowawayHost } from "../../src/host/index.ts";
import { badDeploys } from "./server/bad-packages.ts";
import { faults } from "./server/faults.ts";
import { buildPackages, type Packages } from "./server/packages.ts";
import { Trial } from "./server/trial.ts";

const program = new URL("../../scripts/host/berth-host.sh", import.meta.url);
const reason =
  process.platform !== "linux" || process.getuid?.() !== 0
    ? "needs Linux and root"
    : existsSync(program)
      ? ""
      : "scripts/host is not here yet";
if (reason) process.stderr.write(`faults: skipped: ${reason}\n`);

/** A small part of `npm run faults`: each fault once, where it hurts most. */
const chosen: readonly [fault: string, step: string][] = [
  ["killed", "Watch"],
  ["killed with its guard", "Switch"],
  ["power loss", "Watch"],
  ["network cut for 3 s", "Make the virtual environment"],
  ["disk full", "Make the virtual environment"],
  ["read-only", "Write the environment file"],
];

describe.skipIf(reason)("a deploy", () => {
  let host: ThrowawayHost;
  let packages: Packages;
  let trial: Trial;
  beforeAll(async () => {
    const say = (line: string) => process.stderr.write(`${line}\n`);
    packages = await buildPackages(say);
    host = await bootHost({ sudo: "none", progress: say });
    trial = await Trial.begin(host, packages);
  });
  afterAll(async () => {
    await host?.down();
    packages?.remove();
  });

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
