import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { UsageError } from "../../src/base/usage-error.ts";
import { bootHost, type ThrowawayHost } from "../../src/host/index.ts";
import {
  type CiVariable,
  deployVariables,
  type ExecutorChoice,
  type FileChanges,
  Needs,
  type SmokePipeline,
} from "../../src/smoke/index.ts";
import { consumerPipeline, openSession, requireSuccess, runPipeline } from "./delivery.ts";
import { health, openTicket, ticketsShown } from "./helpdesk.ts";
import { requireHosts } from "./machine.ts";
import { printJobs } from "./printing.ts";
import { require, type Tour } from "./tell.ts";

const subject = "The printer on the second floor is on fire";

/**
 * Delivers the example application to a throw-away server, opens a ticket, delivers a second version, rolls back, and checks after each
 * step what a user would see. `args`: `--executor auto|shell|container`.
 * @throws NotProved where a check fails, UsageError where the machine or the arguments do not allow the story.
 */
export async function story(tour: Tour, args: readonly string[]): Promise<void> {
  const executor = chosenExecutor(args);
  await requireHosts(tour);
  const needs = new Needs({ keep: false, say: tour.say, signal: tour.signal });
  tour.cleanUpWith(() => needs.close());
  await needs.prepareMachine();
  const packages = await needs.provide(["packages"]);
  const host = await server(tour);
  const session = await openSession(tour, needs.executors(executor));
  const variables = [...packages.variables, ...(await variablesFor(host))];
  const deliver = (title: string, changes: FileChanges) =>
    runPipeline(tour, session, { title, changes, variables });

  const first = await deliver("First version", { ".gitlab-ci.yml": await consumerPipeline() });
  const versionOne = await expectVersionOf(host, first);
  tour.prove(`six jobs brought a commit to a verified server: version ${versionOne} answers`);

  await openTicket(host, subject);
  require((await ticketsShown(host)).includes(subject), "the ticket just opened is not shown");
  tour.prove("a ticket was opened on the deployed application");

  const second = await deliver("Second version", { "VERSION.txt": "second\n" });
  const versionTwo = await expectVersionOf(host, second);
  require(versionTwo !== versionOne, "the second delivery did not change the version");
  require((await ticketsShown(host)).includes(subject), "the ticket is gone after the second delivery");
  tour.prove(`a second version, ${versionTwo}, was delivered, and the ticket is still there`);

  tour.say("\nRollback, by hand: rollback_deployment");
  const rolledBack = await second.play("rollback_deployment");
  await requireSuccess(tour, rolledBack, "rollback_deployment");
  const versionAfter = (await health(host)).version;
  require(versionAfter === versionOne, `after the rollback ${versionAfter} answers, not ${versionOne}`);
  require((await ticketsShown(host)).includes(subject), "the ticket is gone after the rollback");
  printJobs(tour, rolledBack.jobs);
  tour.prove(`the rollback brought ${versionOne} back, and the ticket is still there`);
}

/** `auto`, or what `npm start -- --executor …` says. @throws UsageError for anything else. */
function chosenExecutor(args: readonly string[]): ExecutorChoice {
  const choices = ["auto", "shell", "container"] as const;
  let given: string;
  try {
    given = parseArgs({ args: [...args], options: { executor: { type: "string", default: "auto" } } }).values
      .executor;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const choice = choices.find((each) => each === given);
  if (choice === undefined) throw new UsageError(`--executor ${given}: must be auto, shell or container`);
  return choice;
}

async function server(tour: Tour): Promise<ThrowawayHost> {
  tour.say("Booting a throw-away server (Debian 12 with systemd and sshd)");
  const host = await bootHost({ progress: tour.say, signal: tour.signal });
  tour.cleanUpWith(() => host.down());
  tour.say(`The server ${host.name} answers at ${host.address}`);
  return host;
}

async function variablesFor(host: ThrowawayHost): Promise<CiVariable[]> {
  const privateKey = await readFile(host.privateKeyFile, "utf8");
  const secret = "a-secret-that-no-log-may-show-5e1d";
  return [
    ...deployVariables({ ...host, privateKey, knownHosts: host.knownHosts }),
    { key: "SECRET_KEY", value: secret, type: "variable", masked: true, raw: true },
  ];
}

async function expectVersionOf(host: ThrowawayHost, { sha }: SmokePipeline): Promise<string> {
  const { version } = await health(host);
  require(version.includes(sha.slice(0, 8)), `version ${version} answers, not that of commit ${sha}`);
  return version;
}
