import { describe, expect, it } from "vitest";
import { whereHostsBoot } from "../host/hosts.ts";
import { testFaults, useTrial } from "./server/fault-cases.ts";

describe("a deploy", await whereHostsBoot(), () => {
  const on = useTrial();

  it("leaves the server with units that can start in their order", async () => {
    const { stdout, stderr } = await on.host.run(["systemd-analyze", "verify", "default.target"]);
    expect(`${stdout}${stderr}`).not.toMatch(/cycle|flask-helpdesk/);
  });

  testFaults(on, [
    ["killed", "Watch"],
    ["killed with its guard", "Switch"],
    ["power loss", "Watch"],
  ]);
});
