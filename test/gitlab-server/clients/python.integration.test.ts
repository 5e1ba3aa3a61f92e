import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { skippedWhere } from "../../skipped.ts";
import { startGitlabServer, tokens } from "../index.ts";
import { refusedToPython } from "../not-done.ts";

const run = promisify(execFile);
/** A Python that has python-gitlab (8.6 was tried); BERTH_PYTHON_GITLAB names one of a virtual environment. */
const python = process.env.BERTH_PYTHON_GITLAB ?? "python3";
const installed = spawnSync(python, ["-c", "import gitlab, gql"]).status === 0;
const reason = installed ? "" : "python-gitlab is not installed: npm run clients";

describe("the stand-in, to python-gitlab", skippedWhere(reason), () => {
  it("answers every call but those that are named as not done", async () => {
    const server = await startGitlabServer();
    try {
      server.addProject("group/app", {
        "README.md": "An application\n",
        ".gitlab-ci.yml":
          "make: { script: [mkdir out, echo made > out/made.txt], artifacts: { paths: [out] } }\nby_hand: { script: [ls], when: manual, stage: deploy }\n",
      });
      const env = { PATH: process.env.PATH, GITLAB_URL: server.address, GITLAB_TOKEN: tokens.owner.value };
      const { stdout } = await run(python, ["test/gitlab-server/clients/python_calls.py"], {
        env,
        timeout: 120_000,
      });
      const outcome: Readonly<Record<string, string>> = JSON.parse(stdout);
      const failed = Object.entries(outcome).filter(
        ([name, error]) => error !== "" && !refusedToPython.includes(name),
      );
      expect(failed).toEqual([]);
      for (const name of refusedToPython) expect(outcome[name], name).toContain("404");
      expect(Object.values(outcome).filter((error) => error === "").length).toBeGreaterThanOrEqual(68);
    } finally {
      await server.stop();
    }
  });
});
