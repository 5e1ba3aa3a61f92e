import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type Suite, suites, type ThrowawayHost } from "../../src/host/index.ts";
import { buildPackages, type Package, type Packages } from "../faults/server/packages.ts";
import { skippedWhere } from "../skipped.ts";
import { Deployment } from "./deployment.ts";
import { say } from "./hosts.ts";

/** The Debian release of a suite's servers: `usual`, or the one that `BERTH_SUITE` names. */
export function suiteOrElse(usual: Suite): Suite {
  return suites.find((each) => each === process.env.BERTH_SUITE) ?? usual;
}

/** Options for `it`: cases that take long, and show more of what others show. */
export const atLength = skippedWhere(
  process.env.BERTH_DEPLOY_TESTS === "whole" ? "" : "takes minutes: npm run test:deploy",
);

/** Packages and deployments for the tests of this file or block, for servers of `suite`. They go with it. */
export function useDeployments(suite: Suite) {
  const made: Deployment[] = [];
  let packages: Packages | undefined;
  beforeAll(async () => {
    packages = await buildPackages(say);
  });
  afterAll(() => {
    for (const each of made) each.remove();
    packages?.remove();
  });
  /** The example application, with what `edit` does to its folder, for the Python of the servers. */
  const content = (version: string, edit: (folder: string) => void = () => undefined): Package =>
    packages!.variant(version, (folder) => {
      if (suite === "trixie") execFileSync("python3", [anyPython, folder, "3.13"]);
      edit(folder);
    });
  return {
    content,
    /** What a pipeline of this version brings to the servers, with `variables` beside the usual ones. */
    of: (
      hosts: readonly ThrowawayHost[],
      version: string,
      variables: Readonly<Record<string, string>> = {},
      edit?: (folder: string) => void,
    ): Deployment => {
      const deployment = new Deployment(hosts, content(version, edit), variables);
      made.push(deployment);
      return deployment;
    },
  };
}

const anyPython = fileURLToPath(new URL("any_python.py", import.meta.url));
