import { once } from "node:events";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, type JobMachine, jobMachine } from "./played-job.ts";

let machine: JobMachine;
beforeEach(() => {
  machine = jobMachine();
});
afterEach(() => machine.close());

const afterScript = (...script: string[]) => ({ name: "after_script", script, when: "always" });
const archive = (...paths: string[]) => [{ paths, artifact_type: "archive" }];

describe("a job that is ended from outside", () => {
  // Each line of the trace is another moment: before a process is there, while git runs, in the script.
  it.each([
    "Running with",
    "Preparing environment",
    "Getting source",
    "Checking out",
    "Executing",
    "$ sleep",
  ])("ends at once, whenever that is: %s", async (moment) => {
    const controller = new AbortController();
    const { state, reason, trace } = await machine.play(
      ["sleep 300"],
      { steps: [{ name: "script", script: ["sleep 300"] }, afterScript("echo too late")] },
      {
        signal: controller.signal,
        write: (text) => {
          if (text.includes(moment)) controller.abort();
        },
      },
    );
    expect({ state, reason }).toEqual({ state: "canceled", reason: "job_canceled" });
    expect(trace).not.toContain("too late");
  });

  it("runs after_script and keeps artifacts when it is canceled as GitLab cancels", async () => {
    const cancel = new AbortController();
    const { state, trace, uploads } = await machine.play(
      [],
      {
        steps: [
          { name: "script", script: ["echo a > a.txt", "echo begun; sleep 300"] },
          afterScript("echo after $CI_JOB_STATUS"),
        ],
        artifacts: [{ paths: ["a.txt"], when: "always", artifact_type: "archive" }],
      },
      {
        cancel: cancel.signal,
        write: (text) => {
          if (text.includes("begun\n")) cancel.abort();
        },
      },
    );
    expect(state).toBe("canceled");
    expect(trace).toContain("after canceled");
    expect(uploads.map(({ files }) => files.map(({ path }) => path))).toEqual([["a.txt"]]);
  });
});

/** In the group of the job's shell, and in a group of its own, as a daemon is. */
const backgrounds: readonly (readonly [string, (node: string, program: string) => string])[] = [
  ["in the background", (node, program) => `"${node}" -e '${program}' > /dev/null 2>&1 &`],
  [
    "away as a daemon",
    (node, program) =>
      `PROGRAM='${program}' "${node}" -e 'require("child_process").spawn(process.execPath, ["-e", process.env.PROGRAM], { detached: true, stdio: "ignore" }).unref()'`,
  ],
];

const linux = process.platform === "linux";
it.each(
  backgrounds.slice(0, linux ? 2 : 1),
)("nothing that a job has put %s is left when it is over", async (_, start) => {
  const place = join(machine.root, "socket");
  const server = createServer();
  await new Promise<void>((ready) => server.listen(place, ready));
  let ended: Promise<unknown> | undefined;
  server.on("connection", (socket) => {
    socket.on("error", () => undefined).write("here");
    ended = once(socket, "close");
  });
  const program = `require("net").connect("${place}").on("data", () => require("fs").writeFileSync("there", ""))`;
  const { state } = await machine.play([
    start(process.execPath, program),
    "until [ -e there ]; do sleep 0.1; done",
  ]);
  expect(state).toBe("success");
  await ended;
  server.close();
});

it("the files of File variables are gone when the job is over, also when it failed", async () => {
  const variables = [{ key: "KEY", value: "secret", file: true }];
  const { trace } = await machine.play(['cat "$KEY"; echo; exit 1'], { variables });
  expect(trace).toContain("secret\n");
  expect(readdirSync(`${machine.project}.tmp`)).toEqual(["git-template"]);
});

describe("what depends on the runner's version", () => {
  const identity = (version: string) => ({
    version,
    revision: "x",
    name: "r",
    shortToken: "t",
    systemId: "s",
  });

  it.each([
    ["19.0.0", 1],
    ["19.1.0", 4],
  ])("runner %s tells a failing command's exit code as %i", async (version, exitCode) => {
    const outcome = await machine.play(["bash -c 'exit 4'"], {}, { identity: identity(version) });
    expect(outcome.exitCode).toBe(exitCode);
  });

  it("`**` goes through links to folders before 18.0 only", async () => {
    const script = ["mkdir real; echo a > real/a.txt; ln -s real link"];
    const found = async (version: string) => {
      const runner = { identity: identity(version) };
      const { uploads } = await machine.play(script, { artifacts: archive("**/*.txt") }, runner);
      return uploads[0]?.files.map(({ path }) => path);
    };
    expect(await found("17.5.0")).toEqual(["link/a.txt", "real/a.txt"]);
    expect(await found("18.2.0")).toEqual(["real/a.txt"]);
  });

  it("GITLAB_ENV is no shell file since 17.8", async () => {
    const steps = [
      { name: "script", script: ["echo 'A=$(echo b) c' > $GITLAB_ENV"] },
      afterScript('echo "[$A]"'),
    ];
    const { trace } = await machine.play([], { steps });
    expect(trace).toContain("[$(echo b) c]\n");
  });
});

describe("a repository on this machine", () => {
  it.each([
    "share",
    "copy",
  ] as const)("stands for a server's: the job sees the server's address (%s)", async (use) => {
    const objects = join(machine.repository, ".git/objects");
    const more = { repository: { path: machine.repository, objects, use } };
    const url = "https://gitlab.example.com/group/app.git";
    const sha = git(machine.repository, "rev-parse", "HEAD");
    const refspecs = ["+refs/heads/main:refs/remotes/origin/main"];
    const script = ["git remote get-url origin", "env | grep -c ^GIT_CONFIG || true", "cat README.md"];
    const { state, trace } = await machine.play(
      script,
      { git_info: { repo_url: url, ref: "main", sha, refspecs, depth: 20 } },
      more,
    );
    expect(state).toBe("success");
    expect(trace).toMatch(/\n0\n.*cat README\.md.*\nhello\n/);
    expect(trace).toContain(`${url}\n`);
  });

  it("brings submodules, each at its commit", async () => {
    const inner = jobMachine({ "inner.txt": "inside\n" });
    const outer = jobMachine();
    git(
      outer.repository,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "add",
      "--quiet",
      inner.repository,
      "sub",
    );
    git(outer.repository, "commit", "--quiet", "--message", "two");
    writeFileSync(join(outer.root, ".gitconfig"), '[protocol "file"]\n\tallow = always\n');
    const variables = [{ key: "GIT_SUBMODULE_STRATEGY", value: "recursive" }];
    for (const _ of ["fresh", "again"]) {
      const { state, trace } = await outer.play(["cat sub/inner.txt"], { variables });
      expect({ state, trace }).toMatchObject({ state: "success" });
      expect(trace).toContain("Updated submodules");
      expect(trace).toContain("\ninside\n");
    }
    inner.close();
    outer.close();
  });
});

describe("nothing is written outside of the project", () => {
  it("a cache does not go through a link that leads out", async () => {
    const outside = join(machine.root, "outside");
    mkdirSync(outside);
    const cache = [{ key: "k", paths: ["c/"], policy: "pull-push" }];
    await machine.play(["mkdir c; echo stolen > c/file"], { cache });
    // A job with the same key whose project has a link in that place.
    symlinkSync(outside, join(machine.repository, "c"));
    git(machine.repository, "add", "--all");
    git(machine.repository, "commit", "--quiet", "--message", "link");
    await machine.play(["ls"], { cache });
    expect(readdirSync(outside)).toEqual([]);
  });

  it.each([
    "../../k",
    "..",
    "a/../../b",
    ".",
  ])("a cache's key does not lead out of the caches: %s", async (key) => {
    const cache = [{ key, paths: ["c/"] }];
    await machine.play(["mkdir c; echo 1 > c/x"], { cache });
    const { trace } = await machine.play(["cat c/x"], { cache });
    expect(trace).toContain("\n1\n");
    expect(readdirSync(join(machine.root, "cache"))).toHaveLength(1);
    expect(readdirSync(machine.root).sort()).toEqual(["builds", "cache", "repository", "work"]);
  });

  it("artifacts keep modes, and paths that lead out are left out", async () => {
    const script = ["echo '#!' > run.sh; chmod 755 run.sh"];
    const { uploads, trace } = await machine.play(script, {
      artifacts: archive("run.sh", "../*", "/etc/hostname"),
    });
    expect(uploads[0]?.files.map(({ path, mode }) => [path, mode & 0o777])).toEqual([["run.sh", 0o755]]);
    expect(trace).toContain("artifact path is not a subpath of project directory: ../*");
  });
});

it("a cache that cannot be kept fails no job, and leaves nothing half written", async () => {
  writeFileSync(join(machine.root, "cache"), "a file where the caches' folder should be");
  const cache = [{ key: "k", paths: ["c/"] }];
  const { state, trace } = await machine.play(["mkdir c; echo 1 > c/x"], { cache });
  expect(state).toBe("success");
  expect(trace).toContain("Failed to create cache");
  expect(readdirSync(machine.root).sort()).toEqual(["builds", "cache", "repository", "work"]);
});
