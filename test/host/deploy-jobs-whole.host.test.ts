import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootHost, type ThrowawayHost } from "../../src/host/index.ts";
import { OriginalProcedure } from "../bench/original-procedure.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import { systemHas } from "../scripts/system.ts";
import { toolFolder } from "../scripts/tools.ts";
import { Deployment, deployPath, health, openTicket, shell } from "./deployment.ts";

/** `BERTH_SUITE=trixie npm run test:deploy` takes servers with Debian 13. */
const suite = process.env.BERTH_SUITE === "trixie" ? "trixie" : "bookworm";
const anyPython = fileURLToPath(new URL("any_python.py", import.meta.url));
const adapt = (folder: string) => {
  if (suite === "trixie") execFileSync("python3", [anyPython, folder, "3.13"]);
};

const reason =
  process.env.BERTH_DEPLOY_TESTS !== "whole"
    ? "npm run test:deploy runs them"
    : process.platform !== "linux" || process.getuid?.() !== 0
      ? "needs Linux and root"
      : "";
const say = (line: string) => void process.stderr.write(`${line}\n`);
if (reason) say(`deploy jobs, at length: skipped: ${reason}`);

describe.skipIf(reason)("the deploy jobs, at length", () => {
  let packages: Packages;
  let host: ThrowawayHost;
  let other: ThrowawayHost;
  const deployments: Deployment[] = [];
  const deployment = (version: string, variables: Record<string, string> = {}, hosts = [host]) => {
    const made = new Deployment(hosts, packages.variant(version, adapt), variables);
    deployments.push(made);
    return made;
  };
  beforeAll(async () => {
    packages = await buildPackages(say);
    [host, other] = await Promise.all([
      bootHost({ suite, progress: say }),
      bootHost({ suite, progress: say }),
    ]);
    // One key for all servers, as a job has it.
    const { stdout } = await host.run(["cat", "/home/deploy/.ssh/authorized_keys"]);
    await shell(other, "cat >>/home/deploy/.ssh/authorized_keys", stdout);
  });
  afterAll(async () => {
    for (const each of deployments) each.remove();
    packages?.remove();
    await host?.down();
    await other?.down();
  });

  describe("on a fresh server", () => {
    it("the deploy puts the first version live, run with BusyBox's tools as in Alpine", async () => {
      const first = deployment("1.0.0");
      const busybox = await systemHas("busybox");
      const tools = busybox ? toolFolder(first.folder, ["bash", "ssh", "ssh-keygen", "rsync"]) : "";
      const { code, output } = busybox
        ? await first.run("deploy_to_server", { PATH: tools }, undefined, [`${tools}/busybox`, "sh"])
        : await first.run("deploy_to_server");
      expect(code, output).toBe(0);
      await openTicket(host, "first");
      expect(await health(host)).toMatchObject({ version: "1.0.0", tickets: 1 });
    });

    it("the verification notices a file that was changed, and a service that is down", async () => {
      await shell(
        host,
        `echo '# more' >>${deployPath}/current/wsgi.py; systemctl stop flask-helpdesk.socket flask-helpdesk`,
      );
      const { code, output } = await deployment("1.0.0").run("post_deploy_verification");
      expect(code).toBe(1);
      expect(output).toContain("wsgi.py: not the content that was built");
      expect(output).toMatch(/flask-helpdesk is (inactive|failed)/);
      expect(output).toMatch(/answer 1 of 3: .*refused/);
      await shell(
        host,
        `sed -i '$d' $(readlink -f ${deployPath}/current/wsgi.py); systemctl start flask-helpdesk.socket`,
      );
    });

    it("a job that is run again activates what is complete", async () => {
      const again = deployment("1.1.0");
      expect((await again.run("deploy_to_server")).code).toBe(0);
      await deployment("1.2.0").run("deploy_to_server");
      expect((await health(host)).version).toBe("1.2.0");
      const { code, output } = await again.run("deploy_to_server");
      expect(output).toContain("is complete on");
      expect(code).toBe(0);
      expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 1 });
    });

    it("a job that loses its network for a while goes on where it was", async () => {
      let cut: Promise<void> | undefined;
      const { code, output } = await deployment("1.3.0", { BERTH_STABLE_SECONDS: "8" }).run(
        "deploy_to_server",
        {},
        (text) => {
          if (!text.includes("Make the virtual environment") || cut) return;
          cut = host.cutNetwork().then(async () => {
            await new Promise((resolve) => setTimeout(resolve, 20_000));
            await host.healNetwork();
          });
        },
      );
      await cut;
      expect(output).toContain("was interrupted");
      expect(output).toContain("with version 1.3.0");
      expect(code).toBe(0);
      expect(output.match(/Make the virtual environment/g)).toHaveLength(1);
    });

    it("a bad version is never live, and the job names the cause and the cure", async () => {
      const bad = new Deployment(
        [host],
        packages.variant("6.6.6", (folder) => {
          adapt(folder);
          writeFileSync(join(folder, "app/wsgi.py"), "1 / 0\n");
        }),
      );
      deployments.push(bad);
      const { code, output } = await bad.run("deploy_to_server");
      expect(code).toBe(1);
      expect(output).toContain("ZeroDivisionError");
      expect(output).toMatch(/cause: the new release does not run/);
      expect(output).toMatch(/cure: .*the live release was not touched/);
      expect((await health(host)).version).toBe("1.3.0");
    });

    it("the rollback goes to the release before, or to a named one, and leaves the data alone", async () => {
      await openTicket(host, "second");
      const jobs = deployment("0");
      const back = await jobs.run("rollback_deployment");
      expect(back.output).toMatch(/releases here: .*\(live\)/);
      expect(back.code).toBe(0);
      expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 2 });
      const named = /(\S+-\S+) \(live\)/.exec(back.output)?.[1] ?? "";
      expect((await jobs.run("rollback_deployment", { BERTH_ROLLBACK_TO: named })).code).toBe(0);
      expect(await health(host)).toMatchObject({ version: "1.3.0", tickets: 2 });
      const wrong = await jobs.run("rollback_deployment", { BERTH_ROLLBACK_TO: "1.3.0" });
      expect(wrong.code).toBe(1);
      expect(wrong.output).toContain('the release "1.3.0" is not one that was live here');
    });

    it("the rollback puts a backup back when it is named, and saves the present data first", async () => {
      const jobs = deployment("0");
      const backups = await shell(host, "ls /var/backups/flask_helpdesk");
      const [newest = ""] = backups.split("\n").toReversed();
      await openTicket(host, "third");
      const live = await shell(host, `basename $(readlink ${deployPath}/current)`);
      const variables = { BERTH_RESTORE_DATA: newest, BERTH_ROLLBACK_TO: live };
      const { code, output } = await jobs.run("rollback_deployment", variables);
      expect(output).toContain("Save the present data");
      expect(code).toBe(0);
      expect((await health(host)).tickets).toBe(2);
      const saved = (await shell(host, "ls /var/backups/flask_helpdesk")).split("\n").toReversed()[0];
      expect(
        (await jobs.run("rollback_deployment", { ...variables, BERTH_RESTORE_DATA: saved ?? "" })).code,
      ).toBe(0);
      expect((await health(host)).tickets).toBe(3);
    });

    it("before_switch runs on a copy first when asked to, and its failure there touches nothing", async () => {
      const command = `venv/bin/python -c "import sqlite3; d = sqlite3.connect('blog/db/blog.db'); d.execute('delete from ticket'); d.commit()"`;
      const variables = {
        BERTH_SWITCHES: "manage_units=true health_version=true before_switch_on_copy=true",
        BERTH_BEFORE_SWITCH: `${command}; false`,
      };
      const { code, output } = await deployment("1.5.0", variables).run("deploy_to_server");
      expect(code).toBe(1);
      expect(output).toContain("before_switch failed on a copy of the data");
      expect(await health(host)).toMatchObject({ version: "1.3.0", tickets: 3 });
      expect(await shell(host, `ls -A ${deployPath}/shared`)).toBe("blog");
    });
  });

  describe("over an installation of the original procedure", () => {
    it("the first deploy takes it over, without losing a row, and can go back to it", async () => {
      await new OriginalProcedure(other).deploy(packages.variant("1.0.0", adapt));
      await shell(other, "for i in $(seq 100); do curl -fs 127.0.0.1:8000/healthz && exit; sleep 0.1; done");
      await openTicket(other, "from before");
      const jobs = deployment("2.0.0", {}, [other]);
      const checks = await jobs.run("pre_deploy_checks");
      expect(checks.output).toContain("an in-place installation is in");
      expect(checks.code).toBe(0);
      const { code, output } = await jobs.run("deploy_to_server");
      expect(output).toContain("Take over the in-place installation");
      expect(code, output).toBe(0);
      expect(await health(other)).toMatchObject({ version: "2.0.0", tickets: 1 });
      await openTicket(other, "after");
      const back = await jobs.run("rollback_deployment", { BERTH_SWITCHES: "manage_units=true" });
      expect(back.output).toContain("in-place");
      expect(back.code).toBe(0);
      expect((await health(other)).tickets).toBe(2);
      expect(await shell(other, "systemctl show -P ExecStart flask-helpdesk")).toContain(
        `${deployPath}/venv/bin/python`,
      );
      expect((await jobs.run("deploy_to_server")).code).toBe(0);
      expect(await health(other)).toMatchObject({ version: "2.0.0", tickets: 2 });
    });
  });

  describe("on several servers", () => {
    it("stops at the first that fails; the others stay on the old version, and a table says so", async () => {
      await shell(
        host,
        "touch /etc/no-space; mount -t tmpfs -o size=4k tmpfs /var/backups/flask_helpdesk; chown deploy:www-data /var/backups/flask_helpdesk; chmod 2770 /var/backups/flask_helpdesk",
      );
      const { code, output } = await deployment("3.0.0", {}, [host, other]).run("deploy_to_server");
      await shell(host, "umount /var/backups/flask_helpdesk");
      expect(code).toBe(1);
      expect(output).toMatch(/could not be saved|No space left/);
      expect(output).toMatch(new RegExp(`${host.address} +failed`));
      expect(output).toMatch(new RegExp(`${other.address} +not begun`));
      expect((await health(host)).version).toBe("1.3.0");
      expect((await health(other)).version).toBe("2.0.0");
    });

    it("deploys to all side by side with max_parallel", async () => {
      const { code, output } = await deployment("3.1.0", { BERTH_MAX_PARALLEL: "2" }, [host, other]).run(
        "deploy_to_server",
      );
      expect(output).toContain(`[${other.address}]`);
      expect(code, output).toBe(0);
      expect((await health(host)).version).toBe("3.1.0");
      expect((await health(other)).version).toBe("3.1.0");
    });
  });

  describe("with rolling", () => {
    const rolling = { BERTH_SWITCHES: "manage_units=true harden_unit=true health_version=true rolling=true" };
    const standby = () => shell(host, "systemctl is-active flask-helpdesk-standby || true");

    it("a second instance serves during the switch, and is gone after it", async () => {
      const { code, output } = await deployment("4.0.0", rolling).run("deploy_to_server");
      expect(code, output).toBe(0);
      expect(output).toMatch(/a second instance serves \(after \d+\.\d s\)/);
      expect((await health(host)).version).toBe("4.0.0");
      expect(await standby()).toBe("inactive");
      expect((await deployment("4.1.0", rolling).run("deploy_to_server")).code).toBe(0);
      const back = await deployment("0").run("rollback_deployment");
      expect(back.output).toContain("a second instance serves");
      expect((await health(host)).version).toBe("4.0.0");
      expect(await standby()).toBe("inactive");
    });

    it.each([
      ["answers nothing", "import time; time.sleep(1e6)", "the second instance does not answer"],
      ["ends at once", "raise SystemExit(3)", "the second instance of the new release ended by itself"],
    ])("a release that %s under the service's own unit takes its second instance with it", async (_, program, message) => {
      const variables = { ...rolling, BERTH_PREFLIGHT: "none", BERTH_HEALTH_TIMEOUT: "5" };
      const { code, output } = await deployment("4.2.0", {
        ...variables,
        BERTH_START_COMMAND: `python -c '${program}'`,
      }).run("deploy_to_server");
      expect(code).toBe(1);
      expect(output).toContain(message);
      expect((await health(host)).version).toBe("4.0.0");
      expect(await standby()).toBe("inactive");
      expect(await shell(host, "systemctl list-units --failed --plain --no-legend")).toBe("");
    });

    it("a deploy without it takes the second instance's unit away, and another port takes effect", async () => {
      const variables = {
        BERTH_LISTEN: "0.0.0.0:8001",
        BERTH_HEALTH_URL: "http://127.0.0.1:8001/healthz",
        PORT: "8001",
        BERTH_ENV_VARIABLES: "SECRET_KEY PORT",
      };
      const { code, output } = await deployment("4.3.0", variables).run("deploy_to_server");
      expect(code, output).toBe(0);
      expect(await shell(host, "ls /etc/systemd/system | grep standby || true")).toBe("");
      expect(await shell(host, "ss -Hltn sport = :8001 or sport = :8000")).toMatch(
        /^\S+ +\d+ +\d+ +0\.0\.0\.0:8001 [^\n]*$/,
      );
    });
  });
});
