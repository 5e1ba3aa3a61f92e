/**
 * `npm start`: the whole story on a throw-away server. Delivers the example application, opens a ticket, delivers a second version, rolls back,
 * and checks after each step what a user would see. Exit code 0 when everything was proved, 1 when not, 2 when it could not run.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootHost, ensurePackageIndex, type PackageIndex, type ThrowawayHost } from "../../src/host/index.ts";
import {
  type CiVariable,
  deployVariables,
  type FileChanges,
  openLocalSession,
  type PipelineResult,
  type SmokePipeline,
  type SmokeSession,
} from "../../src/smoke/index.ts";
import { health, openTicket, ticketsShown } from "./helpdesk.ts";
import { printJobs, say } from "./printing.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const project = join(root, "examples/flask-helpdesk");
const subject = "The printer on the second floor is on fire";

/** What the story has shown so far; printed at its end. */
const proved: string[] = [];
/** Taken down in reverse order, whatever happens. */
const cleanups: (() => Promise<unknown>)[] = [];
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort(new Error("stopped by Ctrl-C")));
process.once("SIGTERM", () => interrupted.abort(new Error("stopped")));

process.exitCode = await tell();

async function tell(): Promise<number> {
  const started = Date.now();
  try {
    await story();
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stdout.write(`\nProved in ${seconds} s:\n${proved.map((each) => `  ✓ ${each}\n`).join("")}`);
    return 0;
  } catch (error) {
    say(`the tour ends here: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof NotProved ? 1 : 2;
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup().catch(() => undefined);
  }
}

async function story(): Promise<void> {
  const index = await packageIndex();
  const host = await server();
  const session = await openSession();
  const variables = await variablesFor(host, index);
  const deliver = (title: string, changes: FileChanges) => runPipeline(session, title, changes, variables);

  const first = await deliver("First version", { ".gitlab-ci.yml": await consumerPipeline() });
  const versionOne = await expectVersionOf(host, first);
  proved.push(`six jobs brought a commit to a verified server: version ${versionOne} answers`);

  await openTicket(host, subject);
  require((await ticketsShown(host)).includes(subject), "the ticket just opened is not shown");
  proved.push("a ticket was opened on the deployed application");

  const second = await deliver("Second version", { "VERSION.txt": "second\n" });
  const versionTwo = await expectVersionOf(host, second);
  require(versionTwo !== versionOne, "the second delivery did not change the version");
  require((await ticketsShown(host)).includes(subject), "the ticket is gone after the second delivery");
  proved.push(`a second version, ${versionTwo}, was delivered, and the ticket is still there`);

  say("\nRollback, by hand: rollback_deployment");
  const rolledBack = await second.play("rollback_deployment");
  requireSuccess(rolledBack, "rollback_deployment");
  const versionAfter = (await health(host)).version;
  require(versionAfter === versionOne, `after the rollback ${versionAfter} answers, not ${versionOne}`);
  require((await ticketsShown(host)).includes(subject), "the ticket is gone after the rollback");
  printJobs(rolledBack.jobs);
  proved.push(`the rollback brought ${versionOne} back, and the ticket is still there`);
}

async function packageIndex(): Promise<PackageIndex> {
  const index = await ensurePackageIndex({ say, signal: interrupted.signal });
  cleanups.push(() => index.stop());
  return index;
}

async function server(): Promise<ThrowawayHost> {
  say("Booting a throw-away server (Debian 12 with systemd and sshd)");
  const host = await bootHost({ progress: say, signal: interrupted.signal });
  cleanups.push(() => host.down());
  say(`The server ${host.name} answers at ${host.address}`);
  return host;
}

async function openSession(): Promise<SmokeSession> {
  const session = await openLocalSession({
    project,
    components: root,
    name: "flask-helpdesk",
    env: process.env,
  });
  cleanups.push(() => session.close());
  return session;
}

async function variablesFor(host: ThrowawayHost, index: PackageIndex): Promise<CiVariable[]> {
  const privateKey = await readFile(host.privateKeyFile, "utf8");
  const plain = (key: string, value: string): CiVariable => {
    return { key, value, type: "variable", masked: false, raw: true };
  };
  return [
    ...deployVariables({ ...host, privateKey, knownHosts: host.knownHosts }),
    ...Object.entries(index.environment).map(([key, value]) => plain(key, value)),
    { ...plain("SECRET_KEY", "a-secret-that-no-log-may-show-5e1d"), masked: true },
  ];
}

/** The example's own pipeline; only the address of the component is that of this checkout. */
async function consumerPipeline(): Promise<string> {
  const text = await readFile(join(project, ".gitlab-ci.yml"), "utf8");
  return text.replace(/your-group\/berth\/delivery@\S+/, "$CI_PROJECT_PATH/delivery@$CI_COMMIT_SHA");
}

async function runPipeline(
  session: SmokeSession,
  title: string,
  changes: FileChanges,
  variables: readonly CiVariable[],
): Promise<SmokePipeline> {
  say(`\n${title}: the pipeline of the default branch`);
  const traceFolder = await mkdtemp(join(tmpdir(), "berth-tour-"));
  const pipeline = await session.run({
    changes,
    message: title,
    variables,
    traceFolder,
    signal: interrupted.signal,
    onEvent: (event) => {
      if (event.kind === "job-started") say(`  ${event.job} (${event.executor})`);
    },
  });
  requireSuccess(pipeline.result);
  printJobs(pipeline.result.jobs);
  cleanups.push(() => rm(traceFolder, { recursive: true, force: true }));
  return pipeline;
}

async function expectVersionOf(host: ThrowawayHost, { sha }: SmokePipeline): Promise<string> {
  const { version } = await health(host);
  require(version.includes(sha.slice(0, 8)), `version ${version} answers, not that of commit ${sha}`);
  return version;
}

/** A failed job ends the story with its log's last lines and the place of the whole log, which then stays. */
function requireSuccess({ errors, jobs }: PipelineResult, played?: string): void {
  require(errors.length === 0, `the pipeline was not created: ${errors.join("; ")}`);
  const failed = jobs.find((job) => !job.allowFailure && job.state !== "success" && job.state !== "manual");
  if (failed) printJobs(jobs);
  require(failed === undefined, `${failed?.name} is ${failed?.state}; its log: ${failed?.traceFile}`);
  const job = jobs.find((each) => each.name === played);
  require(played === undefined ||
    job?.state === "success", `${played} is ${job?.state}; its log: ${job?.traceFile}`);
}

/** The story claims something that is not so. */
class NotProved extends Error {}

function require(condition: boolean, otherwise: string): void {
  if (!condition) throw new NotProved(otherwise);
}
