import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { UsageError } from "../../src/base/usage-error.ts";
import {
  type BootOptions,
  bootHost,
  canBootHosts,
  ensureJobImages,
  type JobImages,
  type ThrowawayHost,
} from "../../src/host/index.ts";
import { hostPaths } from "../../src/host/record.ts";
import { skippedWhere } from "../skipped.ts";

/** Tells in one line what takes long, on standard error. */
export const say = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Where this is set, what would be skipped for want of servers or containers runs, and fails: a run that has to show something
 * (.ci/run) cannot pass by skipping.
 */
const required = Boolean(process.env.BERTH_REQUIRE_HOSTS);

/** Options for `describe` or `it`: skipped, with the reason, where this machine cannot boot throw-away servers. */
export async function whereHostsBoot() {
  const ability = await canBootHosts({ say });
  return skippedWhere(ability.possible || required ? "" : `no throw-away servers here: ${ability.reason}`);
}

/**
 * Gives the tests of this file or block the job images `wanted` (all, when absent) once they run; skips them, with the
 * reason, where podman cannot run containers.
 */
export function useJobImages(wanted?: readonly string[]): () => JobImages {
  let images: JobImages | undefined;
  let reason = "";
  beforeAll(async () => {
    try {
      images = await ensureJobImages({ say, ...(wanted ? { wanted } : {}) });
    } catch (error) {
      if (!(error instanceof UsageError) || required) throw error;
      reason = error.message;
    }
  });
  beforeEach(({ skip }) => skip(reason !== "", reason));
  return () => images as JobImages;
}

/**
 * Servers for the tests of this file or block. They go with it. When a test fails, the end of their journals is printed;
 * with `BERTH_KEEP_HOSTS=1` the servers of a block with a failed test then stay, to be looked at.
 */
export function useHosts() {
  const hosts: ThrowawayHost[] = [];
  const keep = process.env.BERTH_KEEP_HOSTS === "1";
  let begun = false;
  let failed = false;
  const report = async () => {
    failed = true;
    for (const host of hosts) console.error(await lastWords(host));
  };
  beforeEach(() => {
    begun = true;
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await report();
  });
  afterAll(async () => {
    if (!begun) await report(); // what comes before all tests has failed
    if (!keep || !failed) await Promise.all(hosts.map((host) => host.down()));
  });
  return {
    boot: async (options: BootOptions = {}) => {
      const host = await bootHost({ progress: say, keep, ...options });
      hosts.push(host);
      return host;
    },
  };
}

/** What a person needs who looks for the reason: where the server is, and the end of its journal (100 lines, each cut at 300 characters). */
export async function lastWords(host: ThrowawayHost): Promise<string> {
  const journal = await host
    .run(["journalctl", "--no-pager", "--quiet", "--output=short-iso", "--lines=100"])
    .then(({ stdout, stderr }) => stdout + stderr)
    .catch((error: Error) => `${error.message}\n`);
  return [
    `the server ${host.name}, whose folder is ${hostPaths(host.name).folder} (with BERTH_KEEP_HOSTS=1 it stays:`,
    `berth host ssh --name ${host.name}). The end of its journal:`,
    ...journal
      .trimEnd()
      .split("\n")
      .map((line) => `  | ${line.slice(0, 300)}`),
  ].join("\n");
}
