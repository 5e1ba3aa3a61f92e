import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootHost, prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { run } from "../../src/host/subprocess.ts";

const preparation = {
  deployUser: "pipeline",
  serviceName: "helpdesk",
  serviceUser: "helpdesk",
  deployPath: "/srv/apps/helpdesk",
  backupPath: "/var/backups/helpdesk",
  listen: true,
  units: "deployer",
} as const;

const reason = process.platform === "linux" && process.getuid?.() === 0 ? "" : "needs Linux and root";

describe("the script that prepares a server", () => {
  it("is one that ShellCheck and sh accept", async () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
    const file = join(folder, "prepare.sh");
    writeFileSync(file, prepareScript({ ...preparation, publicKey: "ssh-ed25519 AAAA deploy@ci" }));
    expect(await run(["sh", "-n", file])).toMatchObject({ code: 0, stderr: "" });
    rmSync(folder, { recursive: true });
  });

  it.each([
    ["serviceName", "a b"],
    ["serviceUser", "$(id)"],
    ["deployPath", "/srv/../etc"],
    ["backupPath", "/"],
    ["publicKey", "ssh-ed25519 AAAA'; reboot"],
  ])("takes no %s that is more than a plain name: %s", (field, value) => {
    expect(() => prepareScript({ ...preparation, [field]: value })).toThrow(
      value === "ssh-ed25519 AAAA'; reboot" ? "public key" : `"${value}"`,
    );
  });
});

describe.skipIf(reason)("a server prepared by it", () => {
  let host: ThrowawayHost;
  beforeAll(async () => {
    host = await bootHost({ sudo: "none" });
    const publicKey = readFileSync(`${host.privateKeyFile}.pub`, "utf8").trim();
    const script = prepareScript({ ...preparation, publicKey });
    for (const time of ["first", "second"]) {
      const outcome = await host.run(["sh"], { input: script });
      expect({ time, ...outcome }).toMatchObject({ time, code: 0 });
    }
  });
  afterAll(() => host?.down());

  const allowed = [
    "systemctl restart helpdesk.service",
    "systemctl stop helpdesk.socket",
    "systemctl daemon-reload",
    "systemctl enable --quiet berth-recovery-helpdesk.service",
    "systemctl start helpdesk-trial.service",
    "systemctl stop helpdesk-trial.service",
    "install -D -m 644 -- /srv/apps/helpdesk/.deploy/runs/7/helpdesk-trial.service /run/systemd/system/helpdesk-trial.service",
    "rm -f -- /run/systemd/system/helpdesk-trial.service",
    "install -D -m 644 -- /srv/apps/helpdesk/releases/20260102T030405Z-7-abc/.berth/units/helpdesk.service /etc/systemd/system/helpdesk.service",
  ];
  const refused = [
    "systemctl restart ssh.service",
    "systemctl restart helpdesk.service ssh.service",
    "install -D -m 644 -- /srv/apps/helpdesk/releases/../../../../tmp/x/.berth/units/helpdesk.service /etc/systemd/system/helpdesk.service",
    "install -D -m 644 -- /srv/apps/helpdesk/releases/1/.berth/units/helpdesk.service /etc/systemd/system/ssh.service",
    "systemctl start helpdesk-trial.service ssh.service",
    "systemctl enable helpdesk-trial.service",
    "install -D -m 644 -- /srv/apps/helpdesk/.deploy/runs/7/helpdesk-trial.service /run/systemd/system/ssh.service",
    "install -D -m 644 -- /srv/apps/helpdesk/.deploy/runs/7/helpdesk-trial.service /etc/systemd/system/helpdesk-trial.service",
    "install -D -m 644 -- /tmp/x /etc/systemd/system/helpdesk.service",
    "rm -f -- /etc/passwd",
    "sh",
  ];
  it.each(allowed)("lets the deploy user run as root: %s", async (command) => {
    expect((await asDeployUser("sudo", "-n", "-l", "--", ...command.split(" "))).code).toBe(0);
  });
  it.each(refused)("does not let the deploy user run as root: %s", async (command) => {
    expect((await asDeployUser("sudo", "-n", "-l", "--", ...command.split(" "))).code).toBe(1);
  });

  it("lets the deploy user act as the service's user, log in with its key, and hand the group on", async () => {
    expect((await asDeployUser("sudo", "-n", "-u", "helpdesk", "id", "-un")).stdout).toBe("helpdesk\n");
    await asDeployUser(
      "sh",
      "-c",
      "mkdir /srv/apps/helpdesk/releases/1 && touch /srv/apps/helpdesk/releases/1/file",
    );
    const { stdout } = await host.run(["stat", "-c", "%U %G", "/srv/apps/helpdesk/releases/1/file"]);
    expect(stdout).toBe("pipeline helpdesk\n");
    const keys = await host.run(["cat", "/home/pipeline/.ssh/authorized_keys"]);
    expect(keys.stdout.match(/^restrict ssh-ed25519 /gm)).toHaveLength(1);
  });

  function asDeployUser(...argv: string[]) {
    return host.run(["setpriv", "--reuid=pipeline", "--regid=pipeline", "--init-groups", "--", ...argv]);
  }
});
