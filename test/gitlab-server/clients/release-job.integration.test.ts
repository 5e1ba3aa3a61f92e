import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command as outdated } from "../../../src/commands/outdated.ts";
import { runCommand } from "../../command.ts";
import { skippedWhere } from "../../skipped.ts";
import { type GitlabServer, type ServerProject, startGitlabServer, tokens } from "../index.ts";

/*
 * The release by GitLab's own command line: what a job with the keyword `release:` runs (GitLab 18, lib/gitlab/ci/build/releaser.rb): glab
 * where it is 1.58.0 or newer, release-cli else. The glab that can be had here is 1.53: as it is, the job is red, as it is with an old image
 * on GitLab. With a program before it that says 1.58.0 it makes the release; what 1.58 itself would do is not run.
 */
const run = promisify(execFile);
const glab = process.env.BERTH_GLAB ?? "glab";
const installed = spawnSync(glab, ["--version"]).status === 0;

const script = `
newest_needed=1.58.0
found="$(glab --version | grep --only-matching --extended-regexp '[0-9]+(\\.[0-9]+){2}')"
if [ "$(printf '%s\\n' "$newest_needed" "$found" | sort --version-sort | head --lines=1)" = "$newest_needed" ]; then
  export GITLAB_HOST="$CI_SERVER_URL"
  glab auth login --job-token "$CI_JOB_TOKEN" --hostname "$CI_SERVER_FQDN" --api-protocol "$CI_SERVER_PROTOCOL"
  glab release create --repo "$CI_PROJECT_PATH" "$CI_COMMIT_TAG" --experimental-notes-text-or-file release_notes.md \\
    --ref "$CI_COMMIT_SHA" --no-update --no-close-milestone --publish-to-catalog
else
  release-cli create --tag-name "$CI_COMMIT_TAG" --description release_notes.md
fi
`;

/** Says 1.58.0, and gives glab 1.53 the notes' file by the name that it knows. */
const pretender = `#!/usr/bin/env bash
if [ "$1" = --version ]; then echo "glab 1.58.0 (pretended)"; exit; fi
exec "$REAL_GLAB" "\${@/#--experimental-notes-text-or-file/--notes-file}"
`;

let server: GitlabServer;
let project: ServerProject;
let folder: string;

const component = (text: string) =>
  `spec:\n  inputs:\n    name: { default: a, description: Who }\n---\n"$[[ inputs.name ]]-job":\n  script: [echo ${text}]\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-release-job-"));
  server = await startGitlabServer();
  const files = { "README.md": "Greets", "templates/greet.yml": component("one") };
  project = server.addProject("group/library", files, "A library");
  project.inCatalog = true;
  await writeFile(join(folder, "release_notes.md"), "What is new\n");
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe(
  "a release job's script",
  skippedWhere(installed ? "" : "glab is not installed: npm run clients"),
  () => {
    it("is red with glab 1.53: it asks for release-cli, which the image of glab does not have", async () => {
      const failure = await play("1.0.0", false).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 127, stderr: expect.stringContaining("release-cli") });
      expect(project.releases).toEqual([]);
    });

    it("makes release and catalog version with a glab that says 1.58.0, and consumers are told", async () => {
      await play("1.0.0", true);
      project.commit("main", "Two", [
        { action: "update", file_path: "templates/greet.yml", content: component("two") },
      ]);
      await play("1.1.0", true);
      expect(project.releases.map((each) => [each.tag_name, each.description])).toEqual([
        ["1.1.0", "What is new\n"],
        ["1.0.0", "What is new\n"],
      ]);
      expect(project.published).toEqual(["1.0.0", "1.1.0"]);
      const pinned = "include: [{ component: $CI_SERVER_FQDN/group/library/greet@1.0.0 }]\n";
      const consumer = await mkdtemp(join(folder, "consumer-"));
      await writeFile(join(consumer, ".gitlab-ci.yml"), pinned);
      const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
      const { code, out } = await runCommand(outdated, [], { cwd: consumer, env });
      expect(out).toContain("group/library/greet@1.0.0: outdated, newest 1.1.0");
      expect(code).toBe(1);
    });
  },
);

/** Runs the script in a clone, as a runner would for the tag. */
async function play(tag: string, pretend: boolean): Promise<void> {
  const work = await mkdtemp(join(folder, "job-"));
  const { host } = new URL(server.address);
  const bin = join(work, "bin");
  const clone = join(work, "clone");
  await run("git", [
    "clone",
    "--quiet",
    `http://gitlab-ci-token:${tokens.job.value}@${host}/group/library.git`,
    clone,
  ]);
  await run("mkdir", [bin]);
  if (pretend) await writeFile(join(bin, "glab"), pretender, { mode: 0o755 });
  else
    await run("ln", [
      "-s",
      spawnSync("which", [glab], { encoding: "utf8" }).stdout.trim(),
      join(bin, "glab"),
    ]);
  await writeFile(join(clone, "release_notes.md"), "What is new\n");
  const env = {
    ...{ PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: work, GLAB_CONFIG_DIR: work },
    ...{ NO_PROMPT: "1", GLAB_CHECK_UPDATE: "false", REAL_GLAB: glab },
    ...{ CI_SERVER_URL: server.address, CI_SERVER_FQDN: host, CI_SERVER_PROTOCOL: "http" },
    ...{ CI_JOB_TOKEN: tokens.job.value, CI_PROJECT_PATH: "group/library", CI_COMMIT_TAG: tag },
    CI_COMMIT_SHA: project.resolve("main") ?? "",
  };
  await run("bash", ["-euo", "pipefail", "-c", script], { cwd: clone, env, timeout: 60_000 });
}
