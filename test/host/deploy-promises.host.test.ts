import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ThrowawayHost } from "../../src/host/index.ts";
import { systemHas } from "../scripts/system.ts";
import { toolFolder } from "../scripts/tools.ts";
import { type Deployment, deployPath, health, openTicket, shell } from "./deployment.ts";
import { atLength, suiteOrElse, useDeployments } from "./deployments.ts";
import { useHosts, whereHostsBoot } from "./hosts.ts";

/** Debian 13, since the other suites deploy to Debian 12. */
const suite = suiteOrElse("trixie");
const rolling = { BERTH_SWITCHES: "manage_units=true harden_unit=true health_version=true rolling=true" };

/** One server, on which one test goes on where the one before ended. */
describe("the deploy jobs, on one server", await whereHostsBoot(), () => {
  const hosts = useHosts();
  const deployments = useDeployments(suite);
  let host: ThrowawayHost;
  let first: Deployment;
  beforeAll(async () => {
    host = await hosts.boot({ suite });
  });
  const deployment = (version: string, variables?: Record<string, string>) =>
    deployments.of([host], version, variables);
  const standby = () => shell(host, "systemctl is-active flask-helpdesk-standby || true");

  it("put the first version live, run with BusyBox's tools as in Alpine", async () => {
    first = deployment("1.0.0");
    const busybox = await systemHas("busybox");
    const tools = busybox ? toolFolder(first.folder, ["bash", "ssh", "ssh-keygen", "rsync"]) : "";
    const { code, output } = busybox
      ? await first.run("deploy_to_server", { PATH: tools }, undefined, [`${tools}/busybox`, "sh"])
      : await first.run("deploy_to_server");
    expect(code, output).toBe(0);
    await openTicket(host, "first");
    expect(await health(host)).toMatchObject({ version: "1.0.0", tickets: 1 });
  });

  it("notice, when they verify, a file that was changed, and a service that is down", async () => {
    await shell(
      host,
      `echo '# more' >>${deployPath}/current/wsgi.py; systemctl stop flask-helpdesk.socket flask-helpdesk`,
    );
    const { code, output } = await first.run("post_deploy_verification");
    await shell(
      host,
      `sed -i '$d' $(readlink -f ${deployPath}/current/wsgi.py); systemctl start flask-helpdesk.socket`,
    );
    expect(code).toBe(1);
    expect(output).toContain("wsgi.py: not the content that was built");
    expect(output).toMatch(/flask-helpdesk is (inactive|failed)/);
    expect(output).toMatch(/answer 1 of 3: .*refused/);
  });

  it("let a second instance serve during the switch with rolling, and it is gone after it", async () => {
    const { code, output } = await deployment("1.1.0", rolling).run("deploy_to_server");
    expect(code, output).toBe(0);
    expect(output).toMatch(/a second instance serves \(after \d+\.\d s\)/);
    expect((await health(host)).version).toBe("1.1.0");
    expect(await standby()).toBe("inactive");
    expect((await deployment("1.2.0", rolling).run("deploy_to_server")).code).toBe(0);
  });

  it("roll back to the release before, or to a named one, and leave the data alone", async () => {
    await openTicket(host, "second");
    const jobs = deployment("0");
    const back = await jobs.run("rollback_deployment");
    expect(back.output).toMatch(/releases here: .*\(live\)/);
    expect(back.output).toContain("a second instance serves");
    expect(back.code).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 2 });
    expect(await standby()).toBe("inactive");
    const named = /(\S+-\S+) \(live\)/.exec(back.output)?.[1] ?? "";
    expect((await jobs.run("rollback_deployment", { BERTH_ROLLBACK_TO: named })).code).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.2.0", tickets: 2 });
    const wrong = await jobs.run("rollback_deployment", { BERTH_ROLLBACK_TO: "1.2.0" });
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain('the release "1.2.0" is not one that was live here');
  });

  it("put a backup back when restore_data names it, and save the present data first", async () => {
    const jobs = deployment("0");
    const newestBackup = async () => {
      const [newest = ""] = (await shell(host, "ls /var/backups/flask_helpdesk")).split("\n").toReversed();
      return newest;
    };
    const live = await shell(host, `basename $(readlink ${deployPath}/current)`);
    const restore = async (backup: string) =>
      jobs.run("rollback_deployment", { BERTH_RESTORE_DATA: backup, BERTH_ROLLBACK_TO: live });
    const before = await newestBackup();
    const then = await ticketsIn(before);
    await openTicket(host, "third");
    const { code, output } = await restore(before);
    expect(output).toContain("Save the present data");
    expect(code).toBe(0);
    expect((await health(host)).tickets).toBe(then);
    expect((await restore(await newestBackup())).code).toBe(0);
    expect((await health(host)).tickets).toBe(3);
  });

  it("run before_switch on a copy first when asked to, and its failure there touches nothing", async () => {
    const command = `venv/bin/python -c "import sqlite3; d = sqlite3.connect('blog/db/blog.db'); d.execute('delete from ticket'); d.commit()"`;
    const { code, output } = await deployment("1.3.0", {
      BERTH_SWITCHES: "manage_units=true health_version=true before_switch_on_copy=true",
      BERTH_BEFORE_SWITCH: `${command}; false`,
    }).run("deploy_to_server");
    expect(code).toBe(1);
    expect(output).toContain("before_switch failed on a copy of the data");
    expect(await health(host)).toMatchObject({ version: "1.2.0", tickets: 3 });
    expect(await shell(host, `ls -A ${deployPath}/shared`)).toBe("blog");
  });

  it("activate what is complete when they are run again", atLength, async () => {
    const again = deployment("2.1.0");
    expect((await again.run("deploy_to_server")).code).toBe(0);
    await deployment("2.2.0").run("deploy_to_server");
    expect((await health(host)).version).toBe("2.2.0");
    const { code, output } = await again.run("deploy_to_server");
    expect(output).toContain("is complete on");
    expect(code).toBe(0);
    expect(await health(host)).toMatchObject({ version: "2.1.0", tickets: 3 });
  });

  it("go on where they were after their network was gone for a while", atLength, async () => {
    let cut: Promise<void> | undefined;
    const { code, output } = await deployment("2.3.0", { BERTH_STABLE_SECONDS: "8" }).run(
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
    expect(output).toContain("with version 2.3.0");
    expect(code).toBe(0);
    expect(output.match(/Make the virtual environment/g)).toHaveLength(1);
  });

  it("never put a bad version live, and name the cause and the cure", atLength, async () => {
    const bad = deployments.of([host], "6.6.6", {}, (folder) =>
      writeFileSync(join(folder, "app/wsgi.py"), "1 / 0\n"),
    );
    const { code, output } = await bad.run("deploy_to_server");
    expect(code).toBe(1);
    expect(output).toContain("ZeroDivisionError");
    expect(output).toMatch(/cause: the new release does not run/);
    expect(output).toMatch(/cure: .*the live release was not touched/);
    expect((await health(host)).version).toBe("2.3.0");
  });

  it.each([
    ["answers nothing", "import time; time.sleep(1e6)", "the second instance does not answer"],
    ["ends at once", "raise SystemExit(3)", "the second instance of the new release ended by itself"],
  ])(
    "take the second instance of a release away that %s under the service's own unit",
    atLength,
    async (_, program, message) => {
      const { version } = await health(host);
      const { code, output } = await deployment("4.2.0", {
        ...rolling,
        BERTH_PREFLIGHT: "none",
        BERTH_HEALTH_TIMEOUT: "5",
        BERTH_START_COMMAND: `python -c '${program}'`,
      }).run("deploy_to_server");
      expect(code).toBe(1);
      expect(output).toContain(message);
      expect((await health(host)).version).toBe(version);
      expect(await standby()).toBe("inactive");
      expect(await shell(host, "systemctl list-units --failed --plain --no-legend")).toBe("");
    },
  );

  it(
    "take the second instance's unit away without rolling, and listen on another port",
    atLength,
    async () => {
      const { code, output } = await deployment("4.3.0", {
        BERTH_LISTEN: "0.0.0.0:8001",
        BERTH_HEALTH_URL: "http://127.0.0.1:8001/healthz",
        PORT: "8001",
        BERTH_ENV_VARIABLES: "SECRET_KEY PORT",
      }).run("deploy_to_server");
      expect(code, output).toBe(0);
      expect(await shell(host, "ls /etc/systemd/system | grep standby || true")).toBe("");
      expect(await shell(host, "ss -Hltn sport = :8001 or sport = :8000")).toMatch(
        /^\S+ +\d+ +\d+ +0\.0\.0\.0:8001 [^\n]*$/,
      );
    },
  );

  /** The tickets in the database of a backup. */
  async function ticketsIn(backup: string): Promise<number> {
    const place = `/var/backups/flask_helpdesk/${backup}`;
    const count =
      "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('select count(*) from ticket').fetchone()[0])";
    const database = await shell(host, `find ${place} -name '*.db'`);
    const { stdout } = await host.run(["python3", "-c", count, database]);
    return Number(stdout);
  }
});
