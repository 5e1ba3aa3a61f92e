import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ThrowawayHost } from "../../src/host/index.ts";
import { ask } from "../faults/server/customers.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import type { JobResult } from "../scripts/job.ts";
import { Deployment, deployPath, health, openTicket, port, shell } from "./deployment.ts";
import { say, useHosts, whereHostsBoot } from "./hosts.ts";

const canary = `/tmp/berth-canary-${process.pid}`;
/** Every printable character, and what is dear to shells; without `${`, which no env file carries. */
const nasty = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("")} $(touch ${canary}) \`touch ${canary}\`; touch ${canary} \\\\ "'" ü€😀\ttab`;

/** What only whole jobs on a real server can show. Much more: deploy-promises.host.test.ts. */
describe("the deploy jobs", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let packages: Packages;
  let host: ThrowawayHost;
  const deployments: Deployment[] = [];
  const deployment = (version: string, edit?: (folder: string) => void) => {
    const made = new Deployment([host], packages.variant(version, edit));
    deployments.push(made);
    return made;
  };
  let second: Deployment;
  beforeAll(async () => {
    rmSync(canary, { force: true });
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot()]);
  });
  afterAll(() => {
    for (const each of deployments) each.remove();
    packages?.remove();
  });

  it("carry every printable character of a secret, and run nothing of it, nor of any other variable", async () => {
    const first = deployment("1.0.0");
    const hostile = { SECRET_KEY: nasty, GITLAB_USER_LOGIN: nasty, CI_JOB_ID: `7; touch ${canary}` };
    const { code, output } = await first.run("deploy_to_server", hostile);
    expect(code, output).toBe(0);
    expect(output).toContain("with version 1.0.0");
    expect(output).not.toContain(nasty);
    const file = `${deployPath}/current/.env.production`;
    const program = `import dotenv, sys; sys.stdout.write(dotenv.dotenv_values("${file}")["SECRET_KEY"])`;
    expect((await host.run([`${deployPath}/current/venv/bin/python`, "-c", program])).stdout).toBe(nasty);
    const bySystemd = [
      "systemd-run",
      "--quiet",
      "--pipe",
      "--wait",
      "-p",
      `EnvironmentFile=${file}`,
      "printenv",
      "SECRET_KEY",
    ];
    expect((await host.run(bySystemd)).stdout).toBe(`${nasty}\n`);
    expect(await shell(host, `stat -L -c '%U %G %a' ${file}`)).toBe("deploy www-data 640");
    expect(existsSync(canary)).toBe(false);
    expect((await host.run(["test", "-e", canary])).code).toBe(1);
    await openTicket(host, "first");
  });

  it("wait for nobody: a second deploy at the same time is refused in clear words, and harms nothing", async () => {
    const [one, other] = [deployment("1.1.0"), withoutWhatFirstHad()];
    second = other;
    // The deploy goes on when both others have met it.
    const held = {
      BERTH_BEFORE_SWITCH: "for i in $(seq 2400); do [ ! -e /tmp/go ] || exit 0; sleep 0.1; done; exit 1",
    };
    const besides: Promise<JobResult>[] = [];
    const { code, output } = await one.run("deploy_to_server", held, (text) => {
      if (besides.length > 0 || !text.includes("== Make the virtual environment")) return;
      const attached = new Promise<void>((done) => {
        const again = one.run("deploy_to_server", held, (said) => {
          if (said.includes("is being put live on")) done();
        });
        besides.push(other.run("deploy_to_server"), again);
        again.then(() => done());
      });
      Promise.all([besides[0], attached]).then(() => shell(host, "touch /tmp/go"));
    });
    expect(code, output).toBe(0);
    const [refused, same] = await Promise.all(besides);
    expect(refused?.code).toBe(1);
    expect(refused?.output).toMatch(/cause: another deploy holds the lock: pipeline \d+, job/);
    expect(refused?.output).toContain("cure:  wait until it has ended, then run this job again");
    expect(same?.output).toContain("is being put live on");
    expect(same?.output).not.toContain("trying again");
    expect(same?.code, same?.output).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 1 });
  });

  it("serve nothing of an earlier release: a file that is gone, one of the same size and time", async () => {
    expect((await page("/static/icon.svg")).status).toBe(200);
    const { code, output } = await second.run("deploy_to_server");
    expect(code, output).toBe(0);
    expect((await page("/static/icon.svg")).status).toBe(404);
    expect((await page("/static/style.css")).text).toMatch(/^@/);
    expect(await health(host)).toMatchObject({ version: "1.2.0", tickets: 1 });
  });

  it("leave the deploy to the server when they are cancelled; run again, they activate what is complete", async () => {
    const cancelled = deployment("1.3.0");
    const { code } = await cancelled.run("deploy_to_server", {}, (text, cancel) => {
      if (text.includes("== Verify the package")) cancel();
    });
    expect(code).not.toBe(0);
    await shell(
      host,
      "for i in $(seq 2400); do pgrep -f '[b]erth.*transact' >/dev/null || exit 0; sleep 0.1; done; echo 'the deploy is still under way' >&2; exit 1",
    );
    expect((await health(host)).version).toBe("1.3.0");
    const again = await cancelled.run("deploy_to_server");
    expect(again.output).toContain("is complete on");
    expect(again.code, again.output).toBe(0);
    expect((await cancelled.run("post_deploy_verification")).code).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.3.0", tickets: 1 });
  });

  it("go to the servers one after the other, begin none after a failure, and end with a table", async () => {
    const several = deployment("1.4.0");
    const { code, output } = await several.run("deploy_to_server", {
      DEPLOY_SERVER: `${host.address}:1 ${host.address}`,
      BERTH_CONNECTION_TIMEOUT: "2",
    });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${host.address}:1 +failed`, "m"));
    expect(output).toMatch(new RegExp(`^${host.address} +not begun`, "m"));
    expect((await health(host)).version).toBe("1.3.0");
  });

  it("roll back without touching the data, and leave a record that berth host log shows", async () => {
    const back = await deployment("0").run("rollback_deployment");
    expect(back.output).toMatch(/releases here: .*\(live\)/);
    expect(back.code, back.output).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.2.0", tickets: 1 });
    const byName = await log("--name", host.name, "--json");
    const target = await log("--target", `deploy@${host.address}`, "--json");
    expect(JSON.parse(byName)).toEqual(JSON.parse(target));
    const { deployments: recorded } = JSON.parse(byName) as { deployments: Record<string, string>[] };
    expect(recorded.map(({ action, outcome, version }) => `${action} ${outcome} ${version}`)).toEqual([
      "rollback live 1.2.0",
      "deploy live 1.3.0",
      "deploy live 1.3.0",
      "deploy live 1.2.0",
      "deploy live 1.1.0",
      "deploy refused 1.2.0",
      "deploy live 1.0.0",
    ]);
    expect(recorded.at(-1)?.by).toContain(nasty.replace("\t", " "));
    expect(await log("--name", host.name, "--lines", "2")).toMatch(
      /^ended \(UTC\) .*\n\d{4}-\d\d-\d\d .* rollback {2}live .*\n.* deploy {4}live .*\n$/,
    );
  });

  it("are not needed: the guide's commands roll back on the server, where GitLab cannot be reached", async () => {
    const recipe = byHand();
    const { code, stdout, stderr } = await host.run(["sh", "-eu"], { input: recipe });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/releases here: .* \(live\)/);
    expect(stdout).toMatch(/^outcome=live$/m);
    expect(await health(host)).toMatchObject({ version: "1.1.0", tickets: 1 });
    const there = /(\S+-\d+-\S+) \(live\)/.exec(stdout)?.[1] ?? "";
    const back = await host.run(["sh", "-eu"], {
      input: `${recipe.trimEnd().replace(/ *#[^\n]*$/, "")} ${there}\n`,
    });
    expect(back.code, back.stderr).toBe(0);
    expect(await health(host)).toMatchObject({ version: "1.2.0", tickets: 1 });
    const wrong = await host.run(["sh", "-eu"], { input: recipe.replaceAll("runuser -u deploy --", "") });
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain("run this as deploy");
    expect(JSON.parse(await log("--name", host.name, "--json")).deployments[0]).toMatchObject({
      action: "rollback",
      outcome: "live",
      by: "by hand, on the server",
    });
  });

  /** Version 1.2.0: without the icon, and with another style sheet of the same size and time. */
  function withoutWhatFirstHad(): Deployment {
    return deployment("1.2.0", (folder) => {
      const place = (name: string) => join(folder, "app/blog/static", name);
      rmSync(place("icon.svg"));
      const { size, atime, mtime } = statSync(place("style.css"));
      writeFileSync(place("style.css"), "@".padEnd(size, "\n"));
      utimesSync(place("style.css"), atime, mtime);
    });
  }

  /** The commands of the deploy guide, with the names of this server, as they stand there. */
  function byHand(): string {
    const guide = readFileSync(new URL("../../docs/guide.md", import.meta.url), "utf8");
    const [, commands] =
      /If GitLab itself cannot be reached[^`]*(?:`[^`\n]+`[^`]*)*```sh\n([^`]*)```/.exec(guide) ?? [];
    if (commands === undefined)
      throw new Error("docs/guide.md has no commands for a rollback by hand any more");
    return commands;
  }

  function page(path: string) {
    return ask({ address: host.address, port, path });
  }

  function log(...words: string[]): Promise<string> {
    const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
    const env = {
      ...process.env,
      SSH_PRIVATE_KEY: host.privateKeyFile,
      SSH_KNOWN_HOSTS: host.knownHostsFile,
    };
    return new Promise((done, failed) =>
      execFile(
        process.execPath,
        ["--import", "tsx", cli, "host", "log", ...words],
        { env },
        (error, stdout) => (error ? failed(error) : done(stdout)),
      ),
    );
  }
});
