import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import type { Package } from "../faults/server/packages.ts";
import { systemHas } from "../scripts/system.ts";
import { toolFolder } from "../scripts/tools.ts";
import { Deployment, deployPath, preparation, shell } from "./deployment.ts";
import { useHosts, whereHostsBoot } from "./hosts.ts";

describe("pre_deploy_checks", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let host: ThrowawayHost;
  const work = mkdtempSync(join(tmpdir(), "berth-checks-"));
  const deployments: Deployment[] = [];
  const check = (variables: Record<string, string> = {}, content = packageFor("3.11")) => {
    const made = new Deployment([host], content, variables);
    deployments.push(made);
    return made.run("pre_deploy_checks");
  };
  beforeAll(async () => {
    host = await hosts.boot({ sudo: "none" });
  });
  afterAll(() => {
    for (const each of deployments) each.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** A package that holds nothing, for this version of Python: the checks look at no more than that. */
  function packageFor(python: string, requires?: readonly string[]): Package {
    const folder = mkdtempSync(join(work, "package-"));
    for (const name of ["app", "wheels"]) mkdirSync(join(folder, name));
    const manifest = {
      version: "1.0.0",
      commit: "0123abcd",
      created: "2026-01-02T03:04:05Z",
      python,
      ...(requires && { python_full_version: "3.11.9", target: "3.11.9", requires }),
      files: {},
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "requirements.lock"), "");
    return { folder, version: "1.0.0" };
  }

  /** Every problem has its cure in the line after it. */
  function expectCures(output: string): void {
    expect(output.match(/^ {2}cure {5}\S.*/gm)?.length).toBe(output.match(/^ {2}problem {2}/gm)?.length);
  }

  it("names every variable that is missing or cannot be carried, in one run", async () => {
    const { code, output } = await check({
      SSH_PRIVATE_KEY: "",
      SSH_KNOWN_HOSTS: "",
      DEPLOY_SERVER: "",
      DEPLOY_USER: "",
      SECRET_KEY: "${x}",
      BERTH_PACKAGE: "elsewhere.tar.gz",
      BERTH_ENV_VARIABLES: "SECRET_KEY MISSING",
    });
    expect(code).toBe(1);
    for (const name of ["SSH_PRIVATE_KEY", "DEPLOY_SERVER", "DEPLOY_USER", "SSH_KNOWN_HOSTS", "MISSING"])
      expect(output).toContain(`the CI/CD variable ${name} is not set`);
    expect(output).toContain('the value of SECRET_KEY has "${"');
    expect(output).toContain("there is no elsewhere.tar.gz");
    expect(output).toContain("7 problem(s)");
    expectCures(output);
  });

  it("takes no name of a server or user that means something to ssh", async () => {
    const { code, output } = await check({
      DEPLOY_SERVER: `${host.address} -oProxyCommand=id`,
      DEPLOY_USER: "deploy\n  ProxyCommand id",
    });
    expect(code).toBe(1);
    expect(output).toContain('DEPLOY_SERVER: "-oProxyCommand=id" is not a server\'s name or address');
    expect(output).toContain("DEPLOY_USER is not a user's name");
    expectCures(output);
  });

  it.each([
    ["another host key", { SSH_KNOWN_HOSTS: "" }, /another host key than SSH_KNOWN_HOSTS/],
    ["a port where nothing listens", { BERTH_SSH_PORT: "1" }, /no connection: .*refused/],
    ["a user that is not there", { DEPLOY_USER: "nobody-here" }, /refuses the key for nobody-here/],
  ])("says why there is no connection: %s", async (_, variables, expected) => {
    const foreign = readFileSync(host.knownHostsFile, "utf8").replaceAll(host.address, "192.0.2.9");
    const known = "SSH_KNOWN_HOSTS" in variables ? { SSH_KNOWN_HOSTS: foreign } : {};
    const { code, output } = await check({ ...variables, ...known });
    expect(code).toBe(1);
    expect(output).toMatch(expected);
    expectCures(output);
  });

  it.each([
    ["another host key", "SSH_KNOWN_HOSTS", /another host key than SSH_KNOWN_HOSTS.*; ssh-keyscan/],
    ["a user that is not there", "DEPLOY_USER", /refuses the key for nobody-here; put the key's public half/],
  ])("ends the deploy at once, where trying again would not help: %s", async (_, variable, expected) => {
    const foreign = readFileSync(host.knownHostsFile, "utf8").replaceAll(host.address, "192.0.2.9");
    const made = new Deployment([host], packageFor("3.11"));
    deployments.push(made);
    const wrong = variable === "DEPLOY_USER" ? "nobody-here" : foreign;
    const { code, output } = await made.run("deploy_to_server", { [variable]: wrong });
    expect(code).toBe(1);
    expect(output).toMatch(expected);
    expect(output).not.toContain("trying again");
  });

  it("takes no package but the one that the build job made", async () => {
    const made = new Deployment([host], packageFor("3.11"));
    deployments.push(made);
    for (const job of ["pre_deploy_checks", "deploy_to_server"]) {
      const other = await made.run(job, { BERTH_MANIFEST_SHA256: "0".repeat(64) });
      expect(other.code).toBe(1);
      expect(other.output).toContain("is not the package that the build job made");
      const unknown = await made.run(job, { BERTH_MANIFEST_SHA256: "" });
      expect(unknown.code).toBe(1);
      expect(unknown.output).toContain("nothing says which package was built");
    }
  });

  it("names all that a server lacks which nobody has prepared, in one run", async () => {
    await shell(
      host,
      "mv /usr/bin/rsync /usr/bin/rsync.away; systemd-run --quiet --unit=squatter python3 -m http.server 8000; for i in $(seq 600); do ! ss -ltn | grep -q :8000 || exit 0; sleep 0.1; done; exit 1",
    );
    const { code, output } = await check({ BERTH_RESERVE_MEGABYTES: "9000000" }, packageFor("3.12"));
    await shell(host, "mv /usr/bin/rsync.away /usr/bin/rsync; systemctl stop squatter");
    expect(code).toBe(1);
    for (const problem of [
      "the server lacks: rsync",
      "deploy may not act as www-data",
      "the package was built for Python 3.12; this server has Python 3.11",
      "deploy may not run as root, without a password: systemctl restart flask-helpdesk.service",
      `${deployPath} is not a folder of deploy with the group www-data and mode 2755`,
      "port 8000 is taken by a program of the user root",
    ])
      expect(output).toContain(`problem  ${problem}`);
    expect(output).toMatch(/problem {2}\/var\/www\/flask_helpdesk has \d+ MB free; a deploy needs/);
    expect(output).toMatch(/problem {2}\/var\/backups\/flask_helpdesk has \d+ MB free; a deploy needs/);
    expectCures(output);
  });

  it("names a service user that is not there", async () => {
    const { output } = await check({ BERTH_SERVICE_USER: "helpdesk" });
    expect(output).toContain('problem  there is no user "helpdesk"');
    expect(output).toContain("cure     adduser --system --group --no-create-home helpdesk");
  });

  it("passes on a server that berth host prepare has prepared", async () => {
    await shell(host, prepareScript(preparation));
    const { code, output } = await check();
    expect(output).toContain("everything is ready for a deploy");
    expect(code).toBe(0);
    expect(await shell(host, `stat -c '%U %G %a' ${deployPath}/releases`)).toBe("deploy www-data 2750");
  });

  it("asks the server's own Python what the wheels need there, and names what is missing", async () => {
    const wheels = [
      "lettuce-1.0-py3-none-any.whl | python >=3.8 | requires timeout>=4; python_full_version < '3.11.3'",
    ];
    const missing = await check({}, packageFor("3.11", wheels));
    expect(missing.code).toBe(1);
    expect(missing.output).toMatch(
      /problem {2}lettuce 1\.0 needs timeout>=4 on Python 3\.11\.2, and the package does not have it\n {2}cure {5}set the input target to what this server is, Python 3\.11\.2, and build again\n/,
    );
    const whole = await check({}, packageFor("3.11", [...wheels, "timeout-4.0-py3-none-any.whl"]));
    expect(whole.output).toContain("ok       Python 3.11.2 has all that the 2 wheels need, made for 3.11.9");
    expect(whole.code).toBe(0);
  });

  it("names the group that the deploy user must be in", async () => {
    await shell(host, "gpasswd --delete deploy www-data");
    const { code, output } = await check();
    await shell(host, "usermod -aG www-data deploy");
    expect(code).toBe(1);
    expect(output).toContain("problem  deploy is not in the group www-data");
    expect(output).toContain("cure     usermod -aG www-data deploy");
  });

  it("runs with BusyBox's tools, as in Alpine with bash, ssh and rsync added", async () => {
    if (!(await systemHas("busybox"))) return;
    const made = new Deployment([host], packageFor("3.11"));
    deployments.push(made);
    const tools = toolFolder(made.folder, ["bash", "ssh", "ssh-keygen", "rsync"]);
    const { code, output } = await made.run("pre_deploy_checks", { PATH: tools }, undefined, [
      join(tools, "busybox"),
      "sh",
    ]);
    expect(code, output).toBe(0);
    expect(output).toContain("everything is ready for a deploy");
  });
});
