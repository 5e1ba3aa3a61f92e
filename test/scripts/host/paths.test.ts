import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Preparation, prepareScript } from "../../../src/host/index.ts";
import { Server } from "./server.ts";

/** The folders of a server, and what is refused to be one: paths.sh, and the same judgement before a server is prepared. */
let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const paths = fileURLToPath(new URL("../../../scripts/host/paths.sh", import.meta.url));
const modeOf = (place: string) => (lstatSync(place).mode & 0o7777).toString(8);
/** What people read where `prepare_paths` ends badly; empty where all is well. The made-up server lies below /tmp, where no real one may. */
const refusal = (settings: Readonly<Record<string, string>> = {}) => {
  const { code, log } = server.run(
    `source '${paths}'; SYSTEM_FOLDER='^/usr/' RUN_PATH=''; prepare_paths`,
    settings,
  );
  expect(code === 0).toBe(!/error: /.test(log));
  return /error: (.*)/.exec(log)?.[1] ?? "";
};

describe("the folders of an application", () => {
  it("get the modes in which the service's group may read and nothing more, whatever an earlier version gave them", () => {
    const [blog, runs] = [join(server.shared, "blog"), join(server.state, "runs")];
    const old = join(server.backupPath, "20260102T030405Z-1");
    for (const folder of [blog, join(blog, "db"), old]) mkdirSync(folder);
    for (const folder of [server.deployPath, server.shared, blog, join(blog, "db"), server.backupPath, old])
      chmodSync(folder, 0o2775);
    expect(refusal({ BERTH_PERSISTENT_PATHS: "blog/db" })).toBe("");
    const modes = Object.fromEntries(
      [
        server.deployPath,
        server.releases,
        server.shared,
        server.state,
        runs,
        server.backupPath,
        blog,
        join(blog, "db"),
        old,
      ].map((place) => [place.slice(server.root.length + 1), modeOf(place)]),
    );
    expect(modes).toEqual({
      "www/helpdesk": "2755",
      "www/helpdesk/releases": "2750",
      "www/helpdesk/shared": "2750",
      "www/helpdesk/shared/blog": "2750",
      "www/helpdesk/shared/blog/db": "2775", // the service's
      "www/helpdesk/.deploy": "2700",
      "www/helpdesk/.deploy/runs": "2700",
      "backups/helpdesk": "2700",
      "backups/helpdesk/20260102T030405Z-1": "2755",
    });
  });

  it.each(["releases", "shared", ".deploy", "shared/blog"])("are no links: %s", (name) => {
    const place = join(server.deployPath, name);
    rmSync(place, { recursive: true, force: true });
    symlinkSync(server.backupPath, place);
    const why = refusal({ BERTH_PERSISTENT_PATHS: "blog/db" });
    if (name === "shared/blog")
      expect(why).toBe(""); // this user's own link: an in-place installation has such
    else expect(why).toBe(`${place} is not a folder`);
  });

  it("do not lie below a link, nor below a folder in which others may rename", () => {
    symlinkSync(join(server.root, "www"), join(server.root, "front"));
    const [front, all] = [join(server.root, "front"), join(server.root, "all")];
    expect(refusal({ BERTH_DEPLOY_PATH: join(front, "helpdesk") })).toContain(`${front} is a link`);
    mkdirSync(all);
    chmodSync(all, 0o777);
    expect(refusal({ BERTH_BACKUP_PATH: join(all, "helpdesk") })).toContain(
      `${all} is in the hands of others`,
    );
    chmodSync(all, 0o1777);
    expect(refusal({ BERTH_BACKUP_PATH: join(all, "helpdesk") })).toBe("");
  });

  it("serve one service", () => {
    const settings = (name: string) => `BERTH_SERVICE_NAME=${Buffer.from(name).toString("base64")}\n`;
    server.write(join(server.state, "settings"), settings("help.desk"));
    expect(refusal()).toBe(`${server.deployPath} belongs to the service help.desk`);
    server.write(join(server.state, "settings"), settings("helpdesk"));
    expect(refusal()).toBe("");
  });

  it.each([
    ["its own folder", "backups/helpdesk", "backups/helpdesk"],
    ["a folder above", "backups/helpdesk", "backups/helpdesk/other"],
    ["a folder below", "backups/helpdesk/other", "backups/helpdesk"],
  ])("keep the backups of two services apart: another one's are in %s", (_, others, own) => {
    const [othersPath, backupPath] = [join(server.root, others), join(server.root, own)];
    for (const folder of [othersPath, backupPath]) mkdirSync(folder, { recursive: true });
    const settings = { BERTH_BACKUP_PATH: backupPath };
    expect(refusal(settings)).toBe("");
    const mark = "mark_backups";
    expect(server.run(mark, { BERTH_SERVICE_NAME: "other", BERTH_BACKUP_PATH: othersPath }).code).toBe(0);
    expect(refusal(settings)).toContain(`${othersPath} holds the backups of the service other`);
    expect(server.run(mark, settings).code).toBe(1);
    expect(refusal({ BERTH_SERVICE_NAME: "other", BERTH_BACKUP_PATH: othersPath })).toBe("");
  });

  it.skipIf(process.getuid?.() !== 0)("are not what root has found to hold something else", () => {
    const other = join(server.root, "other");
    server.write(join(other, "file"));
    const before = modeOf(other);
    expect(refusal({ BERTH_DEPLOY_PATH: other })).toBe(`${other} exists already and holds no application`);
    expect(refusal({ BERTH_BACKUP_PATH: other })).toBe(`${other} exists already and holds something else`);
    expect(modeOf(other)).toBe(before);
  });

  it.skipIf(process.getuid?.() !== 0)("may be empty disks of their own, which have a lost+found", () => {
    const [disk, other] = [join(server.root, "disk"), join(server.root, "other")];
    for (const each of [disk, other]) mkdirSync(join(each, "lost+found"), { recursive: true });
    expect(refusal({ BERTH_DEPLOY_PATH: disk, BERTH_BACKUP_PATH: other })).toBe("");
  });

  it.skipIf(process.getuid?.() !== 0)(
    "are not taken from another service and its user: the mark is read first",
    () => {
      const stranger = 54321;
      server.write(
        join(server.state, "settings"),
        `BERTH_SERVICE_NAME=${Buffer.from("other").toString("base64")}\n`,
      );
      chownSync(server.deployPath, stranger, stranger);
      expect(refusal()).toBe(`${server.deployPath} belongs to the service other`);
      expect(statSync(server.deployPath).uid).toBe(stranger);

      const backupPath = join(server.root, "backups/other");
      server.write(join(backupPath, ".berth-service"), "other\n");
      chownSync(backupPath, stranger, stranger);
      server.write(join(server.state, "settings"), "");
      expect(refusal({ BERTH_BACKUP_PATH: backupPath })).toContain(
        `${backupPath} holds the backups of the service other`,
      );
      expect(statSync(backupPath).uid).toBe(stranger);
    },
  );
});

describe("a place for an application or its backups", () => {
  const usual: Preparation = {
    deployUser: "deploy",
    serviceName: "helpdesk",
    serviceUser: "www-data",
    deployPath: "/srv/apps/helpdesk",
    backupPath: "/var/backups/helpdesk",
    listen: true,
    units: "deployer",
  };
  /** Both judges: the command line before a server is prepared, and the program on the server. */
  function judged(change: Partial<Preparation>): boolean[] {
    const { serviceName, deployPath, backupPath } = { ...usual, ...change };
    const onServer = server.run("check_places", {
      BERTH_SERVICE_NAME: serviceName,
      BERTH_DEPLOY_PATH: deployPath,
      BERTH_BACKUP_PATH: backupPath,
    });
    let before = true;
    try {
      prepareScript({ ...usual, ...change });
    } catch {
      before = false;
    }
    return [before, onServer.code === 0];
  }

  it.each([
    ...[
      "/etc/systemd",
      "/usr/local/app",
      "/var/lib/app",
      "/home/deploy",
      "/var/www",
      "/var/backups",
      "/lib64/x",
      "/root/app",
      "/run/app",
    ],
    ...[
      "/tmp/app",
      "/boot/app",
      "/dev/app",
      "/proc/1",
      "/sys/app",
      "/var/log/app",
      "/var/tmp/app",
      "/var/spool/app",
    ],
  ])("is not the system's: %s", (place) => {
    expect(judged({ deployPath: place })).toEqual([false, false]);
    expect(judged({ backupPath: place })).toEqual([false, false]);
  });

  it.each([
    "/var/www/etc",
    "/home/deploy/app",
    "/opt/app",
    "/srv/usr",
    "/data/libs",
    "/etcetera/app",
    "/var/lib2/app",
  ])("may be %s", (place) => expect(judged({ deployPath: place })).toEqual([true, true]));

  it.each([
    ["/srv/app", "/srv/app"],
    ["/srv/app", "/srv/app/releases"],
    ["/srv/backups/app", "/srv/backups"],
  ])("is not within the other one: %s and %s", (deployPath, backupPath) => {
    expect(judged({ deployPath, backupPath })).toEqual([false, false]);
  });

  it("may begin like the other one", () => {
    expect(judged({ deployPath: "/srv/app", backupPath: "/srv/app-backups" })).toEqual([true, true]);
  });

  it("may be an empty disk of its own, which has a lost+found, before a server is prepared too", () => {
    const check = /^# usage: check_existing [\s\S]*?^}$/m.exec(prepareScript(usual))?.[0] ?? "";
    const place = join(server.root, "disk");
    const judge = () =>
      server.run(
        `refuse() { echo "$1"; exit 1; }\nstat() { echo somebody; }\n${check}\ncheck_existing '${place}'`,
      );
    mkdirSync(join(place, "lost+found"), { recursive: true });
    expect(judge()).toEqual({ code: 0, stdout: "", log: "" });
    server.write(join(place, "other"));
    expect(judge().stdout).toContain(`${place} exists already and holds no application`);
  });

  it.each([
    "foo-standby",
    "foo-trial",
    "foo-trial-2",
    "berth-recovery-foo",
  ])("has no service's name that means another's unit: %s", (serviceName) => {
    expect(judged({ serviceName })).toEqual([false, false]);
  });
});

describe("the unit of a second instance", () => {
  it("is left alone where it belongs to a service of that name", () => {
    const units = join(server.root, "system");
    server.write(
      join(units, "helpdesk-standby.service"),
      "[Service]\nExecStart=/srv/other/current/venv/bin/python wsgi.py\n",
    );
    server.write(join(server.releases, "1/.berth/units/helpdesk.service"), "[Service]\n");
    const { log } = server.run(`UNIT_FOLDER=${units}; mkdir -p ${units}; install_units 1`, {
      BERTH_SWITCHES: "manage_units=true",
    });
    expect(log).toContain("units renewed: helpdesk.service");
    expect(server.names(units)).toContain("helpdesk-standby.service");
  });
});
