import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { controlGroupTrees } from "../../src/host/container.ts";
import { cacheFolder } from "../../src/host/folders.ts";
import { listHosts, type ThrowawayHost } from "../../src/host/index.ts";
import { useHosts, whereHostsBoot } from "./hosts.ts";

const where = await whereHostsBoot();

describe("a throw-away server", where, () => {
  const hosts = useHosts();
  let host: ThrowawayHost;
  beforeAll(async () => {
    host = await hosts.boot();
  });

  it("runs systemd with nothing failed", async () => {
    expect(await host.run(["systemctl", "is-system-running", "--wait"])).toMatchObject({
      code: 0,
      stdout: "running\n",
    });
  });

  it("lets its deploy user in with the key, and only when the host key is the pinned one", async () => {
    expect(await ssh(host, "id -un; sudo -n id -u")).toMatchObject({ code: 0, stdout: "deploy\n0\n" });
    const stranger = await ssh({ ...host, knownHostsFile: "/dev/null" }, "true");
    expect(stranger.code).toBe(255);
    expect(stranger.stderr).toContain("Host key verification failed");
  });

  it("loses with the power what was not written through, and keeps what was", async () => {
    await ssh(host, "echo kept > kept; sync kept .; echo lost > lost");
    await host.powerLoss();
    expect(listHosts().find(({ name }) => name === host.name)).toMatchObject({ running: false });
    await expect(async () => host.run(["true"])).rejects.toThrow("is off");
    await host.powerOn();
    expect(await ssh(host, "cat kept; ls lost")).toMatchObject({ code: 2, stdout: "kept\n" });
  });

  it("has a disk of its own after the power loss, whoever still sees the old one", async () => {
    const witness = spawn("unshare", ["--mount", "--propagation", "private", "sleep", "600"]);
    try {
      await expect.poll(() => diskBehind(witness.pid!, host)).toMatch(/disk\.img$/);
      await host.powerLoss();
      await host.powerOn();
      expect(diskBehind(witness.pid!, host)).toMatch(/disk\.img \(deleted\)$/);
      expect(diskBehind(process.pid, host)).toMatch(/disk\.img$/);
    } finally {
      witness.kill();
    }
  });

  it("is silent while its network is cut, and answers when it is healed", async () => {
    await host.cutNetwork();
    expect((await ssh(host, "true", 2)).code).toBe(255);
    await host.healNetwork();
    expect((await ssh(host, "true")).code).toBe(0);
  });

  it("has a full disk, and room again", async () => {
    const writing = ["sh", "-c", "head -c 200000 /dev/zero > /var/tmp/some"];
    await host.fillDisk("/var/tmp", 100_000);
    expect((await host.run(writing)).stderr).toContain("No space left on device");
    await host.freeDisk("/var/tmp");
    expect((await host.run(writing)).code).toBe(0);
  });

  it("has a small disk in one folder, which keeps its content, owner and mode", async () => {
    await host.run(["install", "-d", "-o", "deploy", "-m", "2750", "/srv/small"]);
    await host.run(["sh", "-c", "echo here > /srv/small/file"]);
    await host.limitDisk("/srv/small", 1_000_000);
    const seen = await host.run([
      "sh",
      "-c",
      "cat /srv/small/file; stat -c '%U %a' /srv/small; df -h /srv/small",
    ]);
    expect(seen.stdout).toMatch(/^here\ndeploy 2750\n.*\n.* 9\d\dK /);
  });

  it("has a read-only folder, and a writable one again", async () => {
    await host.makeReadOnly("/var/lib");
    expect((await host.run(["touch", "/var/lib/file"])).stderr).toContain("Read-only file system");
    await host.makeWritable("/var/lib");
    expect((await host.run(["touch", "/var/lib/file"])).code).toBe(0);
  });
});

describe("several throw-away servers", where, () => {
  const hosts = useHosts();
  const cache = cacheOfItsOwn();
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it("run side by side, also of different Debian releases, and leave nothing behind", async () => {
    const booted = await Promise.all([
      hosts.boot(),
      hosts.boot({ suite: "trixie", sudo: "none" }),
      hosts.boot(),
    ]);
    expect(new Set(booted.map(({ address }) => address)).size).toBe(3);
    const traces = booted.map((host) => tracesOf(host));
    for (const each of traces) expect(each.length).toBeGreaterThanOrEqual(7);
    const versions = await Promise.all(booted.map((host) => ssh(host, "python3 --version; sudo -n id -u")));
    expect(versions.map(({ stdout }) => stdout)).toEqual([
      expect.stringMatching(/^Python 3\.11\.\d+\n0\n$/),
      expect.stringMatching(/^Python 3\.13\.\d+\n$/),
      expect.stringMatching(/^Python 3\.11\.\d+\n0\n$/),
    ]);
    await Promise.all(booted.map((host) => host.down()));
    booted.forEach((host, index) => {
      expect(stillThere(traces[index]!, host)).toEqual([]);
    });
  });

  it("of a process that was killed are removed when the next one boots", async () => {
    const owner = bootInAnotherProcess(cache);
    const orphan = await owner.booted;
    owner.process.kill("SIGKILL");
    await owner.ended;
    const traces = tracesOf(orphan);
    expect(traces.length).toBeGreaterThanOrEqual(7);
    const next = bootInAnotherProcess(cache);
    await next.booted;
    expect(stillThere(traces, orphan)).toEqual([]);
    next.process.kill("SIGINT");
    await next.ended;
  });

  it("of a process that is interrupted go with it", async () => {
    const owner = bootInAnotherProcess(cache);
    const host = await owner.booted;
    const traces = tracesOf(host);
    owner.process.kill("SIGINT");
    await owner.ended;
    expect(stillThere(traces, host)).toEqual([]);
  });
});

/**
 * A cache with this one's base systems and hosts of its own: what a killed process leaves behind is removed by the next one that
 * boots, and that must not be another test's.
 */
function cacheOfItsOwn(): string {
  const cache = mkdtempSync(join(tmpdir(), "berth-cache-"));
  mkdirSync(join(cache, "berth"));
  symlinkSync(cacheFolder("base"), join(cache, "berth/base"));
  return cache;
}

/** Boots a host in a process of its own, which then waits for a signal. */
function bootInAnotherProcess(cache: string) {
  const index = fileURLToPath(new URL("../../src/host/index.ts", import.meta.url));
  const code = `import { bootHost } from ${JSON.stringify(index)};
    process.on("SIGINT", () => process.exit(130));
    const { name, address, privateKeyFile } = await bootHost();
    console.log(JSON.stringify({ name, address, privateKeyFile }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  const ended = once(child, "close");
  const booted = Promise.race([once(child.stdout, "data"), ended.then(() => [undefined])]).then(([data]) => {
    if (data === undefined) throw new Error("the process ended before its host was up");
    return JSON.parse(String(data)) as BootedHost;
  });
  return { process: child, booted, ended };
}

/** The file behind the loop device that a process sees mounted as the host's disk. */
function diskBehind(pid: number, { name }: ThrowawayHost): string {
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n");
  const device = mounts.find((line) => line.includes(`/${name}/disk `))?.split(" ")[2];
  return readFileSync(`/sys/dev/block/${device}/loop/backing_file`, "utf8").trim();
}

type BootedHost = Pick<ThrowawayHost, "name" | "address" | "privateKeyFile">;

/**
 * Everything by which the host could be noticed: its folder, mounts, network, control groups, processes. Only what bears its own
 * name or number is looked at: other hosts come and go meanwhile, also those of another Berth.
 */
function tracesOf({ name, address, privateKeyFile }: BootedHost): string[] {
  const [, , high = 0, low = 0] = address.split(".").map(Number);
  const number = high * 64 + (low >> 2);
  const places = [
    dirname(privateKeyFile),
    `/sys/class/net/berth${number}`,
    `/sys/class/net/berthp${number}`,
    `/run/netns/berth-${number}`,
    ...controlGroupTrees().map((tree) => `${tree}/berth-${number}`),
  ];
  return [
    ...places.flatMap((place) => identityOf(place) ?? []),
    ...readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .filter((line) => line.includes(`/${name}/`)),
    ...commandLines().filter((line) => line.includes(`--machine=${name}`)),
  ];
}

/** What is left of the traces. The number of a host that is gone may be another one's a moment later, with a network of its own. */
function stillThere(traces: readonly string[], host: BootedHost): string[] {
  return tracesOf(host).filter((trace) => traces.includes(trace));
}

function identityOf(place: string): string | undefined {
  const found = statSync(place, { throwIfNoEntry: false });
  return found && `${place} (inode ${found.ino})`;
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    });
}

/** Runs a command as the host's deploy user, over SSH with the pinned host key. */
function ssh(
  host: Pick<ThrowawayHost, "privateKeyFile" | "knownHostsFile" | "user" | "address">,
  command: string,
  patience = 20,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = [
    "BatchMode=yes",
    `ConnectTimeout=${patience}`,
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${host.knownHostsFile}`,
  ];
  const argv = ["-F", "none", "-i", host.privateKeyFile, ...options.flatMap((option) => ["-o", option])];
  return new Promise((resolve) => {
    execFile("ssh", [...argv, `${host.user}@${host.address}`, command], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
