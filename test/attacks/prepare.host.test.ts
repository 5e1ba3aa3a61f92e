import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Preparation, prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { shell } from "../host/deployment.ts";
import { useHosts, whereHostsBoot } from "../host/hosts.ts";
import { without } from "./attacker.ts";

/* An administrator runs the script of `berth host prepare` again, as root, on a server where others have been at work. */
const deployPath = "/srv/apps/helpdesk";
const preparation: Preparation = {
  deployUser: "deploy",
  serviceName: "helpdesk",
  serviceUser: "www-data",
  deployPath,
  backupPath: "/var/backups/helpdesk",
  listen: true,
  units: "administrator",
};

describe.each(["bookworm", "trixie"] as const)(
  "berth host prepare, run again as root on Debian %s,",
  await whereHostsBoot(),
  (suite) => {
    const hosts = useHosts();
    let host: ThrowawayHost;
    let script: string;
    beforeAll(async () => {
      host = await hosts.boot({ suite, sudo: "none" });
      await shell(host, "mkdir -p /etc/cron.d"); // Debian 13 has it with cron alone
      const publicKey = readFileSync(`${host.privateKeyFile}.pub`, "utf8").trim();
      script = prepareScript({ ...preparation, publicKey });
      await shell(host, script);
    });

    const facts = (place: string) =>
      shell(host, `stat -c '%U:%G %a %s' ${place}; head -c 100000 ${place} 2>/dev/null | sha256sum`);
    const asDeployUser = (program: string) => shell(host, "exec runuser -u deploy -- sh -eu", program);

    /** Runs a script, and says whether the place is still as it was; puts it back. */
    async function spares(
      place: string,
      program: string,
    ): Promise<{ spared: boolean; code: number; stderr: string }> {
      await shell(host, `rm -rf /root/kept; cp -a ${place} /root/kept`);
      const before = await facts(place);
      const { code, stderr } = await host.run(["sh"], { input: program });
      const spared = (await facts(place)) === before;
      if (!spared) await shell(host, `rm -rf ${place}; cp -a /root/kept ${place}`);
      return { spared, code, stderr };
    }

    it.each([
      [
        "a folder of the layout that is a link",
        `cd ${deployPath}; mv shared .kept; ln -s /etc/cron.d shared`,
        `cd ${deployPath}; rm shared; mv .kept shared`,
        "/etc/cron.d",
        [
          `runuser -u deploy -- sh -euc 'umask 027; mkdir -p "$1"; [ ! -L "$1" ]; [ -O "$1" ];`,
          `sh -euc 'umask 027; mkdir -p "$1"; chown deploy "$1";`,
        ],
        /is not a folder of deploy's/,
      ],
      [
        "authorized_keys that is a link",
        "cd; mv .ssh/authorized_keys .kept; ln -s /etc/sudoers .ssh/authorized_keys",
        "cd; rm .ssh/authorized_keys; mv .kept .ssh/authorized_keys",
        "/etc/sudoers",
        ["runuser -u deploy -- sh -eu -s", "sh -eu -s"],
        /Permission denied/,
      ],
      [
        ".ssh that is a link",
        "cd; mv .ssh .kept; ln -s /etc/cron.d .ssh",
        "cd; rm .ssh; mv .kept .ssh",
        "/etc/cron.d",
        ["runuser -u deploy -- sh -eu -s", "sh -eu -s"],
        /Permission denied/,
      ],
    ] as const)("does nothing through %s of the deploy user's", async (_, plant, remove, target, [
      defence,
      instead,
    ], message) => {
      await asDeployUser(plant.replace(/^cd;/, "cd ~deploy;"));
      const defended = await spares(target, script);
      const undefended = await spares(target, without(script, defence, instead));
      await asDeployUser(remove.replace(/^cd;/, "cd ~deploy;"));
      expect(defended).toMatchObject({ spared: true });
      expect(defended.code).not.toBe(0);
      expect(defended.stderr).toMatch(message);
      expect(undefended.spared, "with this defence undone the attack must succeed").toBe(false);
    });

    it.each([
      [
        "a folder that holds something else",
        "mkdir /opt/other; touch /opt/other/file",
        "/opt/other",
        "holds no application",
      ],
      [
        "a folder below a link",
        "ln -s /opt /srv/link; mkdir /opt/behind",
        "/srv/link/behind",
        "/srv/link is a link",
      ],
      ["a link", "mkdir /opt/real; ln -s /opt/real /srv/front", "/srv/front", "/srv/front is a link"],
      [
        "a folder below another user's",
        "install -d -o www-data /srv/web",
        "/srv/web/app",
        "belongs to www-data",
      ],
      [
        "a folder in another application's deploy path",
        "mkdir -p /srv/other/.deploy /srv/other/releases",
        "/srv/other/releases/app",
        "lies in /srv/other, the deploy path of another application",
      ],
      [
        "a folder below one for all",
        "install -d -m 777 /srv/all",
        "/srv/all/app",
        "everybody can write to /srv/all",
      ],
      [
        "a folder below the service's group's",
        "install -d -m 775 -g www-data /srv/group",
        "/srv/group/app",
        "www-data can write to /srv/group",
      ],
    ])("takes no %s", async (_, plant, place, message) => {
      await shell(host, plant);
      const before = await shell(host, `stat -L -c '%U:%G %a' ${place} 2>&1 || true`);
      for (const option of ["deployPath", "backupPath"] as const) {
        const { code, stderr } = await host.run(["sh"], {
          input: prepareScript({ ...preparation, [option]: place }),
        });
        expect(code).not.toBe(0);
        expect(stderr).toContain(message);
      }
      expect(await shell(host, `stat -L -c '%U:%G %a' ${place} 2>&1 || true`)).toBe(before);
      // The control: a script that says the same and goes on makes the place the deploy user's.
      const heedless = without(prepareScript({ ...preparation, deployPath: place }), "  exit 1\n}", "}");
      await host.run(["sh"], { input: heedless });
      expect(
        await shell(host, `stat -L -c %U ${place}`),
        "with this defence undone the place must be taken",
      ).toBe("deploy");
    });

    it.each([
      [
        "a service that a package of the system has",
        "true",
        { serviceName: "ssh", units: "deployer" },
        "ssh.service belongs to a package",
      ],
      [
        "root by another name",
        "useradd -o -u 0 toor",
        { serviceUser: "toor" },
        "toor is root by another name",
      ],
      [
        "a user whose main group is the helpers'",
        "getent group berth || groupadd berth; useradd -g berth inside",
        { serviceUser: "inside" },
        "inside has the main group berth",
      ],
      [
        "an administrator as a launcher's user",
        "getent group sudo || groupadd sudo; useradd -G sudo admin1",
        { serviceUser: "admin1", units: "launcher", listen: false },
        "admin1 is in the group sudo",
      ],
    ] as const)("takes no service that is %s", async (_, plant, change, message) => {
      await shell(host, plant);
      const { code, stderr } = await host.run(["sh"], {
        input: prepareScript({ ...preparation, ...change }),
      });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    });

    it("sets up no launcher over an installation that no deploy has taken over: a rollback to it would have lost its unit", async () => {
      const place = "/var/www/in-place";
      await shell(host, `install -d ${place}; touch ${place}/wsgi.py`);
      const launcher = {
        ...preparation,
        deployPath: place,
        units: "launcher",
        serviceName: "in-place",
        serviceUser: "in-place",
        listen: false,
      } as const;
      const { code, stderr } = await host.run(["sh"], { input: prepareScript(launcher) });
      expect(code).not.toBe(0);
      expect(stderr).toContain("/var/www/in-place holds an application that no deploy has taken over yet");
      expect(await shell(host, "ls /etc/systemd/system/in-place* 2>&1 || true")).toContain("No such file");
      await host.run(["sh"], { input: without(prepareScript(launcher), "  exit 1\n}", "}") });
      expect(
        await shell(host, "ls /etc/systemd/system/in-place.service"),
        "with this defence undone the unit must be there",
      ).toContain("in-place.service");
    });

    it("repairs what it made before, whatever its modes became", async () => {
      await shell(host, `chmod 2775 ${deployPath}; chmod 2770 ${deployPath}/shared /var/backups/helpdesk`);
      await shell(host, script);
      expect(await shell(host, `stat -c %a ${deployPath} ${deployPath}/shared /var/backups/helpdesk`)).toBe(
        "2755\n2750\n2700",
      );
    });
  },
);
