import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobImageStore } from "../../src/host/index.ts";
import { ContainerExecutor } from "../../src/runner/index.ts";
import { type JobMachine, jobMachine } from "./played-job.ts";

/** An image that is made of this machine's own busybox: nothing is pulled. */
const image = "localhost/berth-test-busybox";
const env = { ...process.env, ...jobImageStore() };
const works =
  spawnSync("podman", ["info"], { env }).status === 0 &&
  spawnSync("test", ["-x", "/bin/busybox"]).status === 0;

describe.skipIf(!works)("a job in a container (needs podman and /bin/busybox)", () => {
  let machine: JobMachine;
  beforeAll(() => {
    machine = jobMachine();
    const tree = join(machine.root, "tree");
    const make = `
mkdir -p ${tree}/bin && cp /bin/busybox ${tree}/bin/
for library in $(ldd /bin/busybox | grep -o '/[^ ]*'); do
  mkdir -p "${tree}$(dirname "$library")" && cp -L "$library" "${tree}$library"
done
for tool in sh cat ls sleep nc touch mkdir wget; do ln -s busybox "${tree}/bin/$tool"; done
tar -C ${tree} -c . | podman import - ${image}`;
    execFileSync("bash", ["-c", make], { stdio: "ignore", env });
  });
  afterAll(() => {
    spawnSync("podman", ["rmi", "--force", image], { env });
    machine.close();
  });

  const executor = () =>
    new ContainerExecutor({
      program: "podman",
      env,
      folder: join(machine.root, "work"),
      project: "/builds/group/app",
    });
  const leftBehind = () =>
    execFileSync("podman", ["ps", "--all", "--quiet", "--filter", "label=berth-job"], {
      encoding: "utf8",
      env,
    });

  it("sees its project and its variables, hands its files on, and leaves no container", async () => {
    const { state, trace, uploads } = await machine.play(
      [],
      {
        image: { name: "$IMAGE" },
        variables: [
          { key: "IMAGE", value: image },
          { key: "KEY", value: "secret file", file: true },
        ],
        steps: [
          {
            name: "script",
            script: [
              "echo $CI_PROJECT_DIR $0",
              "cat README.md $KEY; echo",
              "touch out /tmp-file",
              "echo A=1 > $GITLAB_ENV",
            ],
          },
          { name: "after_script", script: ["ls /tmp-file; echo after $A $CI_JOB_STATUS"] },
        ],
        artifacts: [{ paths: ["out"] }],
      },
      { executor: executor() },
    );
    expect(trace).toContain("/builds/group/app ");
    expect(trace).toContain("hello\nsecret file\n");
    expect(trace).toContain("/tmp-file\nafter 1 success\n");
    expect(state).toBe("success");
    expect(uploads[0]?.files.map(({ path }) => path)).toEqual(["out"]);
    expect(leftBehind()).toBe("");
  });

  it("ends with the container when it is ended", async () => {
    const controller = new AbortController();
    const write = (text: string) => {
      if (text.includes("begun\n")) controller.abort();
    };
    const { state } = await machine.play(
      ["echo begun; sleep 300"],
      { image: { name: image } },
      { executor: executor(), signal: controller.signal, graceSeconds: 2, write },
    );
    expect(state).toBe("canceled");
    expect(leftBehind()).toBe("");
  });

  it("reaches a service by its alias, and leaves neither service nor network", async ({ skip }) => {
    const name = `berth-test-${process.pid}`;
    const made = spawnSync("podman", ["network", "create", name], { env });
    spawnSync("podman", ["network", "rm", name], { env });
    skip(made.status !== 0, "podman can make no network here");
    const { state, trace } = await machine.play(
      ["for i in 1 2 3 4 5 6 7 8 9; do nc -w 2 db 5432 < /dev/null && break; sleep 1; done"],
      {
        image: { name: image },
        services: [
          {
            name: image,
            alias: "db",
            command: ["sh", "-c", "while :; do echo I am $NAME | nc -l -p 5432; done"],
            variables: [{ key: "NAME", value: "the database" }],
          },
        ],
      },
      { executor: executor() },
    );
    expect(trace).toContain("I am the database\n");
    expect(state).toBe("success");
    expect(leftBehind()).toBe("");
    const networks = execFileSync("podman", ["network", "ls", "--quiet"], { encoding: "utf8", env });
    expect(networks).not.toContain("berth-job");
  });

  it("fails with what the engine says where there is no such image", async () => {
    const { state, reason, trace } = await machine.play(
      ["true"],
      { image: { name: "localhost/berth-no-such-image" } },
      { executor: executor() },
    );
    expect({ state, reason }).toEqual({ state: "failed", reason: "runner_system_failure" });
    expect(trace).toMatch(
      /ERROR: Job failed \(system failure\): podman create failed: .*berth-no-such-image/s,
    );
  });
});
