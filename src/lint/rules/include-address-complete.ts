import { faultOfAddress } from "../include-addresses.ts";
import { includesOf } from "../includes.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-address-complete",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "An include names a component as server, project, name and version, and a project by its path.",
  why: "GitLab knows one form only, `$CI_SERVER_FQDN/group/project/name@1.0.0`. An address without a version or a server, with `https://` or `.yml`, stops the whole pipeline.",
  reference: "https://docs.gitlab.com/ci/components/#use-a-component",
  codes: ["component-address-unsupported"],
  check(file, { report, claimed }) {
    const faults = includesOf(file).flatMap((include) => {
      const fault = faultOfAddress(include);
      return fault === undefined ? [] : [{ ...fault, at: include.at }];
    });
    for (const { at, message, hint, isUnsure, code } of faults)
      report({ at, code, message, hint, atMost: isUnsure ? "warning" : undefined });
    // an address that variables make is GitLab's word alone
    for (const { problem, place, message } of claimed)
      if (!faults.some(({ at }) => at?.line === place?.line))
        report({ code: problem.code, at: place, message });
  },
};
