import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { bootHost, type ThrowawayHost } from "../../src/host/index.ts";
import { Customers, type Experience } from "../faults/server/customers.ts";
import { buildPackages, type Packages } from "../faults/server/packages.ts";
import { applicationPort, Transaction, usualEnvironment } from "../faults/server/transaction.ts";
import { Trial } from "../faults/server/trial.ts";
import { OriginalProcedure } from "./original-procedure.ts";

/** One procedure that puts a version live on a host and takes it back, under load. */
interface Procedure {
  readonly name: string;
  measure(host: ThrowawayHost, packages: Packages): Promise<Record<"deploy" | "rollback", Experience>>;
}

const direct = { BERTH_LISTEN: "", BERTH_START_COMMAND: "python wsgi.py" };
const waitress = {
  BERTH_START_COMMAND: `python -m waitress --listen=0.0.0.0:${applicationPort} wsgi:application`,
};
const rolling = { BERTH_SWITCHES: "manage_units=true health_version=true rolling=true" };
const procedures: readonly Procedure[] = [
  { name: "stop, copy, venv, pip, start (the original)", measure: measureOriginal },
  berth("Berth, python wsgi.py, without `listen`", direct, `HOST="0.0.0.0"\n`),
  berth("Berth, python wsgi.py, `listen`", { BERTH_START_COMMAND: "python wsgi.py" }),
  berth("Berth, waitress, `listen`", waitress),
  berth("Berth, gunicorn, `listen`", {}),
  berth("Berth, waitress, `listen`, `rolling`", { ...waitress, ...rolling }),
  berth("Berth, gunicorn, `listen`, `rolling`", rolling),
];

process.exitCode = await main();

async function main(): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const packages = await buildPackages((line) => process.stderr.write(`${line}\n`));
  const rows: string[] = [];
  try {
    for (const { name, measure } of chosen()) {
      process.stderr.write(`${name}\n`);
      const host = await bootHost({ sudo: "none" });
      try {
        const { deploy, rollback } = await measure(host, packages);
        rows.push(`| ${name} | ${cells(deploy)} | ${cells(rollback)} |`);
      } finally {
        await host.down();
      }
    }
  } finally {
    packages.remove();
  }
  const table = report(rows);
  process.stdout.write(table);
  if (chosen().length === procedures.length) writeMeasurements(table);
  return 0;
}

/** All, or those whose name holds a word of the command line: `npm run bench:deploy -- waitress`, which only prints. */
function chosen(): readonly Procedure[] {
  const words = process.argv.slice(2);
  return procedures.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
}

function report(rows: readonly string[]): string {
  const load = Math.round(loadavg()[1] ?? 0);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "processor"} with load ${load}, ${new Date().toISOString().slice(0, 10)}`;
  return `## Requests that fail while a version is put live

50 requests a second, each on a connection of its own, one in five writes a row, every second one of those takes a second to send
it; before, during and after a deploy and then a rollback. Debian 12 server (systemd-nspawn), ${machine}.
The slowest good answer is in seconds; the gap is the time between the first and the last failed request. Made by \`npm run bench:deploy\`.

| procedure | deploy: failed of | gap | slowest | rollback: failed of | gap | slowest |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function cells({ answered, failures, slowest }: Experience): string {
  const gap = failures.length === 0 ? 0 : (failures.at(-1)?.at ?? 0) - (failures[0]?.at ?? 0);
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  return `${failures.length} of ${answered + failures.length} | ${failures.length === 0 ? "none" : seconds(gap)} | ${seconds(slowest)}`;
}

function berth(name: string, settings: Readonly<Record<string, string>>, environment = ""): Procedure {
  return {
    name,
    measure: async (host, packages) => {
      const options = { settings, environment: usualEnvironment + environment };
      await Trial.begin(host, packages, options);
      const deploy = await underLoad(host, "deploy", async () => {
        const { outcome, cause, log } = await Transaction.complete(host, packages.variant("2.0.0"), options);
        if (outcome !== "live") throw new Error(`the deploy failed: ${cause}\n${log}`);
      });
      const rollback = await underLoad(host, "rollback", async () => {
        const { outcome, cause } = await (await Transaction.rollBack(host, options)).result();
        if (outcome !== "live") throw new Error(`the rollback failed: ${cause}`);
      });
      return { deploy, rollback };
    },
  };
}

async function measureOriginal(host: ThrowawayHost, packages: Packages) {
  const procedure = new OriginalProcedure(host);
  await procedure.deploy(packages.first);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const deploy = await underLoad(host, "deploy", () => procedure.deploy(packages.variant("2.0.0")));
  const rollback = await underLoad(host, "rollback", () => procedure.rollBack());
  return { deploy, rollback };
}

/** Two seconds of load before and after what is measured. */
async function underLoad(
  host: ThrowawayHost,
  name: string,
  action: () => Promise<void>,
): Promise<Experience> {
  const customers = new Customers({ address: host.address, port: applicationPort }, name, {
    interval: 20,
    slow: true,
    patience: 10_000,
  });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 2000));
  await pause();
  await action();
  await pause();
  const experience = await customers.leave();
  for (const { at, reason } of experience.failures) process.stderr.write(`  ${name}, ${at} ms: ${reason}\n`);
  return experience;
}

/** Replaces this table in docs/measurements.md, or puts it at the end. */
function writeMeasurements(table: string): void {
  const file = fileURLToPath(new URL("../../docs/measurements.md", import.meta.url));
  const text = existsSync(file) ? readFileSync(file, "utf8") : "# Measurements\n";
  const [begin, end] = ["<!-- bench:deploy -->", "<!-- bench:deploy ends -->"];
  const region = `${begin}\n${table}${end}`;
  const old = new RegExp(`${begin}[\\s\\S]*${end}`);
  writeFileSync(file, old.test(text) ? text.replace(old, () => region) : `${text.trimEnd()}\n\n${region}\n`);
}
