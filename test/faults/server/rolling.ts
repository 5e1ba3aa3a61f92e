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

/** Each way to be killed, while two instances run. */
export const rollingCases: readonly OtherCase[] = moments.flatMap(({ line, name }) =>
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

async function strikeWhileTwoServe(
  transaction: Transaction,
  host: ThrowawayHost,
  fault: Fault,
): Promise<string[]> {
  if (!(await transaction.stopped())) return ["the deploy did not come to its second instance"];
  const before = await runningUnits(host);
  await fault.strike(transaction, host);
  const { outcome, cause } = await transaction.result();
  const after = await runningUnits(host);
  const versions = await versionsThatAnswer(host);
  return [
    ...(before === "active active" ? [] : [`service and second instance were "${before}" before the fault`]),
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
