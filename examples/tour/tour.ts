/**
 * `npm start`: the whole story on a throw-away server. Delivers the example application, opens a ticket, delivers a second version, rolls back,
 * and checks after each step what a user would see. Exit code 0 when everything was proved, 1 when not, 2 when it could not run.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bootHost, type ThrowawayHost } from "../../src/host/index.ts";
import {
  type CiVariable,
  deployVariables,
  type ExecutorChoice,
  type FileChanges,
  Needs,
  openLocalSession,
  type PipelineResult,
  readTail,
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
    await story(chosenExecutor());
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

async function story(executor: ExecutorChoice): Promise<void> {
  const needs = new Needs({ keep: false, say, signal: interrupted.signal });
  cleanups.push(() => needs.close());
  await needs.prepareMachine();
  const packages = await needs.provide(["packages"]);
  const host = await server();
  const session = await openSession(needs, executor);
  const variables = [...packages.variables, ...(await variablesFor(host))];
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
  await requireSuccess(rolledBack, "rollback_deployment");
  const versionAfter = (await health(host)).version;
  require(versionAfter === versionOne, `after the rollback ${versionAfter} answers, not ${versionOne}`);
  require((await ticketsShown(host)).includes(subject), "the ticket is gone after the rollback");
  printJobs(rolledBack.jobs);
  proved.push(`the rollback brought ${versionOne} back, and the ticket is still there`);
}

/** `auto`, or what `npm start -- --executor …` says. */
function chosenExecutor(): ExecutorChoice {
  const { values } = parseArgs({ options: { executor: { type: "string", default: "auto" } } });
  const choices = ["auto", "shell", "container"] as const;
  const choice = choices.find((each) => each === values.executor);
  if (choice === undefined) throw new Error(`--executor ${values.executor}: give auto, shell or container`);
  return choice;
}

async function server(): Promise<ThrowawayHost> {
  say("Booting a throw-away server (Debian 12 with systemd and sshd)");
  const host = await bootHost({ progress: say, signal: interrupted.signal });
  cleanups.push(() => host.down());
  say(`The server ${host.name} answers at ${host.address}`);
  return host;
}

async function openSession(needs: Needs, executor: ExecutorChoice): Promise<SmokeSession> {
  const session = await openLocalSession({
    project,
    components: root,
    executors: needs.executors(executor),
    name: "flask-helpdesk",
    env: process.env,
  });
  cleanups.push(() => session.close());
  return session;
}

async function variablesFor(host: ThrowawayHost): Promise<CiVariable[]> {
  const privateKey = await readFile(host.privateKeyFile, "utf8");
  const secret = "a-secret-that-no-log-may-show-5e1d";
  return [
    ...deployVariables({ ...host, privateKey, knownHosts: host.knownHosts }),
    { key: "SECRET_KEY", value: secret, type: "variable", masked: true, raw: true },
  ];
}

/**
 * The example's own pipeline, with the component of this checkout, and a release watched for two seconds in place of five each time: nobody
 * depends on the throw-away server.
 */
async function consumerPipeline(): Promise<string> {
  const text = await readFile(join(project, ".gitlab-ci.yml"), "utf8");
  return text
    .replace(/your-group\/berth\/delivery@\S+/, "$CI_PROJECT_PATH/delivery@$CI_COMMIT_SHA")
    .replace(/^ {4}inputs:$/m, "$&\n      stable_seconds: 2");
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
  await requireSuccess(pipeline.result);
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
async function requireSuccess({ errors, jobs }: PipelineResult, played?: string): Promise<void> {
  require(errors.length === 0, `the pipeline was not created: ${errors.join("; ")}`);
  const ended = jobs.filter((job) => job.name === played || !["success", "manual"].includes(job.state));
  const failed = ended.find((job) => job.state !== "success" && !job.allowFailure);
  if (failed === undefined) return;
  printJobs(jobs);
  for (const line of await readTail(failed.traceFile ?? "")) say(`    ${line}`);
  throw new NotProved(`${failed.name} is ${failed.state}; its whole log: ${failed.traceFile ?? "none"}`);
}

/** The story claims something that is not so. */
class NotProved extends Error {}

function require(condition: boolean, otherwise: string): void {
  if (!condition) throw new NotProved(otherwise);
}
