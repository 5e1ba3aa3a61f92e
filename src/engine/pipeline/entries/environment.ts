import { toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { check, isMap, isText, optional, present, verify } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  allowedKeys,
  atMost,
  hashOrString,
  isHash,
  isString,
  keysOfVersion,
  matching,
  notBlank,
  oneOf,
} from "./rules.ts";

/* `environment` (https://docs.gitlab.com/ci/yaml/#environment). */

const NAME_PATTERN = /^[a-zA-Z0-9_${}. -]([a-zA-Z0-9_/${}. -]*[a-zA-Z0-9_${}. -])?$/;
const NAME_MESSAGE =
  "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";
const ACTIONS = ["start", "stop", "prepare", "verify", "access"];

const dashboardOf = (entry: Entry): YamlValue => entry.get("dashboard") ?? null;

const kubernetes: Definition = {
  title: "kubernetes",
  checks: [
    check("config", [
      isHash,
      notBlank,
      keysOfVersion(
        "environment:kubernetes",
        "namespace",
        "agent",
        "flux_resource_path",
        "managed_resources",
        "dashboard",
      ),
    ]),
    optional("namespace", isString),
    check("namespace", notBlank, { when: (entry) => present(entry.get("flux_resource_path")) }),
    optional("agent", isString),
    check("agent", notBlank, { when: agentIsNeeded }),
    optional("flux_resource_path", isString),
    check("namespace", notBlank, { when: dashboardNeedsNamespace }),
    checkObject("managed_resources", { enabled: "boolean" }),
    checkObject("dashboard", { namespace: "string", flux_resource_path: "string" }),
    verify("namespace", givenTwice("namespace")),
    verify("flux_resource_path", givenTwice("flux_resource_path")),
  ],
};

const isHashForm = { when: ({ config }: Entry) => isMap(config) };
const optionalInHash = { ...isHashForm, optional: true };

export const environment: Definition = {
  title: "environment",
  checks: [
    check("config", hashOrString),
    check("name", [notBlank, nameIsText, matching(NAME_PATTERN, NAME_MESSAGE)], { read: nameOf }),
    check(
      "config",
      allowedKeys("name", "url", "action", "on_stop", "auto_stop_in", "kubernetes", "deployment_tier"),
      isHashForm,
    ),
    check("url", [isString, atMost(255, "is too long (maximum is 255 characters)")], optionalInHash),
    check(
      "action",
      [isString, oneOf(ACTIONS, `should be ${ACTIONS.slice(0, -1).join(", ")}, or ${ACTIONS.at(-1)}`)],
      optionalInHash,
    ),
    check("deployment_tier", isString, optionalInHash),
    check("on_stop", isString, optionalInHash),
    check("kubernetes", isHash, optionalInHash),
    check("auto_stop_in", isString, optionalInHash),
  ],
  children: { kubernetes: { is: kubernetes } },
  value: ({ config }) => (isText(config) ? { name: config, action: "start" } : toJson(config)),
};

function nameOf({ config }: Entry): YamlValue {
  if (isText(config)) return config;
  return config instanceof YamlMap ? (config.get("name") ?? null) : null;
}

function nameIsText(value: YamlValue): string | undefined {
  return isText(value) ? undefined : NAME_MESSAGE;
}

/** Flux is asked in a namespace, which `dashboard` may name itself. */
function dashboardNeedsNamespace(entry: Entry): boolean {
  const dashboard = dashboardOf(entry);
  if (!(dashboard instanceof YamlMap) || present(entry.get("flux_resource_path"))) return false;
  return present(dashboard.get("flux_resource_path")) && !present(dashboard.get("namespace"));
}

function agentIsNeeded(entry: Entry): boolean {
  const resources = entry.get("managed_resources");
  return (
    present(entry.get("flux_resource_path")) ||
    present(dashboardOf(entry)) ||
    (resources instanceof YamlMap && resources.get("enabled") === true)
  );
}

function givenTwice(keyword: string) {
  return (entry: Entry): string | undefined => {
    const dashboard = dashboardOf(entry);
    if (!present(entry.get(keyword)) || !(dashboard instanceof YamlMap) || !present(dashboard.get(keyword))) {
      return undefined;
    }
    return `cannot be specified when dashboard.${keyword} is set`;
  };
}

/** What GitLab's JSON schemas for `environment:kubernetes` say, in the words of the gem json_schemer. */
function checkObject(keyword: string, properties: Readonly<Record<string, "string" | "boolean">>) {
  return (entry: Entry): void => {
    const value = entry.get(keyword) ?? null;
    if (!(value instanceof YamlMap)) return;
    for (const [name, inner] of Object.entries(toJson(value) as object)) {
      const type = properties[name];
      if (type === undefined) {
        entry.report(keyword, `object property at \`/${name}\` is a disallowed additional property`);
      } else if (typeof inner !== type) entry.report(keyword, `value at \`/${name}\` is not a ${type}`);
    }
  };
}
