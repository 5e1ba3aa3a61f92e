import { FloatValue, toJson, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { textOf } from "../ruby-text.ts";
import { check, isInteger, isList, isText, present } from "./checks.ts";
import { commandList, plainVariables } from "./common.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  arrayOfStrings,
  arrayOfStringsOrString,
  disallowedKeys,
  hashOrString,
  isArray,
  isString,
  keysOfVersion,
  knownItems,
  notBlank,
  oneOf,
} from "./rules.ts";

/* `image` and `services` (https://docs.gitlab.com/ci/yaml/#image, #services). */

const KEYS = ["docker", "kubernetes", "name", "entrypoint", "ports", "pull_policy"];
const PULL_POLICIES = ["always", "never", "if-not-present"];

const pullPolicy: Definition = {
  title: "pull policy",
  checks: [
    check("config", arrayOfStringsOrString),
    check("config", [knownItems(PULL_POLICIES), notBlank], { when: ({ config }) => isList(config) }),
    check("config", oneOf(PULL_POLICIES), { when: ({ config }) => isText(config) }),
  ],
  value: ({ config }) => (present(config) ? [toJson(config)].flat() : undefined),
};

const nameOf = (entry: Entry) => (isText(entry.config) ? entry.config : (entry.get("name") ?? null));

const commonChecks = [
  check("config", hashOrString),
  check("config", disallowedKeys(["ports"])),
  check("name", [isString, notBlank], { read: nameOf }),
  check("entrypoint", arrayOfStrings, { optional: true }),
  checkExecutorOptions,
];

export const image: Definition = {
  title: "image",
  checks: [...commonChecks, check("config", keysOfVersion("image", ...KEYS))],
  children: { pull_policy: { is: pullPolicy } },
  value: imageValue,
};

const service: Definition = {
  title: "service",
  checks: [
    ...commonChecks,
    check("config", keysOfVersion("services", "command", "alias", "variables", ...KEYS)),
    check("alias", isString, { optional: true }),
    check("alias", [isString, notBlank], { when: (entry) => present(entry.get("ports")) }),
  ],
  children: {
    pull_policy: { is: pullPolicy },
    command: { is: commandList },
    variables: { is: plainVariables },
  },
  value: (entry) => {
    if (isText(entry.config)) return { name: entry.config };
    return {
      ...imageValue(entry),
      ...(entry.childSpecified("command") && { command: entry.childValue("command") }),
      ...given("alias", entry),
      ...(entry.childSpecified("variables") && { variables: entry.childValue("variables") }),
    };
  },
};

export const services: Definition = {
  title: "services",
  checks: [check("config", isArray)],
  items: service,
  value: (entry) => entry.items.flatMap((item) => (item.config === null ? [] : [item.value()])),
};

function imageValue(entry: Entry): Record<string, unknown> {
  if (isText(entry.config)) return { name: entry.config };
  const options = executorOptionsOf(entry);
  return {
    ...given("name", entry),
    ...given("entrypoint", entry),
    ...(options !== null && { executor_opts: toJson(options) }),
    ...(entry.childSpecified("pull_policy") && { pull_policy: entry.childValue("pull_policy") }),
  };
}

function executorOptionsOf(entry: Entry): YamlMap | null {
  const options = new YamlMap();
  for (const keyword of ["docker", "kubernetes"]) {
    const value = entry.get(keyword) ?? null;
    if (value !== null) options.set(keyword, value);
  }
  return options.size > 0 ? options : null;
}

/** What GitLab's JSON schema executor_opts.json says, in the words of the gem json_schemer. */
function checkExecutorOptions(entry: Entry): void {
  for (const problem of optionProblems(executorOptionsOf(entry))) entry.report("executor_opts", problem);
}

/** Texts by option, with the most characters; a user of Kubernetes may be a number. */
const OPTION_LENGTHS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  docker: { platform: 64, user: 255 },
  kubernetes: { user: 255 },
};

function* optionProblems(options: YamlMap | null): IterableIterator<string> {
  for (const { key: executor, value } of options?.entries() ?? []) {
    const lengths = OPTION_LENGTHS[String(executor)] ?? {};
    if (!(value instanceof YamlMap)) {
      yield `value at \`/${executor}\` is not an object`;
      continue;
    }
    for (const entry of value.entries()) {
      const name = textOf(entry.key);
      const place = `/${executor}/${name}`;
      const length = lengths[name];
      if (length === undefined) yield `object property at \`${place}\` is a disallowed additional property`;
      else yield* textProblems(entry.value, place, length, executor === "kubernetes");
    }
  }
}

function* textProblems(
  value: YamlValue,
  place: string,
  longest: number,
  mayBeNumber: boolean,
): IterableIterator<string> {
  const isWhole = isInteger(value) || (value instanceof FloatValue && Number.isInteger(value.value));
  if (mayBeNumber && isWhole) return;
  if (typeof value !== "string") {
    yield mayBeNumber
      ? `value at \`${place}\` is not one of the types: ["string", "integer"]`
      : `value at \`${place}\` is not a string`;
  } else if (value.length === 0) yield `string length at \`${place}\` is less than: 1`;
  else if (value.length > longest) yield `string length at \`${place}\` is greater than: ${longest}`;
}

function given(keyword: string, entry: Entry): Record<string, unknown> {
  const value = entry.get(keyword) ?? null;
  return value === null ? {} : { [keyword]: toJson(value) };
}
