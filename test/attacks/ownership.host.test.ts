import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareScript, type ThrowawayHost } from "../../src/host/index.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import { backupPath, Deployment, deployPath, preparation, shell } from "../host/deployment.ts";
import { say, useHosts, whereHostsBoot } from "../host/hosts.ts";
import { asServiceUser, inApplication, openBackDoor, until, without } from "./attacker.ts";

/*
 * The service's user is an attacker's. Each attack runs twice: on a server as Berth prepares it, where it gets nothing, and with this one
 * defence undone, where the same code must succeed; an attack that cannot succeed shows nothing.
 */
describe("whoever is the service's user", await whereHostsBoot(), () => {
  const hosts = useHosts();
  let packages: Packages;
  let host: ThrowawayHost;
  let live: Deployment;
  let next: Deployment;
  const deployments: Deployment[] = [];
  const deployment = (version: string, variables: Record<string, string> = {}) => {
    const made = new Deployment([host], packages.variant(version, openBackDoor), variables);
    deployments.push(made);
    return made;
  };
  beforeAll(async () => {
    [packages, host] = await Promise.all([buildPackages(say), hosts.boot({ sudo: "none" })]);
    await shell(host, prepareScript(preparation));
    live = deployment("1.0.0");
    next = deployment("1.1.0");
    const { code, output } = await live.run("deploy_to_server");
    expect(code, output).toBe(0);
  });
  afterAll(() => {
    for (const each of deployments) each.remove();
    packages?.remove();
  });

  describe("steps out of the sandbox through a process of a deploy, /proc/<pid>/root, cwd or fd", () => {
    // Its folder is the service user's, and read-only in every sandbox, a trial's too; /tmp and /var/tmp are private there, and writable.
    const loot = "/srv/loot/out-of-the-sandbox";
    beforeAll(() => shell(host, "install -d -o www-data -g www-data /srv/loot"));

    /** In a loop, until it is told to stop: enter every process outside of the sandbox that lets it, and leave something there. */
    const enter = `
import os, pathlib
here = pathlib.Path("/proc/self/cwd").resolve()
print("seen 0 entered 0", flush=True)
entered, seen = set(), set()
me = str(os.getpid())
sandbox = os.readlink("/proc/self/ns/mnt")

def is_inside(process):
    try:
        return os.readlink(f"/proc/{process}/ns/mnt") == sandbox
    except OSError:
        return False

while not (here / "stop").exists():
    known = len(seen), len(entered)
    for process in filter(str.isdigit, os.listdir("/proc")):
        if process == me or is_inside(process):
            continue
        try:
            if os.stat(f"/proc/{process}").st_uid == os.getuid():
                seen.add(process)
            doors = [f"/proc/{process}/root", f"/proc/{process}/cwd"]
            doors += [f"/proc/{process}/fd/{number}" for number in os.listdir(f"/proc/{process}/fd")]
        except OSError:
            continue
        for door in doors:
            try:
                os.chdir(door)
                place = os.path.relpath("/", os.getcwd()) if door.endswith("cwd") else "."
                open(os.path.join(place, "${loot.slice(1)}"), "w").close()
                entered.add(process)
            except OSError:
                pass
    if known != (len(seen), len(entered)):
        print("seen", len(seen), "entered", len(entered), flush=True)
`;

    /** Lets the attack run beside a job, until the job's end or the application's, and returns the last that it said. */
    async function attackDuring(job: (last: () => Promise<string>) => Promise<unknown>): Promise<string> {
      await shell(host, `rm -f ${loot}`);
      const report = `${deployPath}/shared/blog/db/report`;
      await inApplication(
        host,
        `cd ${deployPath}/shared/blog/db && rm -f stop report && { setsid python3 -c '${enter}' >report 2>&1 & }`,
      );
      const last = () => shell(host, `tail -n 1 ${report} 2>&1 || true`);
      await until("the attack's start", 20, async () => {
        const seen = await last();
        return seen.startsWith("seen") ? { done: seen, seen } : { seen };
      });
      await job(last);
      await inApplication(host, `touch ${deployPath}/shared/blog/db/stop`);
      return until("the attack's end", 20, async () => {
        const seen = await last();
        return (await host.run(["pgrep", "-f", loot])).code === 0 ? { seen } : { done: seen, seen };
      });
    }
    const hasLoot = async () => (await host.run(["test", "-e", loot])).code === 0;

    it.each([
      "pre_deploy_checks",
      "deploy_to_server",
      "post_deploy_verification",
    ])("gets nowhere during %s", async (job) => {
      // A process of the checks lives for some milliseconds: the job runs again until two were seen.
      const helpers = job === "post_deploy_verification" ? 0 : 2;
      const seenIn = (line: string) => Number(/^seen (\d+)/.exec(line)?.[1]);
      const outcome = await attackDuring(async (last) => {
        for (let time = 0; time === 0 || (time < 20 && seenIn(await last()) < helpers); time += 1) {
          const { code, output } = await next.run(job);
          expect(code, output).toBe(0);
        }
      });
      expect(outcome).toMatch(/^seen \d+ entered 0$/);
      expect(seenIn(outcome)).toBeGreaterThanOrEqual(helpers);
      expect(await hasLoot()).toBe(false);
    });

    it("gets out where the helpers have the application's own group", async () => {
      live.edit = (script) => without(script, ' -g "$(helper_group)" -- "$@" 9>&-', ' -- "$@" 9>&-');
      await attackDuring(async () => {
        for (let time = 0; time < 20 && !(await hasLoot()); time += 1) await live.run("pre_deploy_checks");
      });
      live.edit = undefined;
      expect(await hasLoot()).toBe(true);
    });
  });

  describe("outside of any sandbox", () => {
    /** Tries to rename, replace, plant and delete at every place of the layout; prints what succeeded, and puts it back. */
    const replace = (places: readonly string[]) => `
import os
for place in ${JSON.stringify(places)}:
    aside = os.path.join(os.path.dirname(place), ".aside")
    try:
        os.rename(place, aside)
        print("renamed", place)
        os.rename(aside, place)
    except OSError:
        pass
    if os.path.isdir(place):
        try:
            open(os.path.join(place, "planted"), "w").close()
            print("planted in", place)
            os.remove(os.path.join(place, "planted"))
        except OSError:
            pass
    try:
        with open(place, "r+b"):
            print("may write", place)
    except OSError:
        pass
`;
    const layout = [
      deployPath,
      ...["releases", "current", "shared", "shared/blog", ".deploy", ".deploy/runs"].map(
        (name) => `${deployPath}/${name}`,
      ),
      ...[
        ".deploy/berth-host.sh",
        ".deploy/settings",
        "current/wsgi.py",
        "current/.berth",
        "current/.berth/units",
      ].map((name) => `${deployPath}/${name}`),
      ...["current/.berth/units/flask-helpdesk.service", "current/.env.production", "current/venv"].map(
        (name) => `${deployPath}/${name}`,
      ),
      backupPath,
    ];

    it("renames, replaces, plants and deletes nothing but in its persistent path", async () => {
      expect(await asServiceUser(host, replace(layout))).toBe("");
      const data = `${deployPath}/shared/blog/db`;
      expect(await asServiceUser(host, replace([data, `${data}/blog.db`]))).toBe(
        `planted in ${data}\nrenamed ${data}/blog.db\nmay write ${data}/blog.db`,
      );
      const backup = await shell(host, `ls -d ${backupPath}/*/ | head -n 1`);
      expect(await asServiceUser(host, replace([backup, `${backup}backup`]))).toBe("");
    });

    it.each([
      [
        "the deploy path",
        deployPath,
        "2775",
        [`renamed ${deployPath}/releases`, `renamed ${deployPath}/.deploy`, `renamed ${deployPath}/current`],
      ],
      ["shared", `${deployPath}/shared`, "2770", [`renamed ${deployPath}/shared/blog`]],
      [
        "the folder of the recovery program",
        `${deployPath}/.deploy`,
        "2770",
        [`renamed ${deployPath}/.deploy/berth-host.sh`],
      ],
      ["the folder of the backups", backupPath, "2770", [`planted in ${backupPath}`]],
    ])("does so where its group may write to %s; the next deploy's checks repair the mode", async (_, place, mode, gains) => {
      const right = await shell(host, `stat -c %a ${place}`);
      await shell(host, `chmod ${mode} ${place}`);
      const gained = (await asServiceUser(host, replace(layout))).split("\n");
      for (const gain of gains) expect(gained).toContain(gain);
      expect((await live.run("pre_deploy_checks")).code).toBe(0);
      expect(await shell(host, `stat -c %a ${place}`)).toBe(right);
      expect(await asServiceUser(host, replace(layout))).toBe("");
    });
  });
});
