import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseDeploymentRecord } from "../../src/host/index.ts";
import { runWithLibrary } from "../scripts/library.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const hostFiles = ["messages", "settings", "layout", "run"].map((name) => `../host/${name}`);

/** What the server's own program records, with these values. */
function record(outcome: string, cause: string, variables: Readonly<Record<string, string>>): string {
  const { stdout, stderr } = runWithLibrary(
    hostFiles,
    `STATE=$(mktemp -d) RELEASES=$STATE; PROGRAM_STARTED=$(($(steady_time) - 705)); utc_now() { echo 2026-11-23T09:45:12Z; }
     record "$OUTCOME" "$CAUSE"; cat "$STATE/log"; rm -r "$STATE"`,
    { ...variables, OUTCOME: outcome, CAUSE: cause },
  );
  expect(stderr).toBe("");
  return stdout;
}

describe("the deployment record", () => {
  it("is read as the server's program writes it, newest first", () => {
    const first = record("live", "", {
      RELEASE: "20261123T094500Z-7-abc",
      BERTH_VERSION: "1.0.0",
      BERTH_LABEL: "pipeline 7, job 9, ann",
    });
    const second = record("switched-back", "not healthy:\n\tno\tanswer", {
      RELEASE: "20261123T094600Z-8-def",
      BERTH_VERSION: "1.1.0",
      LIVE_BEFORE: "20261123T094500Z-7-abc",
      BERTH_LABEL: "by\thand",
    });
    expect(parseDeploymentRecord(first + second)).toEqual({
      unreadable: 0,
      deployments: [
        {
          ended: "2026-11-23T09:45:12Z",
          action: "deploy",
          outcome: "switched-back",
          release: "20261123T094600Z-8-def",
          version: "1.1.0",
          before: "20261123T094500Z-7-abc",
          seconds: 7,
          by: "by hand",
          cause: "not healthy:  no answer",
        },
        expect.objectContaining({
          outcome: "live",
          version: "1.0.0",
          by: "pipeline 7, job 9, ann",
          cause: "",
        }),
      ],
    });
  });

  it("leaves out what a power loss cut short or filled with zeros, and counts it", () => {
    const whole = record("live", "", { RELEASE: "r", BERTH_VERSION: "1" });
    const text = `${whole.slice(0, 30)}\n${whole}${"\0".repeat(40)}\n${whole.slice(0, 12)}`;
    expect(parseDeploymentRecord(text)).toMatchObject({ unreadable: 3, deployments: [{ release: "r" }] });
    expect(parseDeploymentRecord("")).toEqual({ unreadable: 0, deployments: [] });
  });
});

describe("berth host log", () => {
  it.each([
    [["--lines", "0"], "--lines 0: a number from 1 to 1000 is right"],
    [["--deploy-path", "/srv/a b"], "--deploy-path /srv/a b: an absolute path of plain names is right"],
    [["--target", "x@-oProxyCommand=id"], "user@host or user@host:port is right"],
    [["--name", "not-there"], 'no host is called "not-there"'],
    [["--target", "deploy@127.0.0.1:1"], "deploy@127.0.0.1:1: "],
  ])("ends with one line and 2 for %j", async (words, message) => {
    const { code, stderr } = await log(words);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});

function log(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ["--import", "tsx", cli, "host", "log", ...words];
  return new Promise((done) =>
    execFile(process.execPath, args, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  );
}
