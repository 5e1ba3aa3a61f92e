import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

/** What a job says of a server that it does not reach, or that does not answer as it should: the cause, and nothing that it does not know. */
let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "berth-lost-"));
  mkdirSync(join(work, "results"));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const library = ["messages", "ssh_key", "connection", "transfer", "server", "follow", "servers"];
/** A job for two servers. `program` follows, with stand-ins for what the connection does. */
function job(program: string) {
  return runWithLibrary(library, `HOST_PROGRAM_SUM=0; sleep() { :; }; read_targets\n${program}`, {
    WORK: work,
    DEPLOY_SERVER: "one,admin@two",
    DEPLOY_USER: "deploy",
    BERTH_CONNECTION_TIMEOUT: "0",
    BERTH_DEPLOY_PATH: "/var/www/helpdesk",
  });
}

describe("a server that is not reached", () => {
  const refused =
    'on_server() { echo "ssh: connect to host two port 22: Connection refused" >&2; return 255; }';

  it("is in the table with its cause, between those that are", () => {
    const { code, stderr } = job(`${refused}
deploy() {
  [[ $1 != one ]] || { printf '%s\\n' outcome=live live=x seconds=3 >"$2"; return; }
  fail_to_connect "$1"
}
on_each_server deploy`);
    expect(code).toBe(1);
    const table = stderr.slice(stderr.indexOf("== Result\n"));
    expect(table.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
      "== Result",
      "one live live: x in 3 s",
      "admin@two failed live: ",
      " cause: admin@two: no connection: ssh: connect to host two port 22: Connection refused; is the server up, and its SSH port open to this runner?",
      "",
    ]);
  });

  it("that refuses the key is told by the user whose key it is", () => {
    const { stdout } = job(
      'on_server() { echo "Permission denied (publickey)." >&2; return 255; }; connection_problem admin@two; connection_problem one',
    );
    expect(stdout).toBe(
      "admin@two: the server refuses the key for admin\tput the key's public half into ~admin/.ssh/authorized_keys on the server\n" +
        "one: the server refuses the key for deploy\tput the key's public half into ~deploy/.ssh/authorized_keys on the server\n",
    );
  });
});

describe("a transaction whose end is not seen", () => {
  it.each([
    [255, "the connection was lost for longer than connection_timeout"],
    [127, "the server could not show the run (exit code 127, see above"],
    [1, "the server could not show the run (exit code 1, see above"],
  ])("is said for what it is: ssh ended with %i", (status, cause) => {
    const { code, stderr } = job(
      `on_server() { return ${status}; }; follow_run one run-1 "$WORK/result" || fail_to_follow one $?`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`error: one: ${cause}`);
    expect(stderr).toContain("the transaction goes on there by itself: run this job again to see its result");
  });
});
