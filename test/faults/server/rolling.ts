import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ThrowawayHost } from "../../../src/host/index.ts";
import { ask } from "./customers.ts";
import { type Fault, faults } from "./faults.ts";
import type { OtherCase } from "./other-cases.ts";
import { applicationPort, type Transaction } from "./transaction.ts";
import type { Trial } from "./trial.ts";

/** The two moments of a rolling switch in which two instances serve, by the line of the log that tells of each. */
const moments = [
  { line: "a second instance serves", name: "the old version and the second instance of the new one serve" },
  { line: "the service has restarted behind it", name: "two instances of the new version serve" },
];
const rolling = { BERTH_SWITCHES: "manage_units=true health_version=true rolling=true" };
const standby = "flask-helpdesk-standby.service";

/** Each way to be killed, while two instances run; and while the second one is not yet there. */
export const rollingCases: readonly OtherCase[] = [...killedWhileTwoServe(), ...killedWhileOneStarts()];

function killedWhileTwoServe(): OtherCase[] {
  return moments.flatMap(({ line, name }) =>
    faults
      .filter(({ name: fault }) => ["killed", "killed with its guard", "power loss"].includes(fault))
      .map((fault) => ({
        name: `${fault.name} while ${name}`,
        happen: (trial: Trial) =>
          trial.during(
            trial.next(),
            { settings: rolling, stopAfterSaying: line },
            fault.noticed,
            (transaction, host) => strikeWhileTwoServe(transaction, host, fault),
          ),
      })),
  );
}

/** The second instance needs ten seconds before it is active: systemd goes on with it, whoever asked for it. */
function killedWhileOneStarts(): OtherCase[] {
  return faults
    .filter(({ name }) => ["killed", "killed with its guard"].includes(name))
    .map((fault) => ({
      name: `${fault.name} while the second instance of the new version starts`,
      happen: (trial: Trial) =>
        trial.during(
          trial.next(startsSlowly),
          { settings: rolling },
          fault.noticed,
          async (transaction, host) => {
            const waiting = `for i in $(seq 600); do [ "$(systemctl is-active ${standby})" != activating ] || exit 0; sleep 0.1; done; exit 1`;
            if ((await host.run(["sh", "-c", waiting])).code !== 0)
              return ["the second instance was not started"];
            return strikeAndLook(transaction, host, fault);
          },
        ),
    }));
}

function startsSlowly(folder: string): void {
  const unit = join(folder, "app/flask-helpdesk.service");
  writeFileSync(
    unit,
    readFileSync(unit, "utf8").replace("[Service]\n", "[Service]\nExecStartPre=/bin/sleep 10\n"),
  );
}

async function strikeWhileTwoServe(
  transaction: Transaction,
  host: ThrowawayHost,
  fault: Fault,
): Promise<string[]> {
  if (!(await transaction.stopped())) return ["the deploy did not come to its second instance"];
  const before = await runningUnits(host);
  const problems =
    before === "active active" ? [] : [`before the fault service and second instance were "${before}"`];
  return [...problems, ...(await strikeAndLook(transaction, host, fault))];
}

async function strikeAndLook(transaction: Transaction, host: ThrowawayHost, fault: Fault): Promise<string[]> {
  await fault.strike(transaction, host);
  const { outcome, cause } = await transaction.result();
  const after = await runningUnits(host);
  const versions = await versionsThatAnswer(host);
  return [
    ...(outcome === "failed" ? [] : [`the deploy ended with "${outcome}"`]),
    ...(fault.cause.test(cause) ? [] : [`the message does not name the cause: "${cause}"`]),
    ...(after === "active inactive" ? [] : [`service and second instance are "${after}" afterwards`]),
    ...(versions.size === 1 ? [] : [`${[...versions].join(" and ")} answer`]),
  ];
}

async function runningUnits(host: ThrowawayHost): Promise<string> {
  const { stdout } = await host.run(["systemctl", "is-active", "flask-helpdesk.service", standby]);
  return stdout.trim().replace("\n", " ");
}

/** Each on a connection of its own, so that every instance that takes connections is asked. */
async function versionsThatAnswer(host: ThrowawayHost): Promise<Set<string>> {
  const target = { address: host.address, port: applicationPort, path: "/healthz" };
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(target)));
  return new Set(
    answers.map(({ status, text }) => (status === 200 ? JSON.parse(text).version : `${status} ${text}`)),
  );
}
