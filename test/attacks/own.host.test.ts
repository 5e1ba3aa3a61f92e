import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { backupPath, type Deployment, deployPath, health, preparation, shell } from "../host/deployment.ts";
import { atLength, useDeployments } from "../host/deployments.ts";
import { useHosts, whereHostsBoot } from "../host/hosts.ts";
import { asServiceUser, inApplication, openBackDoor, until } from "./attacker.ts";

/*
 * More of what an application in an attacker's hands may try: in its sandbox, outside of one, during a rollback, over a reboot, and at
 * the administrator's second `berth host prepare`. Each attack gets nothing; with its one defence undone the same code succeeds.
 */
const service = "flask-helpdesk.service";
const data = `${deployPath}/shared/blog/db`;

const machine = await whereHostsBoot();
// ownership.host.test.ts is about Debian 12 in every run.
const runs = { bookworm: { ...atLength, ...machine }, trixie: machine };

describe.for(["bookworm", "trixie"] as const)("on Debian %s", (suite) => {
  describe("the application,", runs[suite], () => {
    const hosts = useHosts();
    const deployments = useDeployments(suite);
    let host: ThrowawayHost;
    let live: Deployment;
    beforeAll(async () => {
      host = await hosts.boot({ suite, sudo: "none" });
      await shell(host, prepareScript(preparation));
      for (const version of ["1.0.0", "1.1.0"]) {
        live = deployments.of([host], version, {}, openBackDoor);
        const { code, output } = await live.run("deploy_to_server");
        expect(code, output).toBe(0);
      }
    });
    const answering = (version: string) =>
      until("the answer", 120, async () => {
        const seen = await health(host).catch((error: Error) => error.message);
        return typeof seen !== "string" && seen.version === version
          ? { done: seen, seen: "" }
          : { seen: JSON.stringify(seen) };
      });

    describe("in its sandbox", () => {
      /** A line for the unit takes one of the sandbox's walls away; without text the unit is again as it was. */
      async function drop(line: string): Promise<void> {
        const file = `/etc/systemd/system/${service}.d/zz-attack.conf`;
        await shell(host, line === "" ? `rm -f ${file}` : `printf '[Service]\n%s\n' '${line}' >${file}`);
        await shell(host, `systemctl daemon-reload; systemctl restart ${service}`);
        await answering("1.1.0");
      }
      afterAll(() => drop(""));

      it.each([
        [
          "changes what another application of the same user has",
          "ProtectSystem=no",
          "install -D -o www-data /dev/null /srv/other/data",
          "echo gained >>/srv/other/data && cat /srv/other/data",
        ],
        [
          "makes a program that gives its group to whoever starts it",
          "RestrictSUIDSGID=no",
          "true",
          `cd ${data} && cp /usr/bin/true door && chmod 2755 door && find door -perm -2000 | sed s/door/gained/; rm -f door`,
        ],
        [
          "makes a namespace in which it is root",
          "RestrictNamespaces=no",
          "sysctl -qw kernel.unprivileged_userns_clone=1 2>/dev/null || true",
          "unshare --user --map-root-user sh -c '[ $(id -u) = 0 ] && echo gained'",
        ],
        [
          "reads in a home that is open to everybody",
          "ProtectHome=no",
          "install -d -m 755 /home/someone; echo gained >/home/someone/notes",
          "cat /home/someone/notes",
        ],
        [
          "reads what other programs have in /tmp",
          "PrivateTmp=no",
          "echo gained >/tmp/of-another",
          "cat /tmp/of-another",
        ],
      ])("never %s; it does with %s", async (_, wall, before, attack) => {
        await shell(host, before);
        expect(await inApplication(host, attack)).not.toContain("gained");
        await drop(wall);
        const gained = await inApplication(host, attack);
        await drop("");
        expect(gained).toContain("gained");
      });
    });

    describe("outside of any sandbox", () => {
      const gains = (program: string) => asServiceUser(host, program);
      const open = (file: string, mode = "rb") => `open("${file}", "${mode}")`;
      const trying = (body: string) => `
try:
    ${body.trim().replaceAll("\n", "\n    ")}
    print("gained")
except OSError:
    pass
`;

      it.each([
        [
          "reads the settings of the runs",
          trying(open(`${deployPath}/.deploy/settings`)),
          `chmod 2750 ${deployPath}/.deploy; chmod 640 ${deployPath}/.deploy/settings`,
          `chmod 2700 ${deployPath}/.deploy`,
        ],
        [
          "reads a backup, an older secret of its users perhaps",
          trying(`import os\nos.listdir("${backupPath}")`),
          `chmod 2750 ${backupPath}`,
          `chmod 2700 ${backupPath}`,
        ],
        [
          "plants compiled code in the live release, which Python takes for its own",
          trying(
            `${open(`${deployPath}/current/blog/__pycache__/evil.pyc`, "wb")}\nimport os; os.remove("${deployPath}/current/blog/__pycache__/evil.pyc")`,
          ),
          `chmod g+w ${deployPath}/current/blog/__pycache__`,
          `chmod g-w ${deployPath}/current/blog/__pycache__`,
        ],
        [
          "changes the settings that it starts with",
          trying(open(`${deployPath}/current/.env.production`, "r+b")),
          `chmod g+w ${deployPath}/current/.env.production`,
          `chmod g-w ${deployPath}/current/.env.production`,
        ],
      ])("never %s; it does where the mode allows it", async (_, attack, undo, restore) => {
        expect(await gains(attack)).toBe("");
        await shell(host, undo);
        const gained = await gains(attack);
        await shell(host, restore);
        expect(gained).toBe("gained");
      });

      it("never holds the lock of the deploys; it does where it may open the file", async () => {
        const attack = `
import fcntl, os, subprocess, sys
try:
    lock = os.open("${deployPath}/.deploy/lock", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
except OSError:
    sys.exit()
os.set_inheritable(lock, True)
subprocess.Popen(["sleep", "98765"], close_fds=False, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("gained")
`;
        expect(await gains(attack)).toBe("");
        await shell(host, `chmod 2750 ${deployPath}/.deploy; chmod 640 ${deployPath}/.deploy/lock`);
        expect(await gains(attack)).toBe("gained");
        const { code, output } = await live.run("rollback_deployment");
        await shell(host, `pkill -f '^sleep 98765$'; chmod 2700 ${deployPath}/.deploy`);
        expect(code).not.toBe(0);
        expect(output).toContain("another deploy holds the lock");
        expect(await health(host)).toMatchObject({ version: "1.1.0" });
      });
    });

    describe("during a rollback", () => {
      /** In a loop: whoever's processes it may look into, whose environment and memory's map it reads. */
      const look = `
import os, pathlib
here = pathlib.Path("/proc/self/cwd").resolve()
read, seen = set(), set()
mine = pathlib.Path("/proc/self/cgroup").read_text()
print("seen 0 read 0", flush=True)
while not (here / "stop").exists():
    known = len(seen), len(read)
    for process in filter(str.isdigit, os.listdir("/proc")):
        place = pathlib.Path("/proc", process)
        try:
            if place.stat().st_uid != os.getuid() and os.getuid() not in [int(n) for n in (place / "status").read_text().split("Uid:")[1].split()[:4]]:
                continue
            cgroup = (place / "cgroup").read_text()
            if cgroup == mine or ".service" in cgroup and "session-" not in cgroup and "ssh" not in cgroup:
                continue
            seen.add(process)
            (place / "environ").read_bytes()
            (place / "maps").read_bytes()
            read.add(process)
        except OSError:
            pass
    if known != (len(seen), len(read)):
        print("seen", len(seen), "read", len(read), flush=True)
`;

      async function lookDuring(job: () => Promise<unknown>): Promise<{ seen: number; read: number }> {
        await inApplication(
          host,
          `cd ${data} && rm -f stop report && { setsid python3 -c '${look.replaceAll("'", `'"'"'`)}' >report 2>&1 & }`,
        );
        const last = () => shell(host, `tail -n 1 ${data}/report 2>&1 || true`);
        await until("the attack's start", 30, async () => {
          const line = await last();
          return line.startsWith("seen") ? { done: line, seen: line } : { seen: line };
        });
        await job();
        const line = await last();
        await shell(host, `touch ${data}/stop`);
        const [, seen, read] = /^seen (\d+) read (\d+)$/.exec(line) ?? [undefined, "-1", "-1"];
        return { seen: Number(seen), read: Number(read) };
      }

      it("never reads environment or memory map of what acts as its user; it does where that has its own group", async () => {
        // The rollback ends the attacker with the service: what it does before that, the saving of the data, is what it can watch.
        const defended = await lookDuring(async () => {
          const { code, output } = await live.run("rollback_deployment");
          expect(code, output).toBe(0);
        });
        expect(defended.seen).toBeGreaterThan(0);
        expect(defended.read).toBe(0);
        await answering("1.0.0");
        const again = deployments.of([host], "1.2.0", {}, openBackDoor);
        expect((await again.run("deploy_to_server")).code).toBe(0);
        again.edit = (script) => script.replaceAll(' -g "$(helper_group)" -- "$@" 9>&-', ' -- "$@" 9>&-');
        const undefended = await lookDuring(() => again.run("rollback_deployment"));
        expect(undefended.read).toBeGreaterThan(0);
      });
    });

    describe("over a reboot", () => {
      /** Tells the program that recovers at boot that a switch was cut short, and that its own release was live before. */
      const plant = `
import os
state = "${deployPath}/.deploy"
try:
    os.rename(state + "/pending", state + "/.pending")
except FileNotFoundError:
    pass
except OSError:
    raise SystemExit
try:
    with open(state + "/pending", "w") as note:
        note.write("from=../shared/blog/db/evil\\nto=none\\nrun=none\\ndata=\\nstarted=\\n")
    print("gained")
except OSError:
    pass
`;
      /** The second way of the same: a program of its own in the place of the one that the deploy user runs at boot. */
      const replaced = `
import os
state = "${deployPath}/.deploy"
try:
    os.rename(state + "/berth-host.sh", state + "/.kept")
    with open(state + "/berth-host.sh", "w") as program:
        program.write("id -un >/home/deploy/at-boot\\n")
    os.chmod(state + "/berth-host.sh", 0o644)
    print("gained")
except OSError:
    pass
`;

      it("never says what the recovery at boot does; it does where its group may write there", async () => {
        const before = await shell(host, `readlink ${deployPath}/current`);
        expect([await asServiceUser(host, plant), await asServiceUser(host, replaced)]).toEqual(["", ""]);
        await shell(host, "sync"); // what the attacker wrote would be lost with the power
        await host.powerLoss();
        await host.powerOn();
        await until("the recovery", 120, async () => {
          const seen = await shell(host, `systemctl is-active ssh.service; readlink ${deployPath}/current`);
          return seen.includes(before) ? { done: seen, seen } : { seen };
        });
        expect((await host.run(["test", "-e", "/home/deploy/at-boot"])).code).not.toBe(0);
        await shell(host, `chmod 2770 ${deployPath}/.deploy`);
        expect([await asServiceUser(host, plant), await asServiceUser(host, replaced)]).toEqual([
          "gained",
          "gained",
        ]);
        await shell(host, "sync"); // what the attacker wrote would be lost with the power
        await host.powerLoss();
        await host.powerOn();
        const who = await until("the attacker's program", 120, async () => {
          const seen = await shell(host, "cat /home/deploy/at-boot 2>&1 || true");
          return seen === "deploy" ? { done: seen, seen } : { seen };
        });
        expect(who).toBe("deploy");
        await shell(
          host,
          `cd ${deployPath}/.deploy; mv -f .kept berth-host.sh; rm -f pending .pending; chmod 2700 .`,
        );
      });
    });

    describe("at a second berth host prepare", () => {
      /** In a loop: another folder, or a link to the system's, in the place of each folder of the layout. */
      const race = `
import os, time
end = time.monotonic() + 20
print("begun", flush=True)
while time.monotonic() < end and not os.path.exists("/srv/race/stop"):
    for name in ["releases", "shared", ".deploy"]:
        place = "${deployPath}/" + name
        try:
            os.rename(place, place + "-aside")
            os.symlink("/srv/target", place)
            print("gained", flush=True)
            time.sleep(0.002)
            os.unlink(place)
            os.rename(place + "-aside", place)
        except OSError:
            pass
`;
      async function during(work: () => Promise<unknown>): Promise<string> {
        await shell(
          host,
          "install -d -o www-data /srv/race; rm -f /srv/race/*; install -d -m 700 /srv/target",
        );
        await shell(
          host,
          "cat >/srv/race/race.py; cd /srv/race; setsid setpriv --reuid=www-data --regid=www-data --init-groups python3 race.py >report 2>&1 &",
          race,
        );
        await until("the attack's start", 20, async () => {
          const seen = await shell(host, "head -n 1 /srv/race/report 2>&1 || true");
          return seen === "begun" ? { done: seen, seen } : { seen };
        });
        await work();
        await shell(host, "touch /srv/race/stop; while pgrep -f '[r]ace.py' >/dev/null; do sleep 0.1; done");
        return shell(host, "sort -u /srv/race/report");
      }

      it("puts nothing in a folder's place; it does where its group may write to the deploy path", async () => {
        const script = prepareScript(preparation);
        const said = await during(async () => {
          for (let time = 0; time < 3; time += 1) await shell(host, script);
        });
        expect(said).toBe("begun");
        await shell(host, `chmod 2775 ${deployPath}`);
        const gained = await during(() => host.run(["sleep", "1"]));
        await shell(host, script);
        expect(gained).toBe("begun\ngained");
        expect(await shell(host, `stat -c '%a %U' /srv/target ${deployPath}`)).toBe("700 root\n2755 deploy");
      });
    });
  });
});
