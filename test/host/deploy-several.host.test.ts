import { beforeAll, describe, expect, it } from "vitest";
import type { ThrowawayHost } from "../../src/host/index.ts";
import { OriginalProcedure } from "../bench/original-procedure.ts";
import { deployPath, health, openTicket, shell } from "./deployment.ts";
import { atLength, suiteOrElse, useDeployments } from "./deployments.ts";
import { useHosts, whereHostsBoot } from "./hosts.ts";

const suite = suiteOrElse("bookworm");

describe("the deploy jobs, on several servers", await whereHostsBoot(), () => {
  const hosts = useHosts();
  const deployments = useDeployments(suite);
  let host: ThrowawayHost;
  let other: ThrowawayHost;
  beforeAll(async () => {
    [host, other] = await Promise.all([hosts.boot({ suite }), hosts.boot({ suite })]);
    // One key for all servers, as a job has it.
    const { stdout } = await host.run(["cat", "/home/deploy/.ssh/authorized_keys"]);
    await shell(other, "cat >>/home/deploy/.ssh/authorized_keys", stdout);
  });

  it("take an installation of the original procedure over, without losing a row, and can go back to it", async () => {
    await new OriginalProcedure(other).deploy(deployments.content("1.0.0"));
    await shell(
      other,
      "for i in $(seq 600); do curl -fs 127.0.0.1:8000/healthz && exit; sleep 0.1; done; exit 1",
    );
    await openTicket(other, "from before");
    const jobs = deployments.of([other], "2.0.0");
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

  it("go to all side by side with max_parallel", async () => {
    // Neither switches before both have come to it: one after the other, the first would wait in vain.
    const meeting =
      "touch /tmp/here; for i in $(seq 1200); do [ ! -e /tmp/go ] || exit 0; sleep 0.1; done; exit 1";
    const variables = { BERTH_MAX_PARALLEL: "2", BERTH_BEFORE_SWITCH: meeting };
    const deploy = deployments.of([host, other], "3.0.0", variables).run("deploy_to_server");
    const here = "for i in $(seq 1200); do [ ! -e /tmp/here ] || exit 0; sleep 0.1; done; exit 1";
    await Promise.all([shell(host, here), shell(other, here)]);
    await Promise.all([shell(host, "touch /tmp/go"), shell(other, "touch /tmp/go")]);
    const { code, output } = await deploy;
    expect(code, output).toBe(0);
    for (const each of [host, other]) {
      expect(output).toContain(`[${each.address}]`);
      expect((await health(each)).version).toBe("3.0.0");
    }
    expect((await health(other)).tickets).toBe(2);
  });

  it(
    "stop at the first that fails; the others stay on the old version, and a table says so",
    atLength,
    async () => {
      await shell(
        host,
        "mount -t tmpfs -o size=4k tmpfs /var/backups/flask_helpdesk; chown deploy:www-data /var/backups/flask_helpdesk; chmod 2770 /var/backups/flask_helpdesk",
      );
      const { code, output } = await deployments.of([host, other], "3.1.0").run("deploy_to_server");
      await shell(host, "umount /var/backups/flask_helpdesk");
      expect(code).toBe(1);
      expect(output).toMatch(/could not be saved|No space left/);
      expect(output).toMatch(new RegExp(`${host.address} +failed`));
      expect(output).toMatch(new RegExp(`${other.address} +not begun`));
      expect((await health(host)).version).toBe("3.0.0");
      expect((await health(other)).version).toBe("3.0.0");
    },
  );
});
