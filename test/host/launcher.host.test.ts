import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Preparation, prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { until } from "../attacks/attacker.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import { Deployment, health, shell } from "./deployment.ts";
import { say, useHosts, whereHostsBoot } from "./hosts.ts";

/* The mode without root, on a server prepared by the unchanged output of `berth host prepare --units launcher`. */
const deployPath = "/var/www/helpdesk";
const preparation: Preparation = {
  deployUser: "deploy",
  serviceName: "helpdesk",
  serviceUser: "helpdesk",
  deployPath,
  backupPath: "/var/backups/helpdesk",
  listen: true,
  listenAddress: "0.0.0.0:8000",
  units: "launcher",
};
/** Values that a shell, systemd or python-dotenv could read in another way than they were meant. */
const awkward = `a "quoted" 'value' \\ back\\slash $HOME $$ %n %% #no comment  ; ü€😀\ttab`;

describe("a server with a launcher", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let packages: Packages;
  let host: ThrowawayHost;
  const deployments: Deployment[] = [];
  const deployment = (version: string, variables: Record<string, string> = {}) => {
    const made = new Deployment([host], packages.variant(version), {
      BERTH_SERVICE_NAME: "helpdesk",
      BERTH_SERVICE_USER: "helpdesk",
      BERTH_START_COMMAND: "python wsgi.py",
      ...variables,
    });
    deployments.push(made);
    return made;
  };
  const units = () =>
    shell(
      host,
      "cd /etc/systemd/system; sha256sum *helpdesk* $(find . -path './*helpdesk*.d/*') /usr/local/lib/berth/launch",
    );
  const environ = async () =>
    (await shell(host, "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value helpdesk)/environ")).split(
      "\n",
    );
  let installed = "";

  beforeAll(async () => {
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ sudo: "none" })]);
    for (const _ of ["first", "again"]) await shell(host, prepareScript(preparation));
    installed = await units();
  });
  afterAll(() => {
    for (const each of deployments) each.remove();
    packages?.remove();
  });

  it("is deployed to without a right to write a unit, and the application runs as its own user, in the sandbox", async () => {
    const first = deployment("1.0.0", { SECRET_KEY: awkward });
    for (const job of ["pre_deploy_checks", "deploy_to_server", "post_deploy_verification"]) {
      const { code, output } = await first.run(job);
      expect(code, output).toBe(0);
      expect(output).not.toContain("is tried before the switch:"); // what stops the trial on a server of an earlier version
      expect(output).not.toContain("is not tried before the switch:");
    }
    expect(await health(host)).toMatchObject({ version: "1.0.0" });
    expect(await shell(host, "ps -o user= -p $(systemctl show -p MainPID --value helpdesk)")).toBe(
      "helpdesk",
    );
    expect(await environ()).toContain(`SECRET_KEY=${awkward}`);
    expect(await units()).toBe(installed);
  });

  it("takes another start command, another environment and a migration without anybody's help", async () => {
    const { code, output } = await deployment("1.1.0", {
      BERTH_START_COMMAND: "waitress-serve --port=8000 wsgi:application",
      BERTH_BEFORE_SWITCH: "id -un >blog/db/migrated-by",
      SECRET_KEY: "another secret of sixteen and more",
      BERTH_SWITCHES: "manage_units=true harden_unit=true health_version=true rolling=true",
    }).run("deploy_to_server");
    expect(code, output).toBe(0);
    expect(output).toContain("the second instance has ended");
    expect(await health(host)).toMatchObject({ version: "1.1.0" });
    const commandLine = await shell(
      host,
      "tr '\\0' ' ' </proc/$(systemctl show -p MainPID --value helpdesk)/cmdline",
    );
    expect(commandLine).toContain("/venv/bin/waitress-serve --port=8000 wsgi:application");
    expect(await environ()).toContain("SECRET_KEY=another secret of sixteen and more");
    expect(await shell(host, `cat ${deployPath}/shared/blog/db/migrated-by`)).toBe("helpdesk");
    expect(await units()).toBe(installed);
  });

  it("goes back, and comes up again after a power loss", async () => {
    const { code, output } = await deployment("1.1.0").run("rollback_deployment");
    expect(code, output).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.0.0" });
    await host.powerLoss();
    await host.powerOn();
    const answer = await until("the answer after the power loss", 60, async () => {
      const seen = await health(host).catch((error: Error) => error.message);
      return typeof seen === "string" ? { seen } : { done: seen, seen: "" };
    });
    expect(answer).toMatchObject({ version: "1.0.0" });
    expect(await shell(host, "systemctl show -p Result --value berth-recovery-helpdesk.service")).toBe(
      "success",
    );
  });

  it.each([
    ["sh"],
    ["systemctl", "daemon-reload"],
    ["systemctl", "restart", "ssh.service"],
    [
      "install",
      "-D",
      "-m",
      "644",
      "--",
      `${deployPath}/releases/1/.berth/units/helpdesk.service`,
      "/etc/systemd/system/helpdesk.service",
    ],
    ["-u", "www-data", "true"],
    ["-u", "root", "-g", "berth", "true"],
  ])("does not let the deploy user run with sudo: %s %s %s", async (...words) => {
    expect((await asDeployUser("sudo", "-n", "-l", ...words)).code).not.toBe(0);
  });

  it("reads a release's environment as systemd does", async () => {
    const corpus = [
      'A=plain\nB="two words"\nC=two words \n# D=no\n ; E=no\n',
      `F="a \\"q\\" \\\\ \\$x \\n $HOME"\nG='single \\ "q"'\nH='it'"s"  \nI=\n`,
      'J=back\\slash \\\n  continued\nK="over\ntwo lines"\nexport L=1\nM =spaced\n N=indented\nO==equals=\n',
      `P=a"b"c\nQ="a" b\nR=#no comment\nS=tail\\ \nT="\\\`\\x\\\\"`,
      awkward,
    ];
    const program = readFileSync(
      fileURLToPath(new URL("../../scripts/server/launch.py", import.meta.url)),
      "utf8",
    );
    for (const [number, text] of corpus.entries()) {
      const file = `/run/environment-${number}`;
      await shell(host, `cat >${file}`, text);
      const bySystemd = await shell(
        host,
        `systemd-run --quiet --pipe --wait -p EnvironmentFile=${file} python3 -c 'import os, json; print(json.dumps({name: value for name, value in os.environ.items() if len(name) == 1}, sort_keys=True))'`,
      );
      const byLauncher = await shell(
        host,
        "exec python3 -I -",
        `${program.replace('if __name__ == "__main__":', "if False:")}
import json
print(json.dumps({name: value for name, value in environment_file("${file}").items() if len(name) == 1}, sort_keys=True))`,
      );
      expect(byLauncher, text).toBe(bySystemd);
    }
  });

  /** The attack: `current/.env.production` becomes a link to a file of root's, and the deploy user starts the service anew. */
  async function readsRootsFile(unit: string): Promise<boolean> {
    await shell(host, "printf 'ROOTS_SECRET=only-for-root\\n' >/root/secret.env; chmod 600 /root/secret.env");
    await shell(host, `cat >/etc/systemd/system/helpdesk.service; systemctl daemon-reload`, unit);
    const file = `${deployPath}/current/.env.production`;
    await asDeployUser(
      "sh",
      "-euc",
      `mv ${file} ${file}.kept; ln -s /root/secret.env ${file}; sudo -n systemctl restart helpdesk.service`,
    );
    const seen = await asDeployUser(
      "sh",
      "-c",
      "for i in 1 2 3 4 5 6 7 8 9 10; do sudo -n -u helpdesk cat /proc/$(systemctl show -p MainPID --value helpdesk)/environ 2>/dev/null; sleep 0.1; done",
    );
    await asDeployUser(
      "sh",
      "-euc",
      `mv -f ${file}.kept ${file}; sudo -n systemctl restart helpdesk.service`,
    );
    return seen.stdout.includes("only-for-root");
  }

  it("has root read no file for the deploy user; a unit with EnvironmentFile= does", async () => {
    const unit = `${await shell(host, "cat /etc/systemd/system/helpdesk.service")}\n`;
    expect(await readsRootsFile(unit)).toBe(false);
    const plain = unit.replace(
      /^ExecStart=.*$/m,
      `EnvironmentFile=${deployPath}/current/.env.production\nExecStart=/bin/sleep 60`,
    );
    expect(await readsRootsFile(plain)).toBe(true);
    await shell(
      host,
      "cat >/etc/systemd/system/helpdesk.service; systemctl daemon-reload; systemctl restart helpdesk",
      unit,
    );
    expect(await units()).toBe(installed);
  });

  function asDeployUser(...argv: string[]) {
    return host.run(["setpriv", "--reuid=deploy", "--regid=deploy", "--init-groups", "--", ...argv]);
  }
});
