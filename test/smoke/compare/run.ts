import { fileURLToPath } from "node:url";
import { smoke } from "../../../src/commands/smoke/run.ts";
import { startGitlabServer } from "../../gitlab-server/index.ts";

/*
 * npm run compare:smoke [-- SCENARIO…]: every scenario on the local runner and through the API of the stand-in GitLab.
 * Ends with 0 when all verdicts are as expected and the two runners agree over every pipeline and every job.
 */

const server = await startGitlabServer({ runnerTags: ["smoke"] });
server.addProject("berth/smoke", { "README.md": "The project whose branches the runs use\n" });
const controller = new AbortController();
process.once("SIGINT", () => controller.abort());
try {
  const options = {
    on: "local",
    compare: true,
    project: "berth/smoke",
    executor: "shell",
    concurrency: "2",
    interval: 500,
    verbose: process.argv.includes("--verbose"),
  };
  process.exitCode = await smoke(
    process.argv.slice(2).filter((argument) => !argument.startsWith("--")),
    options,
    {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      env: { ...process.env, GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
      stdout: process.stdout,
      stderr: process.stderr,
      signal: controller.signal,
    },
  );
} finally {
  await server.stop();
}
