import { toJson, type YamlMap } from "../../yaml/index.ts";
import { check, optional } from "./checks.ts";
import type { Child, Definition, Entry } from "./entry.ts";
import { allowedKeys, exactlyOneKey, hashOrString, isHash, isString, keysOfVersion, oneOf } from "./rules.ts";

/*
 * Keywords of the Enterprise edition, which GitLab.com runs (https://docs.gitlab.com/ci/yaml/#secrets, #identity,
 * #dast_configuration). Their forms are from the documentation: the code that judges them is not public with GitLab FOSS.
 */

/** Which GitLab judges: the FOSS edition does not know some keywords that the Enterprise edition, also without a licence, accepts. */
export type Edition = "foss" | "enterprise";

/** Whether the Enterprise edition judges the configuration that an entry belongs to. */
export function isEnterprise(entry: Entry): boolean {
  return entry.option("edition") === "enterprise";
}

const PROVIDERS = [
  "vault",
  "azure_key_vault",
  "gcp_secret_manager",
  "aws_secrets_manager",
  "akeyless",
  "gitlab_secrets_manager",
];
const IDENTITIES = ["google_cloud"];

const secret: Definition = {
  title: "secret",
  checks: [
    check("config", [
      isHash,
      keysOfVersion("secrets", ...PROVIDERS, "file", "token"),
      exactlyOneKey(...PROVIDERS),
    ]),
    optional("vault", hashOrString),
    optional("token", isString),
  ],
  value: ({ config }) => toJson(config as YamlMap),
};

const secrets: Definition = {
  title: "secrets",
  checks: [check("config", isHash)],
  members: () => secret,
};

const dastConfiguration: Definition = {
  title: "dast configuration",
  checks: [
    check("config", [isHash, allowedKeys("site_profile", "scanner_profile")]),
    optional("site_profile", isString),
    optional("scanner_profile", isString),
  ],
};

export const identity: Definition = {
  title: "identity",
  checks: [check("config", [isString, oneOf(IDENTITIES, `should be one of: ${IDENTITIES.join(", ")}`)])],
};

/** The keywords of a job that only the Enterprise edition has. */
export const enterpriseKeywords: Readonly<Record<string, Child>> = {
  secrets: { is: secrets },
  dast_configuration: { is: dastConfiguration },
  identity: { is: identity },
};
