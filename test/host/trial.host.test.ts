import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Preparation, prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import type { JobResult } from "../scripts/job.ts";
import { Deployment, deployPath, health, preparation, shell } from "./deployment.ts";
import { atLength } from "./deployments.ts";
import { say, useHosts, whereHostsBoot } from "./hosts.ts";

/* What is tried before the switch, on a real server with no other rights than `berth host prepare` gives. */

/** Does not wait long for what will not come. */
const impatient = { BERTH_HEALTH_TIMEOUT: "4" };

describe("the trial of a release", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let packages: Packages;
  let host: ThrowawayHost;
  beforeAll(async () => {
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ sudo: "none" })]);
    await prepare();
  });
  afterAll(() => {
    packages?.remove();
  });

  describe("on a server where nothing serves yet", () => {
    it("says what the release answered, not what came from the place where nobody listens", async () => {
      const { code, output } = await deploy("0.9.0", answering(400, "Host not allowed"), impatient);
      expect(code, output).toBe(1);
      expect(output).toMatch(
        /cause: the new release does not run: it is not healthy after \d s: \S+ answers 400: Host not allowed;/,
      );
      expect(output).not.toContain("refused");
    });

    it("lets a good release through, and nothing of it stays", async () => {
      const { code, output } = await deploy("1.0.0");
      expect(code, output).toBe(0);
      expect(output).toMatch(/it answers beside the live one: http:\S+ answers 200 with version 1\.0\.0/);
      expect((await health(host)).version).toBe("1.0.0");
    });
  });

  describe("beside a live one", () => {
    it.each([
      ["crashes when it is imported", inWsgi("1 / 0"), /ZeroDivisionError/],
      [
        "shows another version",
        answering(200, "version 0"),
        /answers 200, but does not show the version 2\.\S+: version 0/,
      ],
      [
        "ends after a while, having answered",
        inWsgi("import os, threading; threading.Timer(2, os._exit, [7]).start()"),
        /ended by itself after \d\.\d s \(exit code 7\)/,
      ],
    ])("refuses one that %s", atLength, async (_, edit, message) => {
      const { code, output } = await deploy("2.0.0", edit, { ...impatient, BERTH_STABLE_SECONDS: "3" });
      expect(code, output).toBe(1);
      expect(output).toMatch(message);
      expect(output).not.toContain("== Switch");
      expect((await health(host)).version).toBe("1.0.0");
    });

    it("runs in the service's sandbox: what cannot write its data there fails now, not after the switch", async () => {
      await shell(host, "install -d -o www-data /srv/outside");
      const outside = inWsgi('open("/srv/outside/file", "w")');
      const { code, output } = await deploy("2.1.0", outside);
      expect(code, output).toBe(1);
      expect(output).toContain("Read-only file system");
      expect(output).not.toContain("== Switch");
      const open = await deploy("2.2.0", outside, {
        BERTH_SWITCHES: "manage_units=true health_version=true",
      });
      expect(open.code, open.output).toBe(0);
      expect(await shell(host, "stat -c %U /srv/outside/file")).toBe("www-data");
    });

    it("gives a server that opens its own port the spare socket, or else a network of its own", async () => {
      const waitress = inWsgi(
        "from waitress import serve; serve(application, host='0.0.0.0', port=8000)",
        "end",
      );
      const first = await deploy("3.0.0", waitress);
      expect(first.code, first.output).toBe(0);
      expect(first.output).toMatch(/it answers beside the live one: http:\/\/127\.0\.0\.1:(?!8000\/)\d+\//);
      const second = await deploy("3.1.0", waitress, { BERTH_LISTEN: "" });
      expect(second.code, second.output).toBe(0);
      expect(second.output).toContain("trying it in a network of its own");
      expect(second.output).toContain(
        "it answers beside the live one: http://127.0.0.1:8000/healthz answers 200 with version 3.1.0",
      );
    });

    it("reaches nothing of the live one: neither its folder below /run nor what its unit does at the end", async () => {
      const withUnit = (edit: (folder: string) => void) => (folder: string) => {
        const file = join(folder, "app/flask-helpdesk.service");
        const text = readFileSync(file, "utf8")
          .replace("[Service]", `${reaching}[Service]\nRuntimeDirectory=helpdesk`)
          .replace("[Install]", "ExecStopPost=/bin/touch /run/helpdesk/stopped\n\n[Install]");
        writeFileSync(file, text);
        edit(folder);
      };
      await shell(host, marker);
      const folder = inWsgi("import os; os.mkdir('/run/helpdesk/mine')");
      const { code, output } = await deploy("4.0.0", withUnit(folder));
      expect(code, output).toBe(0);
      const before = await shell(host, "stat -c %i /run/helpdesk /run/helpdesk/mine; rm -f /run/marker");
      const crash = inWsgi("import os; os.mkdir('/run/helpdesk/mine'); 1 / 0");
      const bad = await deploy("4.1.0", withUnit(crash));
      expect(bad.output).toContain("ZeroDivisionError");
      expect(await shell(host, "stat -c %i /run/helpdesk /run/helpdesk/mine; ls /run/helpdesk")).toBe(
        `${before}\nmine`,
      );
      expect(await shell(host, "ls /run/marker 2>&1 || true")).toContain("No such file");
    });

    it.each([
      ["wsgi.py", "", "python wsgi.py", "wsgi can be imported"],
      [
        "one that crashes",
        "1 / 0",
        "gunicorn blog.broken:application",
        "blog.broken cannot be imported; nothing",
      ],
    ])(
      "only imports what start_command names, if that is asked for: %s",
      atLength,
      async (_, broken, command, said) => {
        const edit = (folder: string) => writeFileSync(join(folder, "app/blog/broken.py"), `${broken}\n`);
        const variables = { BERTH_PREFLIGHT: "import", BERTH_START_COMMAND: command };
        const { code, output } = await deploy("5.0.0", edit, variables);
        expect(output).toContain(said);
        expect(code, output).toBe(broken === "" ? 0 : 1);
      },
    );
  });

  describe("whose transaction is killed", () => {
    const hanging = inWsgi("import os, time\nwhile os.path.exists('blog/db/hang'): time.sleep(0.1)");

    it("ends with it, in a rollback too, whose release stays", async () => {
      expect((await deploy("6.0.0", hanging)).code).toBe(0);
      expect((await deploy("6.1.0")).code).toBe(0);
      await shell(host, `touch ${deployPath}/shared/blog/db/hang`);
      const jobs = new Deployment([host], packages.variant("0"), { BERTH_HEALTH_TIMEOUT: "300" });
      const running = jobs.run("rollback_deployment");
      await until(host, "systemctl is-active flask-helpdesk-trial.service");
      expect(await trialsAndTheirProcesses()).toContain("flask-helpdesk-trial.service");
      await shell(host, "kill -9 $(pgrep -f '[b]erth.* transact ')");
      const { code, output } = await running;
      jobs.remove();
      expect(code, output).toBe(1);
      expect(output).toContain("was killed");
      expect(await trialsAndTheirProcesses()).toBe("");
      await shell(host, `rm ${deployPath}/shared/blog/db/hang`);
      expect((await health(host)).version).toBe("6.1.0");
    });

    it("ends at the next deploy where its guard is killed as well", atLength, async () => {
      await shell(host, `touch ${deployPath}/shared/blog/db/hang`);
      const jobs = new Deployment([host], packages.variant("6.2.0", hanging), {
        BERTH_HEALTH_TIMEOUT: "300",
      });
      const running = jobs.run("deploy_to_server");
      await until(host, "systemctl is-active flask-helpdesk-trial.service");
      await shell(host, "pkill -9 -f '[b]erth.* (transact|guard) '");
      expect((await running).code).toBe(1);
      jobs.remove();
      await shell(host, `rm ${deployPath}/shared/blog/db/hang`);
      const next = await deploy("6.3.0");
      expect(next.code, next.output).toBe(0);
    });
  });

  describe("with the rights of an earlier version", () => {
    it("is left out, and each job says so in one line", async () => {
      await shell(host, "sed -i /-trial/d /etc/sudoers.d/berth-flask-helpdesk; visudo -c");
      const jobs = new Deployment([host], packages.variant("7.0.0"));
      const checks = await jobs.run("pre_deploy_checks");
      const { code, output } = await jobs.run("deploy_to_server");
      jobs.remove();
      await prepare();
      const why =
        "is tried before the switch: deploy may not install and start flask-helpdesk-trial.service; run the script";
      expect(checks.output).toContain(`no release ${why}`);
      expect(output).toContain(`the release ${why.replace("is", "is not")}`);
      expect(code, output).toBe(0);
    });
  });

  describe("where the administrator owns the units", () => {
    const administrator = { BERTH_SWITCHES: "manage_units=false health_version=true" };

    it("is an instance of the unit that the administrator has installed", async () => {
      await prepare("administrator");
      const { code, output } = await deploy("8.0.0", undefined, administrator);
      expect(code, output).toBe(0);
      expect(output).toContain("it answers beside the live one");
      const crash = await deploy("8.1.0", inWsgi("1 / 0"), administrator);
      expect(crash.output).toContain("ZeroDivisionError");
      expect(crash.output).not.toContain("== Switch");
      expect(await shell(host, "find /run/systemd/system -name '*-trial*'")).toBe("");
    });

    it.each([
      ["systemctl start flask-helpdesk-trial@20260102T030405Z-7-abc.service", 0],
      ["systemctl stop flask-helpdesk-trial-isolated@7.service", 0],
      ["systemctl start flask-helpdesk-trial@7.service ssh.service", 1],
      ["systemctl start flask-helpdesk-trial@../7.service", 1],
      ["systemctl start flask-helpdesk-other@7.service", 1],
      ["systemctl daemon-reload", 1],
      [
        `install -D -m 644 -- ${deployPath}/.deploy/runs/7/flask-helpdesk-trial.service /run/systemd/system/flask-helpdesk-trial.service`,
        1,
      ],
    ])("is all that a deploy may start: %s", async (command, code) => {
      const argv = ["runuser", "-u", "deploy", "--", "sudo", "-n", "-l", "--", ...command.split(" ")];
      expect((await host.run(argv)).code).toBe(code);
    });

    it("is left out where they have not, and the job says so in one line", atLength, async () => {
      await shell(host, "rm /etc/systemd/system/flask-helpdesk-trial*; systemctl daemon-reload");
      const { code, output } = await deploy("8.2.0", undefined, administrator);
      expect(output).toContain(
        "the release is not tried before the switch: flask-helpdesk-trial@.service is not installed; run the script",
      );
      expect(code, output).toBe(0);
    });
  });

  describe("where a launcher starts the release", () => {
    const launched = {
      BERTH_SERVICE_NAME: "launched",
      BERTH_SERVICE_USER: "launched",
      BERTH_DEPLOY_PATH: "/var/www/launched",
      BERTH_BACKUP_PATH: "/var/backups/launched",
      BERTH_LISTEN: "127.0.0.1:8001",
      BERTH_HEALTH_URL: "http://127.0.0.1:8001/healthz",
      BERTH_ENV_VARIABLES: "SECRET_KEY PORT",
      PORT: "8001",
    };

    it("is started by the launcher, with the release's own command and environment", async () => {
      const { deployPath: path, backupPath } = {
        deployPath: launched.BERTH_DEPLOY_PATH,
        backupPath: launched.BERTH_BACKUP_PATH,
      };
      const units = { units: "launcher", listenAddress: launched.BERTH_LISTEN } as const;
      const names = { serviceName: "launched", serviceUser: "launched", deployPath: path, backupPath };
      const prepared = await host.run(["sh"], {
        input: prepareScript({ ...preparation, ...names, ...units }),
      });
      expect(prepared.code, prepared.stderr).toBe(0);
      const { code, output } = await deploy("9.0.0", undefined, launched);
      expect(output).toMatch(/it answers beside the live one: http:\S+ answers 200 with version 9\.0\.0/);
      expect(code, output).toBe(0);
      const crash = await deploy("9.1.0", inWsgi("1 / 0"), { ...launched, BERTH_PREFLIGHT: "import" });
      expect(crash.output).toContain("wsgi cannot be imported");
      expect(crash.output).not.toContain("== Switch");
    });
  });

  async function prepare(units: Preparation["units"] = "deployer"): Promise<void> {
    const outcome = await host.run(["sh"], { input: prepareScript({ ...preparation, units }) });
    expect(outcome.code, outcome.stderr).toBe(0);
  }

  /** A whole job; nothing of the trial may be left after any of them. */
  async function deploy(
    version: string,
    edit?: (folder: string) => void,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<JobResult> {
    const deployment = new Deployment([host], packages.variant(version, edit), variables);
    const result = await deployment.run("deploy_to_server");
    deployment.remove();
    expect(await trialsAndTheirProcesses(), result.output).toBe("");
    return result;
  }

  /** Units that try a release, their files, and processes of releases that are not live: one a line. */
  function trialsAndTheirProcesses(): Promise<string> {
    return shell(
      host,
      `systemctl list-units --all --plain --no-legend '*-trial*.service' | cut -d ' ' -f 1
      ls -d /run/systemd/system/*-trial* /run/*-trial* 2>/dev/null || true
      for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd") in "$(readlink -f ${deployPath}/current)"*) ;;
          ${deployPath}/releases/*) tr '\\0' ' ' <"$process/cmdline" ;;
        esac
      done`,
    );
  }
});

/** A unit that leaves a mark, and how another one would start it. */
const marker = `cat >/etc/systemd/system/marker.service <<'END'
[Service]
ExecStart=/bin/touch /run/marker
END
systemctl daemon-reload`;
const reaching = "OnFailure=marker.service\nOnSuccess=marker.service\nWants=marker.service\n\n";

/** Python statements before the application's own, or in place of what it does at the end. */
function inWsgi(statements: string, place: "begin" | "end" = "begin"): (folder: string) => void {
  return (folder) => {
    const file = join(folder, "app/wsgi.py");
    const text = readFileSync(file, "utf8");
    const own = "application.run(host=settings.host, port=settings.port)";
    if (!text.includes(own)) throw new Error("the example's wsgi.py has changed");
    writeFileSync(file, place === "begin" ? `${statements}\n${text}` : text.replace(own, statements));
  };
}

/** /healthz answers that. */
function answering(status: number, text: string): (folder: string) => void {
  return (folder) => {
    const file = join(folder, "app/blog/health.py");
    const health = readFileSync(file, "utf8");
    const head = 'version = current_app.config["VERSION"]\n';
    if (!health.includes(head)) throw new Error("the example's health.py has changed");
    writeFileSync(file, health.replace(head, `${head}    return "${text}", ${status}\n`));
  };
}

/** Waits until the condition holds on the host. @throws Error when it does not within a minute. */
async function until(host: ThrowawayHost, condition: string): Promise<void> {
  await shell(
    host,
    `for i in $(seq 600); do { ${condition}; } >/dev/null 2>&1 && exit; sleep 0.1; done; echo 'not within a minute: ${condition.replaceAll("'", "")}' >&2; exit 1`,
  );
}
