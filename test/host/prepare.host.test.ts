import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { run } from "../../src/host/subprocess.ts";
import { useHosts, whereHostsBoot } from "./hosts.ts";

const preparation = {
  deployUser: "pipeline",
  serviceName: "helpdesk",
  serviceUser: "helpdesk",
  deployPath: "/srv/apps/helpdesk",
  backupPath: "/var/backups/helpdesk",
  listen: true,
  units: "deployer",
} as const;

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

describe("what the script says", () => {
  it("tells services apart whose names look alike", () => {
    const file = (serviceName: string) =>
      /^install -m 440 .* (\S+)$/m.exec(prepareScript({ ...preparation, serviceName }))?.[1];
    expect(file("a-b")).toBe("/etc/sudoers.d/berth-a-b");
    expect(file("a.b")).toBe("/etc/sudoers.d/berth-a+b");
  });

  it.each([
    ["the deploy user is root", { deployUser: "root" }, '--deploy-user "root"'],
    ["both are one user", { deployUser: "helpdesk" }, '--deploy-user "helpdesk"'],
    ["the service is root", { serviceUser: "root" }, '--service-user "root"'],
    ["the service has the helpers' group", { serviceUser: "berth" }, '--service-user "berth"'],
    ["the deploy user is every application's", { deployUser: "www-data" }, '--deploy-user "www-data"'],
    [
      "a launcher's user is shared",
      { units: "launcher", serviceUser: "www-data", listen: false },
      '--service-user "www-data"',
    ],
    ["a launcher's socket has no address", { units: "launcher" }, "--listen"],
    ["the address is none", { units: "launcher", listenAddress: "8000\nUser=root" }, "--listen"],
  ] as const)("is nothing where %s", (_, change, message) => {
    expect(() => prepareScript({ ...preparation, ...change })).toThrow(message);
  });

  it("has the sandbox of the units that a deploy writes", () => {
    const text = readFileSync(new URL("../../scripts/host/units.sh", import.meta.url), "utf8");
    const written =
      /^hardening\(\) \{[\s\S]*?printf '%s\\n' ([\s\S]*?)\n {2}case/m.exec(text)?.[1]?.split(/[\s\\]+/) ?? [];
    expect(written.length).toBeGreaterThan(8);
    const script = prepareScript({ ...preparation, units: "launcher", listenAddress: "8000" });
    for (const line of written) expect(script.split(`\n${line}\n`)).toHaveLength(3); // the service and its second instance
  });
});

describe("a server prepared by it", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let host: ThrowawayHost;
  beforeAll(async () => {
    host = await hosts.boot({ sudo: "none" });
    const publicKey = readFileSync(`${host.privateKeyFile}.pub`, "utf8").trim();
    const script = prepareScript({ ...preparation, publicKey });
    for (const time of ["first", "second"]) {
      const outcome = await host.run(["sh"], { input: script });
      expect({ time, ...outcome }).toMatchObject({ time, code: 0 });
    }
  });

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
