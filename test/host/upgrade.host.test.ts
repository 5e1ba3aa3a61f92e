import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Preparation, prepareScript, type Suite, type ThrowawayHost } from "../../src/host/index.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import { BerthBefore } from "./before.ts";
import {
  backupPath,
  Deployment,
  deployPath,
  health,
  openTicket,
  port,
  shell,
  preparation as usual,
} from "./deployment.ts";
import { say, useHosts, whereHostsBoot } from "./hosts.ts";

/*
 * Servers that Berth 0.1.0 has prepared and filled, and the first jobs of this version on them. Quick is one of the table's rows;
 * `npm run test:deploy` takes them all.
 */
const anyPython = fileURLToPath(new URL("any_python.py", import.meta.url));

/** Who writes the units, or what the pipeline logs in as. From units by the deployer, as www-data: to a launcher, or to a user of its own. */
type User = "deployer" | "administrator" | "root" | "launcher" | "own user";
const rows: [Suite, User][] = [
  ["bookworm", "deployer"],
  ["bookworm", "administrator"],
  ["bookworm", "root"],
  ["trixie", "deployer"],
  ["trixie", "administrator"],
  ["trixie", "root"],
  ["bookworm", "launcher"],
  ["trixie", "launcher"],
  ["bookworm", "own user"],
];
const taken = process.env.BERTH_DEPLOY_TESTS === "whole" ? rows : rows.slice(0, 1);

describe.each(taken)(
  "a server of the version before: Debian %s, units by %s",
  await whereHostsBoot(),
  (suite, mode) => {
    const hosts = useHosts();
    let packages: Packages;
    let before: BerthBefore;
    let host: ThrowawayHost;
    const deployments: Deployment[] = [];
    const variables: Record<string, string> = {
      ...(mode === "root" ? { DEPLOY_USER: "root" } : {}),
      ...(mode === "administrator" ? { BERTH_SWITCHES: "harden_unit=true health_version=true" } : {}),
    };
    const moves = mode === "launcher" || mode === "own user";
    const group = moves ? "helpdesk" : "www-data";
    const preparation: Preparation = {
      ...usual,
      units: mode === "root" || mode === "own user" ? "deployer" : mode,
      serviceUser: group,
      ...(mode === "launcher" ? { listenAddress: `0.0.0.0:${port}` } : {}),
    };
    const owner = mode === "root" ? "root" : "deploy";
    const tickets = moves ? 2 : 1;

    /** The package of a version, and the jobs of this version of Berth, or of the one before. */
    function deployment(version: string, berth: "before" | "now"): Deployment {
      const adapt = (folder: string) => {
        if (suite === "trixie") execFileSync("python3", [anyPython, folder, "3.13"]);
      };
      const made = new Deployment([host], packages.variant(version, adapt), {
        ...variables,
        ...(berth === "now" ? { BERTH_SERVICE_USER: group } : {}),
      });
      if (berth === "before") made.edit = () => before.scriptOf("deploy", "deploy_to_server");
      deployments.push(made);
      return made;
    }
    const modes = (...places: string[]) => shell(host, `stat -c '%U:%G %a %n' ${places.join(" ")}`);

    beforeAll(async () => {
      before = new BerthBefore();
      [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ suite, sudo: "none" })]);
      if (mode === "root")
        await shell(host, "install -D -m 600 ~deploy/.ssh/authorized_keys /root/.ssh/authorized_keys");
      else
        await shell(
          host,
          before.prepareScript(...(mode === "administrator" ? ["--units", "administrator"] : [])),
        );
      if (mode === "administrator") await shell(host, administratorsUnits);
      const first = deployment("1.0.0", "before");
      const { code, output } = await first.run("deploy_to_server");
      expect(code, output).toBe(0);
      await openTicket(host, "first");
      // Cut between switch and confirmation: the transaction and its guard are killed, so a half-done switch is what is found.
      const cut = deployment("1.1.0", "before");
      let killed: Promise<string> | undefined;
      await cut.run("deploy_to_server", {}, (text, cancel) => {
        if (killed !== undefined || !text.includes("== Watch")) return;
        killed = shell(host, "pkill -KILL -f '[b]erth.* (guard|transact) /var/www'");
        killed.then(cancel, cancel);
      });
      await killed;
      expect(await shell(host, `cat ${deployPath}/.deploy/pending`)).toContain("to=");
    });
    afterAll(async () => {
      for (const each of deployments) each.remove();
      before?.remove();
      packages?.remove();
    });

    it.runIf(moves)("gets a user of the application's own, and serves on", async () => {
      for (const _ of ["first", "again"]) await shell(host, prepareScript(preparation));
      expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 1 });
      await openTicket(host, "second");
      expect(await shell(host, "ps -o user= -p $(systemctl show -p MainPID --value flask-helpdesk)")).toBe(
        group,
      );
    });

    it("is checked: what is not in order is repaired, or named with what the administrator runs", async () => {
      const { code, output } = await deployment("1.2.0", "now").run("pre_deploy_checks");
      expect(code, output).toBe(0);
      if (moves) expect(output).not.toContain("berth host prepare");
      else if (mode !== "root")
        expect(output).toMatch(/note .*run the script of "berth host prepare" again, as root/);
      expect(
        await modes(
          deployPath,
          `${deployPath}/shared`,
          `${deployPath}/shared/blog`,
          `${deployPath}/.deploy`,
          backupPath,
        ),
      ).toBe(
        [
          `${owner}:${group} 2755 ${deployPath}`,
          `${owner}:${group} 2750 ${deployPath}/shared`,
          `${owner}:${group} 2750 ${deployPath}/shared/blog`,
          `${owner}:${group} 2700 ${deployPath}/.deploy`,
          `${owner}:${group} 2700 ${backupPath}`,
        ].join("\n"),
      );
    });

    it("is deployed to: the half-done switch is undone first, and nothing of the data is lost", async () => {
      const { code, output } = await deployment("1.2.0", "now").run("deploy_to_server");
      expect(code, output).toBe(0);
      expect(output).toContain("was interrupted before its confirmation: back to");
      expect(await health(host)).toMatchObject({ version: "1.2.0", tickets });
    });

    it("is rolled back to a release of the old format, and forward again", async () => {
      const rollback = deployment("1.2.0", "now");
      const { code, output } = await rollback.run("rollback_deployment");
      expect(code, output).toBe(0);
      expect(await health(host)).toMatchObject({ version: "1.0.0", tickets });
      const again = await deployment("1.3.0", "now").run("deploy_to_server");
      expect(again.code, again.output).toBe(0);
      expect(await health(host)).toMatchObject({ version: "1.3.0", tickets });
    });

    it("has nothing left to say once the administrator has run the script again", async () => {
      if (mode === "root") return;
      await shell(host, prepareScript(preparation));
      const { code, output } = await deployment("1.4.0", "now").run("pre_deploy_checks");
      expect(code, output).toBe(0);
      expect(output).not.toContain("berth host prepare");
      const deployed = await deployment("1.4.0", "now").run("deploy_to_server");
      expect(deployed.code, deployed.output).toBe(0);
      // A launcher's unit is the administrator's, with another limit than these tests'. Of an administrator's own unit two things are said in each deploy: how it differs, and that systemd reads its EnvironmentFile= as root.
      const ofUnits =
        /differs from what this release asks for|systemd reads the EnvironmentFile= in flask-helpdesk\.service as root/;
      const warnings = deployed.output.split("\n").filter((line) => line.includes("warning: "));
      const expected = { administrator: ofUnits, launcher: /TimeoutStopSec=10 of this release/ }[
        mode as string
      ];
      expect(warnings.filter((line) => !expected?.test(line))).toEqual([]);
      expect(await health(host)).toMatchObject({ version: "1.4.0", tickets });
    });
  },
);

/** What an administrator wrote by hand, as the documents of then asked for. */
const administratorsUnits = `
cat >/etc/systemd/system/flask-helpdesk.service <<'UNIT'
[Unit]
Requires=flask-helpdesk.socket
After=flask-helpdesk.socket
[Service]
User=www-data
WorkingDirectory=${deployPath}/current
Environment=WERKZEUG_RUN_MAIN=true WERKZEUG_SERVER_FD=3
EnvironmentFile=${deployPath}/current/.env.production
ExecStart=${deployPath}/current/venv/bin/python ${deployPath}/current/.berth/serve.py wsgi.py
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/flask-helpdesk.socket <<'UNIT'
[Socket]
ListenStream=0.0.0.0:8000
[Install]
WantedBy=sockets.target
UNIT
systemctl daemon-reload
systemctl enable --quiet flask-helpdesk.service flask-helpdesk.socket
`;
