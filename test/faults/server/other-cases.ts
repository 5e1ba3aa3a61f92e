import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deployPath, Transaction } from "./transaction.ts";
import type { Trial } from "./trial.ts";

/** Something else that a server meets; `happen` returns what was wrong afterwards. */
export interface OtherCase {
  readonly name: string;
  happen(trial: Trial): Promise<string[]>;
}

export const otherCases: readonly OtherCase[] = [
  {
    name: "a second deploy at the same time",
    happen: (trial) =>
      trial.during(
        trial.next(),
        { stopAt: "Make the virtual environment" },
        "nothing",
        async (first, host) => {
          if (!(await first.stopped())) return ["the first deploy did not come to its virtual environment"];
          const second = await Transaction.complete(host, trial.next());
          await first.proceed();
          const { outcome, cause } = await first.result();
          return [
            ...(outcome === "live" ? [] : [`the first deploy failed: ${cause}`]),
            ...(second.outcome === "refused" && second.code === 75
              ? []
              : [`the second one ended with "${second.outcome}", ${second.code}`]),
            ...(second.cause.includes(`another deploy holds the lock: `) && second.cause.includes(first.run)
              ? []
              : [`the message does not name the first deploy: "${second.cause}"`]),
          ];
        },
      ),
  },
  {
    // What a clock that was set back leaves: everything on the server is from the future.
    name: "the server's clock was set back by a year",
    happen: (trial) =>
      trial.during(trial.next(), { stopAt: "Verify the package" }, "nothing", async (transaction, host) => {
        if (!(await transaction.stopped())) return ["the deploy did not come to the verification"];
        const { code, stderr } = await host.run(["sh", "-euc", fromTheFuture, "sh", deployPath, backupPath]);
        await transaction.proceed();
        const { outcome, cause } = await transaction.result();
        const { stdout } = await host.run(["sh", "-c", `ls ${backupPath} | grep -c '^[0-9]'`]);
        return [
          ...(code === 0 ? [] : [stderr]),
          ...(outcome === "live" ? [] : [`the deploy failed: ${cause}`]),
          ...(Number(stdout) >= 2 ? [] : [`${stdout.trim()} backups are left`]),
        ];
      }),
  },
  {
    name: "killed with its guard while the new release is tried beside the live one",
    happen: (trial) =>
      trial.during(
        trial.next((folder) => writeFileSync(join(folder, "app/wsgi.py"), "import time; time.sleep(600)\n")),
        { settings: { BERTH_HEALTH_TIMEOUT: "60" } },
        "nothing",
        async (transaction, host) => {
          const tried = `for i in $(seq 600); do pgrep -u www-data -f "^[^ ]*/${transaction.release}/.*gunicorn" && exit; sleep 0.1; done; exit 1`;
          const { code } = await host.run(["sh", "-c", tried]);
          await transaction.killWithGuard();
          const { cause } = await transaction.result();
          return [
            ...(code === 0 ? [] : ["the new release was not tried"]),
            ...(/was killed/.test(cause) ? [] : [`the message does not name the cause: "${cause}"`]),
          ];
        },
      ),
  },
  {
    name: "a file of the same size and time as before, with another content",
    happen: (trial) =>
      trial.during(
        trial.next((folder) =>
          replaceAlike(join(folder, "app/blog/health.py"), 'status="ok"', 'status="OK"'),
        ),
        {},
        "nothing",
        async (transaction, host) => {
          const { outcome, cause } = await transaction.result();
          const { stdout } = await host.run(["curl", "--silent", "127.0.0.1:8000/healthz"]);
          return [
            ...(outcome === "live" ? [] : [`the deploy failed: ${cause}`]),
            ...(stdout.includes('"OK"') ? [] : [`the old file answers: ${stdout}`]),
          ];
        },
      ),
  },
];

const backupPath = "/var/backups/flask_helpdesk";

/** usage: sh -euc … DEPLOY_PATH BACKUP_PATH    a year ahead: sixty logs of runs, the newest backup's name, all times. */
const fromTheFuture = `
future=$(($(date +%Y) + 1))
for number in $(seq 60); do
  mkdir -p "$1/.deploy/runs/ahead-$number"
  touch "$1/.deploy/runs/ahead-$number/result" "$1/.deploy/runs/ahead-$number/settings"
done
newest=$(ls "$2" | grep '^[0-9]' | tail -n 1)
mv "$2/$newest" "$2/$future\${newest#????}"
find "$1/releases" "$1/.deploy" "$2" -exec touch --no-dereference --date="$future-12-31" {} +
chown -R deploy "$1/.deploy/runs"
`;

/** Replaces words in a file by others of the same length, and leaves its time as it was: rsync's quick check sees nothing. */
function replaceAlike(file: string, before: string, after: string): void {
  const { atime, mtime } = statSync(file);
  const text = readFileSync(file, "utf8");
  if (before.length !== after.length || !text.includes(before))
    throw new Error(`${file} has no ${before} any more`);
  writeFileSync(file, text.replace(before, after));
  utimesSync(file, atime, mtime);
}
