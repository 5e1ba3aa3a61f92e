import type { ThrowawayHost } from "../../../src/host/index.ts";
import { faults } from "./faults.ts";
import type { OtherCase } from "./other-cases.ts";
import { deployPath, Transaction } from "./transaction.ts";
import type { Trial } from "./trial.ts";

/** Deploys and rollbacks that are cut short where something is half made: in the backup, in the trial, before the confirmation. */
export const interruptedCases: readonly OtherCase[] = [
  {
    name: "killed with its guard between switch and confirmation, then run again",
    happen: (trial) => {
      const content = trial.next();
      return trial.during(content, { stopAt: "Confirm" }, "nothing", async (transaction) => {
        if (!(await transaction.stopped())) return ["the deploy did not come to its confirmation"];
        await transaction.killWithGuard();
        const again = await transaction.startAgain(content);
        const { outcome, cause } = await again.result();
        await again.ended();
        return {
          problems: outcome === "live" ? [] : [`the Retry ended with "${outcome}": ${cause}`],
          last: again,
        };
      });
    },
  },
  {
    name: "a rollback killed with its guard while the older release is tried",
    happen: (trial) =>
      trial.during(trial.next(), {}, "nothing", async (transaction, host) => {
        const { live } = await transaction.result();
        await transaction.ended();
        const { stdout: before } = await host.run(["cat", `${deployPath}/releases/${live}/.berth/previous`]);
        const rollback = await Transaction.rollBack(host, { settings: { BERTH_STABLE_SECONDS: "8" } });
        const tried = await runsIn(host, `${deployPath}/releases/${before.trim()}`, 600);
        await rollback.killWithGuard();
        const { cause } = await rollback.result();
        const left = await runsIn(host, `${deployPath}/releases/${before.trim()}`, 0);
        return [
          ...(tried ? [] : ["the older release was not tried"]),
          ...(/was killed/.test(cause) ? [] : [`the message does not name the cause: "${cause}"`]),
          ...(left ? ["what was tried goes on"] : []),
        ];
      }),
  },
  {
    name: "killed in the backup",
    happen: (trial) =>
      trial.during(trial.next(), { stopIn: "finish_backup" }, "nothing", async (transaction, host) => {
        if (!(await transaction.stopped())) return ["the deploy did not come to its backup"];
        await transaction.kill();
        await transaction.ended();
        return halfBackups(host);
      }),
  },
  {
    name: "killed with its guard in the backup",
    happen: (trial) =>
      trial.during(trial.next(), { stopIn: "finish_backup" }, "nothing", async (transaction, host) => {
        if (!(await transaction.stopped())) return ["the deploy did not come to its backup"];
        await transaction.killWithGuard();
        await transaction.result();
        return halfBackups(host);
      }),
  },
  {
    name: "disk full in the backup",
    happen: (trial) =>
      trial.during(trial.next(), { stopIn: "finish_backup" }, "writes", async (transaction, host) => {
        if (!(await transaction.stopped())) return ["the deploy did not come to its backup"];
        try {
          await host.fillDisk("/var/tmp");
          await transaction.proceed();
          await transaction.ended();
          const { outcome, cause } = await transaction.result();
          return [
            ...(outcome === "failed" && /No space left/.test(cause)
              ? []
              : [`it ended with "${outcome}": ${cause}`]),
            ...(await halfBackups(host)),
          ];
        } finally {
          await host.freeDisk("/var/tmp");
        }
      }),
  },
  {
    name: "no room for the backup",
    happen: (trial) =>
      trial.during(
        trial.next(),
        { settings: { BERTH_RESERVE_MEGABYTES: "9999999" } },
        "nothing",
        async (transaction, host) => {
          const { outcome, cause } = await transaction.result();
          return [
            ...(outcome === "failed" && /MB free/.test(cause)
              ? []
              : [`it ended with "${outcome}": ${cause}`]),
            ...(await halfBackups(host)),
          ];
        },
      ),
  },
  ...cutAfterRestoring(),
];

/** The older data is there already, the older release not yet: the tickets that were opened since must come back with the newer one. */
function cutAfterRestoring(): OtherCase[] {
  return faults
    .filter(({ name }) => ["killed", "power loss"].includes(name))
    .map((fault) => ({
      name: `a rollback with restore_data: ${fault.name} when the older data is restored`,
      happen: (trial: Trial) =>
        trial.during(trial.next(), {}, "all", async (transaction, host) => {
          const { outcome, cause } = await transaction.result();
          if (outcome !== "live") return [`the deploy failed: ${cause}`];
          await transaction.ended();
          const { stdout } = await host.run([
            "sh",
            "-c",
            `ls /var/backups/flask_helpdesk | grep '^[0-9]' | tail -n 1`,
          ]);
          const rollback = await Transaction.rollBack(host, {
            settings: { BERTH_RESTORE_DATA: stdout.trim() },
            stopAt: "Switch",
          });
          if (!(await rollback.stopped())) return ["the rollback did not come to its switch"];
          const stopped =
            (await host.run(["systemctl", "is-active", "--quiet", "flask-helpdesk"])).code !== 0;
          await fault.strike(rollback, host);
          const result = await rollback.result();
          return [
            ...(stopped ? [] : ["the service ran while its data was replaced"]),
            ...(result.outcome === "failed" ? [] : [`the rollback ended with "${result.outcome}"`]),
            ...(fault.cause.test(result.cause)
              ? []
              : [`the message does not name the cause: "${result.cause}"`]),
          ];
        }),
    }));
}

/** What a backup that was not finished has left. */
async function halfBackups(host: ThrowawayHost): Promise<string[]> {
  const places = `${deployPath}/shared /var/backups/flask_helpdesk`;
  const { stdout } = await host.run([
    "sh",
    "-c",
    `find ${places} -maxdepth 1 -name '.partial-*' -o -maxdepth 1 -name '.scratch-*'`,
  ]);
  return stdout.split("\n").flatMap((place) => (place === "" ? [] : [`${place} is left`]));
}

/** True as soon as a process has its working directory in `folder`; false when none has after `tenths` of a second. */
async function runsIn(host: ThrowawayHost, folder: string, tenths: number): Promise<boolean> {
  const looking = `i=0
while :; do
  for process in /proc/[0-9]*; do
    case $(readlink "$process/cwd") in "$1" | "$1"/*) exit 0 ;; esac
  done 2>/dev/null
  [ "$i" -lt "$2" ] || exit 1
  i=$((i + 1))
  sleep 0.1
done`;
  return (await host.run(["sh", "-c", looking, "sh", folder, String(tenths)])).code === 0;
}
